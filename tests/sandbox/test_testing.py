"""What `rili.testing` refuses, and the limits that it sets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from rili.testing import Clock, running
from tests.conformance.clients import HOUR, App


def test_unknown_rules() -> None:
    rules: Any = "lenint"

    with pytest.raises(ValueError, match="documented or lenient, not lenint"), running(rules=rules):
        pass


def test_a_time_without_zone() -> None:
    with pytest.raises(ValueError, match="a time with a zone"):
        Clock().set(datetime(2026, 3, 2))


@pytest.mark.parametrize("limit", [-1, 1_000_000_000])
def test_a_limit_that_is_none(limit: int) -> None:
    with (
        pytest.raises(ValueError, match=f"creates_per_day must be from 0 .* not {limit}"),
        running(creates_per_day=limit),
    ):
        pass


def test_limits_by_the_clock_of_the_test() -> None:
    with running(calls_per_second=2, calls_per_minute=3, calls_per_month=5, creates_per_day=1) as rili:
        app = App(rili)
        view = f"/v1.0/calendar/users/{app.organizer.union_id}/calendars/primary/eventsview"

        def code(method: str = "GET", target: str = view, body: Any = None) -> str:
            reply = app.call(method, target, body)
            return "ok" if reply.status == 200 else reply.json["code"].rpartition(".")[2]

        assert [code() for _ in range(3)] == ["ok", "ok", "QpsLimitForAppkeyAndApi"]
        rili.clock.advance(seconds=1)
        assert [code() for _ in range(2)] == ["ok", "QpmLimitForAppkeyAndApi"]
        rili.clock.advance(minutes=1)
        assert [code("POST", app.path(), HOUR) for _ in range(2)] == ["ok", "flowLimit"]
        assert code() == "ApiCountLimitForOrg"
