"""What is not documented does not exist: routes, links, and the two commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rili.api.router import Route
from rili.api.routes import ROUTES
from tools import write_coverage

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in ROUTES])
def test_route_is_documented(route: Route) -> None:
    line = next(
        line
        for line in (ROOT / "docs/api.md").read_text().splitlines()
        if f"`{route.method} {route.path}`" in line
    )

    assert line.startswith(f"| {route.name}")
    assert route.scope is None or f"`{route.scope}`" in line


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_readme_has_the_two_commands(name: str) -> None:
    text = (ROOT / name).read_text()

    assert "make run" in text
    assert "make test" in text


def test_decisions_that_code_cites_are_written_down() -> None:
    written = set(re.findall(r"^(\d+)\. \*\*", (ROOT / "docs/decisions.md").read_text(), re.MULTILINE))
    cited = {
        number
        for source in (ROOT / "src").rglob("*.py")
        for numbers in re.findall(r"[Dd]ecisions? (\d+(?:, \d+)*(?: and \d+)?)", source.read_text())
        for number in re.findall(r"\d+", numbers)
    }

    assert cited
    assert cited <= written


def test_coverage_is_fresh() -> None:
    """`make coverage` writes the page anew."""
    assert write_coverage.PAGE.read_text("utf-8") == write_coverage.page()
