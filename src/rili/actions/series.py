"""A series as a whole, or from one occurrence on: nothing of its exceptions is lost silently (decision 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions.access import Place, Seen
from rili.actions.announce import announce, colleagues, text_of
from rili.actions.bookings import Rooms, asked_again, moving, rebook, rooms_of
from rili.actions.edit import Edit
from rili.actions.occurrences import moved_whens
from rili.actions.people import invite
from rili.auth.callers import Caller
from rili.model.event import Event, asks_again, check_not_cancelled, check_organizer
from rili.model.event_rooms import ask_again, own_rooms, rooms_on
from rili.model.expansion import expand_days, occurrence_at
from rili.model.ids import EVENT_ID_BYTES
from rili.model.ids import event_id as event_id_of
from rili.model.people import Attendee, PeopleChange, replace_people, reset_answers
from rili.model.series import Carried, Instance, Override, Slot, find_instance, override_of, span_of
from rili.model.series_edit import days_moved, rest_of, shifted, truncated
from rili.store import agenda, attendees, bookings, events, former_rules, overrides
from rili.store.db import Tx
from rili.store.events import Stored
from rili.store.former_rules import FormerRule


class Edited(Struct, frozen=True, gc=False):
    """What became of a series: *seen* is the half that holds the addressed occurrence, or the whole."""

    seen: Seen
    first_half: Seen | None = None
    """What is left of the series where it was split: the part before."""
    cancelled: bool = False
    """Whether *seen* is gone: what a delete answers."""
    kept: tuple[Carried, ...] = ()
    dropped: tuple[Carried, ...] = ()


def update_all(edit: Edit, one: Instance | None) -> Edited:
    """Change the whole series; through *one* of its occurrences, whose move it follows."""
    tx, by, before = edit.tx, edit.by, edit.stored.event
    check_organizer(before, edit.place.user_id)
    if one is not None:
        check_not_cancelled(one.event)
    shift = None if one is None else edit.shift(one)
    if shift is None:
        event = edit.changed(before)
    else:
        event = edit.changed(shifted(before, shift, keep_rule=edit.brings_rule), moved=True)
    moves = asks_again(before, event)
    booked = rooms_of(tx, before, by.now_ms) if before.takes_rooms and (moves or one is not None) else None
    if booked and moves:
        event = asked_again(event, booked)
    if moves:
        event = replace(event, asked_version=event.version)
    body = events.replace(tx, event)
    people, moved = _replace_people(edit, event)
    kept: list[Carried] = []
    dropped: list[Carried] = []
    found = overrides.of_event(tx, by.corp_id, before.id)
    if moves:
        people = _ask_again(tx, event, people)
        slots = _new_slots(found, event, 0 if shift is None else days_moved(before, event.when))
        kept, dropped = _carry(tx, before, event, found, slots)
        remember(tx, before, (slot.key for slot in found if slots.get(slot) != slot), by.now_ms)
        _ask_again_on(tx, event, kept)
        kept = _ask_rooms_again_on(tx, before, event, kept, booked)
    else:
        kept = [_carried(before, event, slot, slot, override) for slot, override in found.items()]
    if one is not None:
        kept = _settle_addressed(edit, one, event, kept, booked)
    if booked:
        with moving():
            rebook(tx, event, _overrides(kept), booked)
    agenda.move(tx, event, span_of(event, moved_whens(item.override for item in kept)))
    _show_and_hide(tx, event, moved, kept, dropped, by.now_ms)
    announce(
        tx, by, edit.place.user_id, event, "update", (*people, *moved.left), before=edit.stored.body,
        after=body, joined=moved.joined, left=moved.left, switches=edit.change.switches, asks_again=moves,
    )  # fmt: skip
    return Edited(Seen(event, people, edit.place.user_id), kept=tuple(kept), dropped=tuple(dropped))


def update_following(edit: Edit, one: Instance) -> Edited:
    """Split the series at *one*: what follows is a series of its own, and changes. On the first one it is `all`."""
    check_organizer(edit.stored.event, edit.place.user_id)
    check_not_cancelled(one.event)
    return update_all(edit, one) if is_first(edit.tx, one) else split(edit, one)


def split(edit: Edit, one: Instance) -> Edited:
    """The same, where something is left before *one*; or what follows is cancelled, and its exceptions with it."""
    tx, by, before = edit.tx, edit.by, edit.stored.event
    shift = edit.shift(one)
    rest = rest_of(before, one, event_id_of(edit.new_bytes(EVENT_ID_BYTES)))
    changed = edit.changed(shifted(rest, shift, keep_rule=edit.brings_rule), moved=True)
    # Its versions go on: its exceptions remember some (`Override.asked_version`).
    version = before.version + 1
    event = replace(changed, version=version, created_ms=by.now_ms, cancelled=edit.cancels)
    moves = asks_again(rest, event)
    booked = rooms_of(tx, before, by.now_ms) if before.takes_rooms else None
    if booked and moves:
        event = asked_again(event, booked)
    first = replace(truncated(before, one.slot), version=before.version + 1, updated_ms=by.now_ms)
    first_body, body = events.replace(tx, first), events.add(tx, event)
    attendees.copy(tx, before, event)
    found = overrides.of_event(tx, by.corp_id, before.id)
    later = {slot: override for slot, override in found.items() if slot >= one.slot}
    kept, dropped = _carry(tx, before, event, later, _new_slots(later, event, days_moved(rest, event.when)))
    people, moved = _replace_people(edit, event)  # who leaves also leaves the occurrences that were carried
    first_people = attendees.of_event(tx, by.corp_id, before.id)
    if moves:
        people = _ask_again(tx, event, people)
        _ask_again_on(tx, event, kept)
        kept = _ask_rooms_again_on(tx, rest, event, kept, booked)
    if not edit.cancels:
        kept = _settle_addressed(edit, one, event, kept, booked)
    remember(tx, before, (slot.key for slot in later), by.now_ms)
    earlier = [
        _carried(before, first, slot, slot, override) for slot, override in found.items() if slot not in later
    ]
    if booked:
        with moving():
            bookings.carry(tx, first, event, one.slot)
            rebook(tx, first, _overrides(earlier), booked)
            rebook(tx, event, _overrides(kept), booked, checked=moves)
    agenda.move(tx, first, span_of(first, moved_whens(item.override for item in earlier)))
    _hide_strangers(tx, before, by.now_ms)
    alone = attendees.on_occurrences_alone(tx, event)
    agenda.show(
        tx, event, span_of(event, moved_whens(item.override for item in kept)), {*colleagues(people), *alone}
    )
    announce(
        tx, by, edit.place.user_id, first, "update", first_people, before=edit.stored.body, after=first_body,
        switches=edit.change.switches, other_half=event.id,
    )  # fmt: skip
    announce(
        tx, by, edit.place.user_id, event, "cancel" if edit.cancels else "create", (*people, *moved.left),
        before=text_of(rest), after=body, joined=moved.joined, left=moved.left,
        switches=edit.change.switches, asks_again=moves, other_half=first.id,
    )  # fmt: skip
    return Edited(
        Seen(event, people, edit.place.user_id),
        Seen(first, first_people, edit.place.user_id),
        kept=(*earlier, *kept),
        dropped=tuple(dropped),
    )


def delete_following(
    tx: Tx, by: Caller, place: Place, stored: Stored, one: Instance, switches: dict[str, str]
) -> Edited:
    """End the series before *one*. Raises PermissionDenied."""
    before = stored.event
    check_organizer(before, place.user_id)
    event = replace(truncated(before, one.slot), version=before.version + 1, updated_ms=by.now_ms)
    body = events.replace(tx, event)
    found = overrides.of_event(tx, by.corp_id, before.id)
    slots = {slot: slot for slot in found if slot < one.slot}
    kept, dropped = _carry(tx, before, event, found, slots)
    remember(tx, before, (item.slot.key for item in dropped), by.now_ms)
    if event.takes_rooms:
        rebook(tx, event, _overrides(kept), rooms_of(tx, event, by.now_ms))
    agenda.move(tx, event, span_of(event, moved_whens(item.override for item in kept)))
    _hide_strangers(tx, event, by.now_ms)
    people = attendees.of_event(tx, by.corp_id, event.id)
    announce(
        tx, by, place.user_id, event, "update", people, before=stored.body, after=body,
        switches={"pushNotification": "false"} | switches,  # as of every delete (decision 104)
    )  # fmt: skip
    return Edited(Seen(event, people, place.user_id), kept=tuple(kept), dropped=tuple(dropped))


def is_first(tx: Tx, one: Instance) -> bool:
    """Whether no occurrence is left before *one*."""
    series = one.series
    assert series.recurrence is not None
    found = overrides.of_event(tx, series.corp_id, series.id)
    for earlier in expand_days(series.recurrence, series.when, last=one.slot.day):
        slot = Slot(earlier.day, earlier.number)
        if slot >= one.slot:
            break
        if slot not in found or not found[slot].removed:
            return False
    return True


def remember(tx: Tx, before: Event, dropped: Iterable[str], now_ms: int) -> None:
    """Keep what a series, or an event that became one, was: a sync has to say which occurrences are gone."""
    former_rules.add(tx, before, FormerRule(before.when, before.recurrence, tuple(dropped)), now_ms)


def _replace_people(edit: Edit, event: Event) -> tuple[tuple[Attendee, ...], PeopleChange]:
    """The people of *event*, whose rows are there, once they are what the request lists."""
    tx = edit.tx
    people = attendees.of_event(tx, event.corp_id, event.id)
    if edit.change.attendees is UNSET:
        return people, PeopleChange(people)
    invited = invite(tx, edit.by, edit.change.attendees, people, edit.new_bytes)
    moved = replace_people(people, invited, event.organizer_id)
    attendees.apply(tx, event, moved)
    return moved.people, moved


def _ask_again(tx: Tx, event: Event, people: tuple[Attendee, ...]) -> tuple[Attendee, ...]:
    asked = reset_answers(people, event.organizer_id)
    if asked != people:
        attendees.ask_again(tx, event)
    return asked


def _ask_again_on(tx: Tx, event: Event, kept: Iterable[Carried]) -> None:
    """The same on the occurrences that moved with *event*; those at a time of their own did not."""
    for one in kept:
        if one.override.when is UNSET:
            attendees.ask_again_on(tx, event, one.slot)


def _ask_rooms_again_on(
    tx: Tx, before: Event, event: Event, kept: list[Carried], booked: Rooms | None
) -> list[Carried]:
    """The same of their rooms, where somebody must approve of them; those at a time of their own keep theirs."""
    if booked is None:
        return kept
    asked: list[Carried] = []
    for one in kept:
        wanted = rooms_on(before.rooms, one.override.rooms)
        if one.override.when is UNSET:
            wanted = ask_again(wanted, booked.approved)
        rooms = own_rooms(event.rooms, wanted)
        if rooms != one.override.rooms:
            override = replace(one.override, rooms=rooms)
            overrides.put(tx, event, one.slot, override)
            asked.append(replace(one, override=override, instance=find_instance(event, one.slot, override)))
        else:
            asked.append(one)
    return asked


def _overrides(carried: Iterable[Carried]) -> dict[Slot, Override]:
    return {one.slot: one.override for one in carried}


def _new_slots(found: Collection[Slot], event: Event, days: int) -> dict[Slot, Slot]:
    """For each exception the slot that it has in the series, which moved by *days*, where that has it."""
    assert event.recurrence is not None
    slots = {slot: Slot(slot.day + days, slot.number) for slot in found}
    return {
        old: new
        for old, new in slots.items()
        if occurrence_at(event.recurrence, event.when, new.day, new.number) is not None
    }


def _carry(
    tx: Tx, before: Event, after: Event, found: Mapping[Slot, Override], slots: Mapping[Slot, Slot]
) -> tuple[list[Carried], list[Carried]]:
    """Give the exceptions of *before* to *after* by *slots*, and drop the others."""
    lost = [slot for slot in found if slot not in slots]
    if lost:
        overrides.drop(tx, before, lost)
    if before.id != after.id or any(old != new for old, new in slots.items()):
        overrides.carry(tx, before, after, slots)
    return (
        [_carried(before, after, slot, slots[slot], found[slot]) for slot in found if slot in slots],
        [dropped_of(before, slot, found[slot]) for slot in lost],
    )


def _carried(before: Event, after: Event, old: Slot, new: Slot, override: Override) -> Carried:
    return Carried(
        new.id_in(after.id), old.id_in(before.id), new, override, find_instance(after, new, override)
    )


def _settle_addressed(
    edit: Edit, one: Instance, event: Event, kept: list[Carried], booked: Rooms | None
) -> list[Carried]:
    """An exception through which its series was changed is itself as the request says, in what it names."""
    if not one.override.own():
        return kept
    wanted = edit.changed_occurrence(one)
    settled: list[Carried] = []
    for item in kept:
        if item.former_id == one.event.id and item.instance is not None:
            rooms = item.instance.event.rooms
            if booked and wanted.when != one.event.when:
                rooms = ask_again(rooms, booked.approved)
            settled_as = replace(wanted, rooms=rooms)
            override = override_of(item.instance, settled_as, asked_again=False, now_ms=edit.by.now_ms)
            overrides.put(edit.tx, event, item.slot, override)
            settled.append(
                replace(item, override=override, instance=find_instance(event, item.slot, override))
            )
        else:
            settled.append(item)
    return settled


def dropped_of(event: Event, slot: Slot, override: Override) -> Carried:
    """An exception of *event* that is lost, as it was."""
    occurrence_id = slot.id_in(event.id)
    return Carried(occurrence_id, occurrence_id, slot, override, find_instance(event, slot, override))


def _show_and_hide(
    tx: Tx, event: Event, moved: PeopleChange, kept: list[Carried], dropped: list[Carried], now_ms: int
) -> None:
    if moved.left:  # whoever had left the whole may have been on single occurrences since
        agenda.hide(tx, event, [one.person_id for one in moved.left], now_ms)
    if dropped:
        _hide_strangers(tx, event, now_ms)
    if moved.joined:
        span = span_of(event, moved_whens(item.override for item in kept))
        agenda.show(tx, event, span, colleagues(moved.joined))


def _hide_strangers(tx: Tx, event: Event, now_ms: int) -> None:
    """Take *event* off the calendars of those of whose occurrences none is left."""
    there = {one.person_id for one in attendees.of_event(tx, event.corp_id, event.id) if not one.left}
    there |= attendees.on_occurrences_alone(tx, event)
    shown = {one.owner_id for one in agenda.of_event(tx, event.corp_id, event.id) if not one.gone}
    if strangers := shown - there:
        agenda.hide(tx, event, strangers, now_ms)
