from __future__ import annotations

import json

import pytest

from rili.wire.pushes import calendar_event_change

FRAME = 256 * 1024
"""The longest that every stream client takes (push.md 4.2)."""


@pytest.mark.parametrize(
    ("characters", "people", "named"),
    [
        pytest.param(26, 5_000, 5_000, id="as Rili makes ids, the most people there are"),
        pytest.param(64, 5_000, 2_934, id="the longest ids"),
        pytest.param(8, 30_000, 17_873, id="the shortest ids, and more of them than there are"),
    ],
)
def test_a_push_fits_into_a_frame(characters: int, people: int, named: int):
    union_ids = [f"{n:0{characters}}" for n in range(people)]
    body = calendar_event_change(
        "M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09",
        1_773_208_800_000,
        calendar_id="primary",
        union_ids=union_ids,
        change_type="updated",
        changed_ms=1_773_208_800_000,
    )
    assert json.loads(body)["unionIdList"] == union_ids[:named]
    assert len(json.dumps({"headers": {}, "data": body})) < FRAME - 2048  # and headers
