"""A reader's page never tells more than the privilege allows, whatever the event holds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rili.actions.disclosure import Busy, disclosed
from rili.actions.items import Item
from rili.actions.memory import Known
from rili.model.event import AttendeeRights, Card, Category, Event, Reminder, UiConfig
from rili.model.expansion import expand
from rili.model.privileges import GRANTED, PRIVILEGES, Privilege, disclosure, suffices
from rili.model.series import PLAIN, Override
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.wire.lists import busy_view
from tests.model.make import series, single

texts = st.none() | st.text(max_size=9)
details = st.fixed_dictionaries(
    {
        "organizer_id": st.text(max_size=9),
        "created_ms": st.integers(0, 10**12),
        "updated_ms": st.integers(0, 10**12),
        "version": st.integers(1, 99),
        "description": texts,
        "location": texts,
        "reminders": st.lists(st.builds(Reminder, st.integers(0, 99)), max_size=2).map(tuple),
        "conference_id": texts,
        "rich_text": texts,
        "ui_configs": st.lists(st.builds(UiConfig, st.text(max_size=9), st.just("hide")), max_size=1).map(
            tuple
        ),
        "categories": st.lists(st.builds(Category, texts, texts), max_size=1).map(tuple),
        "cards": st.lists(st.builds(Card, texts, texts), max_size=1).map(tuple),
        "attendee_rights": st.none() | st.builds(AttendeeRights, st.booleans()),
    }
)
"""All that is neither a time nor a title."""


def told(event: Event, override: Override, privilege: Privilege) -> list[Any]:
    """What a door writes of the event, or of the first occurrences of the series."""
    known = Known(event, {}, Standing(whole=True))
    if event.recurrence is None:
        items = [Item(event.when.starts_ms, event.id, known)]
    else:
        found = [
            one for one, _ in zip(expand(event.recurrence, event.when, 0, 10**15), range(2), strict=False)
        ]
        items = [
            Item(one.starts_ms, known.ids.of(one.day, one.number), known, one, own)
            for one, own in zip(found, (override, PLAIN), strict=True)
        ]
    calendar = Primary("ding1", "calendar", "owner", "Owner", "Asia/Shanghai", privilege=privilege)
    nothing: Any = None  # no database is asked about what is hidden
    page = disclosed(nothing, calendar, items, 100)
    assert all(isinstance(one, Busy) for one in page)
    return [msgspec.json.encode(busy_view(**told_of(one))) for one in page if isinstance(one, Busy)]


def told_of(one: Busy) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.structs.asdict(one)
    return {"id_": members.pop("id"), **members}


CASES = [
    pytest.param(privilege, private, id=f"{privilege}{' of a private event' if private else ''}")
    for privilege in GRANTED
    for private in (False, True)
    if disclosure(privilege, private=private) != "all"
]


@pytest.mark.parametrize(("privilege", "private"), CASES)
@given(one=details, other=details, titles=st.tuples(st.text(max_size=9), st.text(max_size=9)), data=st.data())
def test_nothing_else_shows(
    privilege: Privilege, private: bool, one: Any, other: Any, titles: tuple[str, str], data: Any
) -> None:
    """Events that differ in all but their times, and where it shows their title, look the same."""
    titled = disclosure(privilege, private=private) == "title"
    event = single(
        private=private,
        recurrence=data.draw(st.sampled_from([None, series()])),
        free_busy=data.draw(st.sampled_from(["busy", "free"])),
        cancelled=data.draw(st.booleans()),
    )
    own = [
        Override(edited=True, summary=title, description=this["description"], location=this["location"])
        for this, title in ((one, titles[0]), (other, titles[0] if titled else titles[1]))
    ]
    first, second = (
        replace(event, **this, summary=title)
        for this, title in ((one, titles[0]), (other, titles[0] if titled else titles[1]))
    )

    assert told(first, own[0], privilege) == told(second, own[1], privilege)


@pytest.mark.parametrize("private", [False, True])
def test_more_privilege_tells_more(private: bool) -> None:
    levels = ["time", "title", "all"]
    found = [levels.index(disclosure(one, private=private)) for one in PRIVILEGES]

    assert found == sorted(found)
    assert found == ([0, 0, 0, 2, 2] if private else [0, 1, 2, 2, 2])
    assert [suffices(one, "reader") for one in PRIVILEGES] == [False, False, True, True, True]
