"""A crowded calendar is walked in shorter parts, and shows the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rili.actions import lists, parts
from rili.actions.lists import Asked
from rili.actions.memory import Memory
from rili.model.moment import parse_instant_ms
from tests.actions.test_memory import Office
from tests.people import SharedDatabase


@pytest.fixture
def office(shared_database: SharedDatabase) -> Office:
    office = Office(shared_database)
    shared_database.write(lambda tx: office._create(tx, "2026-03-03T00:00", "2026-04-01T00:00"))
    shared_database.write(lambda tx: office._create(tx, "2026-03-04T00:00", "2026-04-02T00:00"))
    return office


def pages(
    office: Office, act: Callable[..., lists.Page], since: str, until: str | None, size: int
) -> list[str]:
    """The id and start of every item, page after page."""
    found: list[str] = []
    asked = Asked(
        from_ms=parse_instant_ms(since, ""),
        to_ms=parse_instant_ms(until, "") if until else None,
        max_results=size,
    )
    memory = Memory()
    while True:
        page = office.database.read(lambda tx, asked=asked: act(tx, office.by, office.place, asked, memory))
        for one in page.items:
            assert isinstance(one, lists.Listed)
            found.append(f"{one.item.starts_ms} {one.item.id}")
        if page.next is None:
            return found
        asked = Asked(cursor=page.next)


@pytest.mark.parametrize("size", [3, 100])
@pytest.mark.parametrize(
    ("act", "since", "until"),
    [
        pytest.param(
            lists.view_events, "2026-03-25T00:00:00Z", "2026-05-25T00:00:00Z", id="what began before"
        ),
        pytest.param(
            lists.view_events, "2026-03-01T00:00:00Z", "2026-04-20T00:00:00Z", id="from the beginning"
        ),
        pytest.param(lists.list_events, "1970-01-01T00:00:00Z", None, id="long before"),
    ],
)
def test_crowded_or_not(
    office: Office, monkeypatch: pytest.MonkeyPatch, act: Callable[..., lists.Page], since: str, until: str | None,
    size: int,
) -> None:  # fmt: skip
    usual = pages(office, act, since, until, size)
    monkeypatch.setattr(parts, "CROWDED", 1)

    crowded = pages(office, act, since, until, size)

    assert crowded == usual
    assert len(set(crowded)) == len(crowded) > 0


def test_long_gaps_around_a_crowd_are_few_looks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    usual = parts._walk
    monkeypatch.setattr(parts, "CROWDED", 1)
    monkeypatch.setattr(parts, "_walk", lambda *given: looks.append(given) or usual(*given))

    pages(office, lists.list_events, "1970-01-01T00:00:00Z", None, 100)
    asked = Asked(from_ms=parse_instant_ms("1970-01-01T00:00:00Z", ""), max_results=1)
    office.database.read(lambda tx: lists.list_events(tx, office.by, office.place, asked, Memory()))

    assert len(looks) < 60
