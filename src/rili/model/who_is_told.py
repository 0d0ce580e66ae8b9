"""Who is told what of a change, and by what (docs/notifications.md, decisions 103 and 104). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from rili.model.event import Event, rule_of
from rili.model.event_rooms import EventRoom
from rili.model.notice import Notice, NoticeKind
from rili.model.people import Response
from rili.model.when import AllDay

LAST_ZONE_MS = 12 * 3_600_000
"""A whole day ends last at UTC-12."""

_TELLING = ("summary", "when", "location", "description", "rich_text", "conference_id")
"""What is worth telling when it changes, besides the rule and the rooms; colours, reminders and rights are not."""


class Happened(Struct, frozen=True, gc=False, kw_only=True):
    """A change as the outbox has it. *before* and *after* are what stands alone: of an occurrence, that one."""

    kind: str
    operator_id: str
    on_behalf_of: str | None
    before: Event | None
    after: Event | None
    occurrence: str | None
    joined: frozenset[str]
    left: frozenset[str]
    declined: frozenset[str]
    gone: frozenset[str]
    response: Response | None
    answered: frozenset[str]
    """Rooms that somebody approved of, or refused."""
    split: bool
    """It is of one half of a series that was split by it."""
    switches: dict[str, str]


class Channels(Struct, frozen=True, gc=False):
    """By what something is told: by a notification here, by mail."""

    here: bool = True
    mail: bool = True

    def __bool__(self) -> bool:
        return self.here or self.mail


class Word(Struct, frozen=True, gc=False):
    """What somebody is told, and by what."""

    notice: Notice
    by: Channels


class Words(Struct, frozen=True, gc=False):
    """What each is told of a change; None is nothing."""

    happened: Happened
    organizer_id: str
    joined: Word | None = None
    left: Word | None = None
    stays: Word | None = None
    declined: Word | None = None
    """Whoever stays, and had declined."""
    organizer: Word | None = None

    def any(self) -> bool:
        """Whether anybody may be told anything."""
        return any((self.joined, self.left, self.stays, self.declined, self.organizer))

    def to(self, person_id: str) -> Word | None:
        """What that person is told. Who took the event off their own calendar is told nothing, until it is back."""
        happened = self.happened
        if person_id in (happened.operator_id, happened.on_behalf_of):
            return None
        if person_id == self.organizer_id:
            return self.organizer
        if person_id in happened.joined:
            return self.joined
        if person_id in happened.gone:
            return None
        if person_id in happened.left:
            return self.left
        return self.declined if person_id in happened.declined else self.stays


def channels(kind: str, switches: dict[str, str]) -> Channels:
    """What the switches of a change leave. Source: `extra`, and the parameters of DeleteEvent, AddAttendee,
    TransferEvent; where they are silent, decision 104.
    """

    def said(name: str) -> bool | None:
        return {"true": True, "false": False}.get(switches.get(name, "").strip().lower())

    match kind:
        case "delete":
            return Channels(here=said("pushNotification") is True)
        case "people":
            return Channels(said("pushNotification") is not False, said("chatNotification") is not False)
        case "create" | "update":
            here = said("noPushNotification") is not True and said("pushNotification") is not False
            mail = said("noChatNotification") is not True and said("needNotifyViaO2O") is not False
            return Channels(here, mail)
        case _:
            return Channels()


def words(happened: Happened, now_ms: int) -> Words | None:
    """What is told of *happened* at *now_ms*; None where nobody is told anything, as of what is over."""
    event = happened.after or happened.before
    if event is None or event.subscribed:
        return None
    by = channels(happened.kind, happened.switches)
    told = Words(happened, event.organizer_id)
    match happened.kind:
        case "create" | "update":
            told = _updated(told, by, now_ms)
        case "delete" | "cancel":
            told = _called_off(told, by, now_ms)
        case "people":
            told = _people(told, by, now_ms)
        case "respond" | "leave":
            told = _answered(told, by, now_ms)
        case "rooms":
            told = _rooms(told, by, now_ms)
        case _:
            return None
    return told if told.any() else None


def is_coming(event: Event | None, now_ms: int) -> bool:
    """Whether something of *event* is not over at *now_ms*, wherever one looks at it."""
    if event is None:
        return False
    grace_ms = LAST_ZONE_MS if isinstance(event.when, AllDay) else 0
    if event.when.ends_ms + grace_ms > now_ms:
        return True
    until_ms = event.until_ms
    return until_ms is None or until_ms + grace_ms > now_ms


def changed_fields(before: Event, after: Event) -> tuple[str, ...]:
    """What differs of what people are told, by the names of `Event`, and `organizer`."""
    found = [name for name in _TELLING if getattr(before, name) != getattr(after, name)]
    if before.recurrence != after.recurrence and rule_of(before) != rule_of(after):
        found.append("recurrence")
    if (before.rooms or after.rooms) and _held(before.rooms) != _held(after.rooms):
        found.append("rooms")
    if before.organizer_id != after.organizer_id:
        found.append("organizer")
    return tuple(found)


def _updated(told: Words, by: Channels, now_ms: int) -> Words:
    happened = told.happened
    before, after = happened.before, happened.after
    if after is None:  # an occurrence that the series has no more
        return told
    invited = _word(happened, "invitation", after, by) if is_coming(after, now_ms) else None
    if before is None:
        return replace(told, joined=invited)
    if not (is_coming(before, now_ms) or is_coming(after, now_ms)):
        return told
    fields = changed_fields(before, after)
    if happened.split:
        return _split(told, by, fields, invited)
    stays = _word(happened, "change", after, by, fields) if fields else None
    handed_over = before.organizer_id != after.organizer_id
    return replace(
        told,
        joined=invited,
        left=_removal(happened, before, by),
        stays=stays,
        organizer=stays if handed_over else None,
    )


def _split(told: Words, by: Channels, fields: tuple[str, ...], invited: Word | None) -> Words:
    """People hear of it once, with the later half; calendars elsewhere know a series by its id, and need both."""
    happened = told.happened
    before, after = happened.before, happened.after
    assert before is not None
    assert after is not None
    if happened.kind == "update":  # what comes before
        return replace(told, stays=_word(happened, "change", after, Channels(False, by.mail), fields))
    by_here = Channels(by.here, mail=False)
    return replace(
        told,
        joined=invited,
        left=_removal(happened, before, by_here),
        stays=_word(happened, "change", after, Channels(by.here and bool(fields), by.mail), fields),
    )


def _called_off(told: Words, by: Channels, now_ms: int) -> Words:
    happened = told.happened
    before = happened.before
    if before is None or before.cancelled or not is_coming(before, now_ms):
        return told
    if happened.split:  # what comes before says by mail that the rest is gone
        by = Channels(by.here, mail=False)
    word = _word(happened, "cancellation", before, by)
    # Other calendars do not keep what is gone; whoever declined need not hear more.
    declined = _word(happened, "cancellation", before, Channels(False, by.mail))
    return replace(told, stays=word, declined=declined)


def _people(told: Words, by: Channels, now_ms: int) -> Words:
    happened = told.happened
    event = happened.after
    if event is None or event.cancelled or not is_coming(event, now_ms):
        return told
    return replace(
        told,
        joined=_word(happened, "invitation", event, by),
        left=_removal(happened, event, by),
        organizer=_word(happened, "change", event, Channels(), ("attendees",)),
    )


def _answered(told: Words, by: Channels, now_ms: int) -> Words:
    happened = told.happened
    event = happened.after
    if event is None or event.cancelled or not is_coming(event, now_ms):
        return told
    response = "declined" if happened.kind == "leave" else happened.response
    notice = Notice(
        "answer",
        event,
        occurrence=happened.occurrence,
        operator_id=happened.on_behalf_of or happened.operator_id,
        response=response,
    )
    return replace(told, organizer=Word(notice, by))


def _rooms(told: Words, by: Channels, now_ms: int) -> Words:
    """An approval is the organizer's affair; where it takes place is everybody's."""
    happened = told.happened
    before, after = happened.before, happened.after
    if before is None or after is None or not is_coming(after, now_ms):
        return told
    fields = changed_fields(before, after)
    stays = _word(happened, "change", after, by, fields) if fields else None
    answered = tuple(one for one in after.rooms if one.room_id in happened.answered)
    if not answered:
        return replace(told, stays=stays, organizer=stays)
    notice = replace(_word(happened, "change", after, by, ("rooms",)).notice, rooms=answered)
    return replace(told, stays=stays, organizer=Word(notice, by))


def _word(
    happened: Happened,
    kind: NoticeKind,
    event: Event,
    by: Channels,
    changed: tuple[str, ...] = (),
) -> Word:
    notice = Notice(
        kind,
        event,
        occurrence=happened.occurrence,
        operator_id=happened.operator_id,
        changed=changed,
    )
    return Word(notice, by)


def _removal(happened: Happened, event: Event, by: Channels) -> Word:
    word = _word(happened, "cancellation", event, by)
    return replace(word, notice=replace(word.notice, removed=True))


def _held(rooms: Iterable[EventRoom]) -> set[str]:
    return {one.room_id for one in rooms if one.holds}
