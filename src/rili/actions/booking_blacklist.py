"""Who may book no room for a while, or ever."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from rili.actions.rooms import resolve_people
from rili.errors.rooms import RoomParameter, UserNotInOrg, UserOverLimit
from rili.model.room import Ban
from rili.model.room_change import MOST, invalid, number
from rili.store import room_people, users
from rili.store.db import Tx

REMOVED_AT_ONCE = 100
_MEMO_CHARACTERS = 500


def ban(tx: Tx, corp_id: str, given: Ban) -> Ban:
    """Put somebody, by unionId or userid, on the blacklist; what was said of them there is replaced.

    Bookings there are stay. Raises RoomParameter, UserNotInOrg.
    """
    number("startTime", given.starts_ms, 0, MOST - 1)
    if given.ends_ms is not None and not given.starts_ms < given.ends_ms < MOST:
        raise invalid("endTime", "it is not after startTime")
    memo = (given.memo or "").strip()
    if len(memo) > _MEMO_CHARACTERS:
        raise invalid("memo", f"it has {len(memo)} characters; {_MEMO_CHARACTERS} is the most")
    try:
        (union_id,) = resolve_people(tx, corp_id, [given.union_id], "blacklistUnionId")
    except RoomParameter as nobody:
        raise UserNotInOrg(description=nobody.description) from None
    banned = replace(given, union_id=union_id, memo=memo or None)
    room_people.put_ban(tx, corp_id, banned)
    return banned


def unban(tx: Tx, corp_id: str, ids: Sequence[str]) -> int:
    """Take people, by unionId or userid, off the blacklist; who is not on it is passed over. Answers how many were.

    Raises UserOverLimit.
    """
    if len(ids) > REMOVED_AT_ONCE:
        raise UserOverLimit(
            description=f"blacklistUnionIds: {len(ids)} are more than the {REMOVED_AT_ONCE} of one call"
        )
    known = users.by_userids(tx, corp_id, ids)
    union_ids = {*ids, *(one.union_id for one in known.values())}
    return sum(room_people.remove_ban(tx, corp_id, one) for one in sorted(union_ids))


def blacklist(tx: Tx, corp_id: str) -> list[tuple[Ban, str]]:
    """Who is on it, each with their name, also where it is over or yet to begin."""
    found = room_people.bans(tx, corp_id)
    names = users.names(tx, corp_id, [one.union_id for one in found])
    return [(one, names[one.union_id]) for one in found]
