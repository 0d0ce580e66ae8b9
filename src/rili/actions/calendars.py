"""The calendars that somebody sees: their own, those shared with them, those they subscribe."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.actions.access import PRIMARY, Place, calendar_of
from rili.actions.app_range import within
from rili.auth.callers import Caller
from rili.errors import ItemNotFound, ParamIllegal
from rili.model.privileges import Privilege
from rili.store import calendar_tags, calendars
from rili.store.calendars import Entry
from rili.store.db import Tx

Type = Literal["primary", "shared", "subscribed"]


class Listing(Struct, frozen=True, gc=False):
    """One calendar as its reader is told of it; *tag* is another once something in it changed."""

    id: str
    title: str
    description: str
    zone: str
    tag: str
    type: Type
    privilege: Privilege


def list_calendars(tx: Tx, by: Caller, user_id: str) -> list[Listing]:
    """The primary calendar first, then own subscribed ones, then others, each by title. Raises ParamIllegal."""
    try:
        calendar_of(tx, by, Place(user_id, PRIMARY))
    except ItemNotFound as missing:
        raise ParamIllegal(description=missing.description) from None
    entries = sorted(calendars.listed(tx, by.corp_id, user_id), key=lambda one: _order(one, user_id))
    seen = within(tx, by, [one.owner_id for one in entries])
    # What cannot be reached is not there (decision 75); who publishes a calendar may be anybody.
    entries = [one for one in entries if one.kind == "subscribed" or one.owner_id in seen]
    tags = calendar_tags.tags(tx, by.corp_id, [one.calendar_id for one in entries], by.now_ms)
    found: list[Listing] = []
    for one in entries:
        privilege = one.way.privilege(user_id)
        assert privilege is not None  # what gives none is not listed
        own = one.kind == "primary" and one.owner_id == user_id
        found.append(
            Listing(
                PRIMARY if own else one.calendar_id, one.title, one.description, one.zone, tags[one.calendar_id],
                "subscribed" if one.kind == "subscribed" else "primary" if own else "shared", privilege,
            )
        )  # fmt: skip
    return found


def _order(one: Entry, user_id: str) -> tuple[bool, bool, str, str]:
    own = one.owner_id == user_id
    return not (own and one.kind == "primary"), not own, one.title, one.calendar_id
