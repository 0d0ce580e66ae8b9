"""One occurrence of a series: its people, changing it, deleting it. The others stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import UNSET
from msgspec.structs import replace

from rili.actions.access import Seen
from rili.actions.announce import announce, colleagues, text_of
from rili.actions.bookings import asked_again, moving, rebook_occurrence, rooms_of
from rili.actions.edit import Edit
from rili.actions.people import invite
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.event import Event, check_organizer
from rili.model.people import Attendee, OwnPlace, PeopleChange, people_on, replace_people, reset_answers
from rili.model.recurrence import settle
from rili.model.series import Instance, Override, find_instance, override_of, span_of
from rili.model.when import When
from rili.store import agenda, answer_links, attendees, bookings, events, overrides
from rili.store.db import Tx
from rili.store.events import Stored


def people_of(tx: Tx, one: Instance, *, limit: int = -1) -> tuple[Attendee, ...]:
    """The people on an occurrence, the organizer first; the first *limit*, or all."""
    series = one.series
    own = _own(tx, one)
    whole = attendees.of_event(tx, series.corp_id, series.id, limit=limit + len(own) if limit >= 0 else -1)
    people = people_on(whole, own, series.organizer_id, asked_again=one.override.asked_again)
    return people[:limit] if limit >= 0 else people


def people_after(tx: Tx, one: Instance, after: tuple[int, str], limit: int) -> tuple[Attendee, ...]:
    """The first *limit* people on an occurrence after a place in their order, and whose id comes after that in it."""
    series = one.series
    own = _own(tx, one)
    # Whoever has an own place here may have another than on the whole: it is the one here that counts.
    wanted = limit + len(own)
    whole = attendees.of_event(tx, series.corp_id, series.id, limit=wanted, after=after[0] - 1)
    last = whole[-1].place if len(whole) == wanted else None
    people = people_on(whole, own, series.organizer_id, asked_again=one.override.asked_again)
    return tuple(
        person
        for person in people
        if (person.place, person.person_id) > after and (last is None or person.place <= last)
    )[:limit]


def update(edit: Edit, one: Instance) -> Seen:
    """Make the occurrence an exception, or change it further. Raises PermissionDenied, InvalidParameter."""
    tx, by, change = edit.tx, edit.by, edit.change
    series = edit.stored.event
    check_organizer(series, edit.place.user_id)
    if (
        change.recurrence is not UNSET
        and settle(change.recurrence, series.when, edit.rules) != series.recurrence
    ):
        raise InvalidParameter(
            description="recurrence: one occurrence has none of its own; send scope=all or scope=following"
        )
    if change.private is not UNSET and change.private != series.private:
        raise InvalidParameter(
            description="visibility: one occurrence has none of its own; send scope=all or scope=following"
        )
    changed = edit.changed_occurrence(one)
    moves = changed.when != one.event.when
    booked = rooms_of(tx, series, by.now_ms) if moves and series.takes_rooms else None
    if booked:
        changed = asked_again(changed, booked)
    override = override_of(one, changed, asked_again=moves, now_ms=by.now_ms)
    after = replace(
        series,
        version=series.version + 1,
        occurrences_with_rooms=series.occurrences_with_rooms or bool(override.rooms),
    )
    events.replace(tx, after)
    people, moved = people_of(tx, one), PeopleChange(())
    if change.attendees is not UNSET:
        moved = _replace_people(edit, one, people)
        people = moved.people
    if moves:
        attendees.ask_again_on(tx, after, one.slot)
        people = reset_answers(people, series.organizer_id)
    overrides.put(tx, after, one.slot, override)
    if booked:
        with moving():
            rebook_occurrence(tx, after, one.slot, override, booked)
    retell(tx, after)
    _show_and_hide(tx, after, moved, by.now_ms)
    result = find_instance(after, one.slot, override)
    assert result is not None
    announce(
        tx, by, edit.place.user_id, after, "update", (*people, *moved.left), before=text_of(one.event),
        after=text_of(result.event), joined=moved.joined, left=moved.left, occurrence=one, switches=change.switches,
        asks_again=moves,
    )  # fmt: skip
    return Seen(result.event, people, edit.place.user_id, result)


def delete(tx: Tx, by: Caller, stored: Stored, one: Instance, switches: dict[str, str]) -> Seen:
    """By the organizer: it does not occur."""
    series = stored.event
    people = people_of(tx, one)
    after = replace(series, version=series.version + 1)
    events.replace(tx, after)
    overrides.put(tx, after, one.slot, replace(one.override, edited=True, removed=True, updated_ms=by.now_ms))
    if series.takes_rooms:
        bookings.release(tx, series, one.slot)
    retell(tx, after)
    announce(
        tx, by, series.organizer_id, after, "delete", people,
        before=text_of(one.event), occurrence=one, switches=switches,
    )  # fmt: skip
    return Seen(one.event, people, series.organizer_id, one)


def retell(tx: Tx, series: Event) -> None:
    """Tell every calendar that shows *series* that single occurrences of it changed, and where they are now."""
    found = overrides.of_event(tx, series.corp_id, series.id)
    agenda.touch_occurrences(tx, series, span_of(series, moved_whens(found.values())))


def moved_whens(found: Iterable[Override]) -> list[When]:
    """When the occurrences are that were moved."""
    return [one.when for one in found if one.when is not UNSET and not one.removed]


def _own(tx: Tx, one: Instance) -> list[OwnPlace]:
    series = one.series
    found = attendees.own_places(tx, series.corp_id, [series.id], one.slot)
    return found.get(series.id, {}).get(one.slot, [])


def _replace_people(edit: Edit, one: Instance, people: tuple[Attendee, ...]) -> PeopleChange:
    """Bring the people of one occurrence to what the request lists."""
    tx, series = edit.tx, edit.stored.event
    assert edit.change.attendees is not UNSET
    invited = invite(tx, edit.by, edit.change.attendees, people, edit.new_bytes)
    moved = replace_people(people, invited, series.organizer_id)
    whole = {person.person_id: person for person in attendees.of_event(tx, series.corp_id, series.id)}
    for person in (*moved.joined, *moved.changed):
        place = whole[person.person_id].place if person.person_id in whole else person.place
        attendees.put_own(tx, series, one.slot, replace(person, place=place))
    for person in moved.left:
        if person.person_id in whole:
            attendees.put_own(tx, series, one.slot, person, removed=True)
        else:
            attendees.drop_own(tx, series, one.slot, person.person_id)
    answer_links.drop(tx, series, [person.person_id for person in moved.left], one.slot)
    return moved


def _show_and_hide(tx: Tx, series: Event, moved: PeopleChange, now_ms: int) -> None:
    """Put the series on the calendars of those who joined one occurrence, off those of whom no occurrence is left."""
    if not moved.joined and not moved.left:
        return
    found = overrides.of_event(tx, series.corp_id, series.id)
    alone = attendees.on_occurrences_alone(tx, series)
    joined = [id_ for id_ in colleagues(moved.joined) if id_ in alone]
    if joined:
        agenda.show(tx, series, span_of(series, moved_whens(found.values())), joined)
    _hide_strangers(tx, series, colleagues(moved.left), now_ms)


def _hide_strangers(tx: Tx, series: Event, person_ids: Collection[str], now_ms: int) -> None:
    """Take the series off the calendars of those of *person_ids* who are on no occurrence of it any more."""
    if not person_ids:
        return
    people = attendees.of_event(tx, series.corp_id, series.id)
    there = {person.person_id for person in people if not person.left}
    there |= attendees.on_occurrences_alone(tx, series)
    if strangers := [id_ for id_ in person_ids if id_ not in there]:
        agenda.hide(tx, series, strangers, now_ms)
