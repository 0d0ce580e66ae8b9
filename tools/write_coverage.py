"""Writes docs/coverage.md: each operation of the contract, whether it is answered, and by which tests it is known.

The operations are those of tests/data/contract.json, read from the vendor's SDK.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rili.api.routes import ROUTES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"
CONTRACT = json.loads((ROOT / "tests" / "data" / "contract.json").read_text("utf-8"))

NOT_OFFERED = {
    "GenerateCaldavAccount": "comes with CalDAV",
    "GetSsoAccessToken": "not offered: no public description ([decision 26](decisions.md))",
    "GetSsoUserInfo": "not offered: no public description ([decision 26](decisions.md))",
}

HEAD = """# Coverage

Every operation of the contract (`tests/data/contract.json`, read from the vendor's SDK {version}), what Rili does with
it, and the tests in `tests/conformance/` that speak of it. Each that is answered is also called through the official
SDK by `test_every_operation.py`. This page is written by `make coverage`; a test fails when it is stale.

{answered} of {all} operations are answered. The {hardware} operations on hardware of rooms are not offered
([decision 26](decisions.md)).

| operation | request | state | tests |
| --- | --- | --- | --- |
"""
LINE = "| {name} | `{method} {path}` | {state} | {tests} |\n"


def page() -> str:
    """What docs/coverage.md must say."""
    operations: list[dict[str, Any]] = CONTRACT["operations"]
    answered = {(route.method, route.path) for route in ROUTES}
    offered = sum((one["method"], one["path"]) in answered for one in operations)
    head = HEAD.format(
        version=CONTRACT["sdkVersion"],
        answered=offered,
        all=len(operations),
        hardware=len(CONTRACT["outOfScope"]),
    )
    tails = Counter(_tail(one["path"]) for one in operations)
    return head + "".join(
        LINE.format_map(one | {"state": _state(one, answered), "tests": ", ".join(_tests(one, tails))})
        for one in operations
    )


def _state(one: dict[str, Any], answered: set[tuple[str, str]]) -> str:
    if (one["method"], one["path"]) in answered:
        return "answered"
    return NOT_OFFERED.get(one["name"], "not yet")


def _tests(one: dict[str, Any], tails: Counter[str]) -> Iterator[str]:
    tail = _tail(one["path"])
    words = [rf"\b{one['name']}(Request|Headers)?\b", rf"\b{one['sdkMethod']}(_with_options)?\b"] + (
        [rf"/{tail}\b"] if tails[tail] == 1 else []
    )
    spoken = re.compile("|".join(words))
    for test in sorted((ROOT / "tests" / "conformance").glob("test_*.py")):
        if test.name not in ("test_every_operation.py", "test_contract.py") and spoken.search(
            test.read_text("utf-8")
        ):
            yield f"`{test.stem.removeprefix('test_')}`"


def _tail(path: str) -> str:
    """The last part of a path that is no id."""
    return [part for part in path.split("/") if not part.startswith("{")][-1]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
