"""Finding people: the one whom the path names, and those whom a request invites (decisions 4, 8)."""

from __future__ import annotations

from collections.abc import Sequence

from rili.actions.app_range import within
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.directory import email_key
from rili.model.ids import NewBytes, opaque_id
from rili.model.people import Attendee, GivenAttendee, Invited
from rili.store import guests, users
from rili.store.db import Tx


def invite(
    tx: Tx,
    by: Caller,
    given: Sequence[GivenAttendee],
    current: Sequence[Attendee],
    new_bytes: NewBytes,
    field: str = "attendees",
) -> tuple[Invited, ...]:
    """The people that *given* names. Those among *current* need not be in the directory any more.

    *given* has passed `check_given`. A colleague's mail address becomes the colleague; another becomes a guest,
    made here if it is new. Raises InvalidParameter for an id that is nobody's.
    """
    here = {one.person_id: one for one in current}
    ids = {one.id for one in given if one.id and one.id not in here}
    # Backwards: of two spellings of one address the first stays.
    keys = {email_key(one.email): one.email for one in reversed(given) if one.email and not one.id}
    colleagues = users.by_email_keys(tx, by.corp_id, keys) if keys else {}
    strangers = [email for key, email in keys.items() if key not in colleagues]
    mails = (
        guests.find_or_add(tx, by.corp_id, strangers, by.now_ms, lambda: opaque_id(new_bytes))
        if strangers
        else {}
    )
    found = _named(tx, by.corp_id, ids | set(colleagues.values()))
    found |= {
        id_: (email, email) for id_, email in guests.emails(tx, by.corp_id, ids | set(mails.values())).items()
    }
    found |= {one.person_id: (one.name, one.email) for one in current}
    invited: list[Invited] = []
    for number, one in enumerate(given):
        key = email_key(one.email) if one.email else ""
        person_id = one.id or colleagues.get(key) or mails[key]
        if person_id not in found:
            raise InvalidParameter(
                description=f"{field}[{number}].id: nobody here has the unionId {person_id}"
                + other_kind_of_id(tx, by, person_id)
            )
        name, email = found[person_id]
        invited.append(Invited(person_id, name, one.is_optional, email))
    return tuple(invited)


def other_kind_of_id(tx: Tx, by: Caller, text: str) -> str:
    """What else *text* is known as, where a unionId was wanted (decision 8).

    Empty when it is nothing, or somebody's whom the app may not see.
    """
    user = users.by_userid(tx, by.corp_id, text)
    if user and within(tx, by, [user.union_id]):
        return "; it is a userid, and /topapi/v2/user/get tells its unionId"
    if within(tx, by, users.by_email_keys(tx, by.corp_id, [email_key(text)]).values()):
        return "; it is a mail address, and a unionId is needed"
    user = users.by_mobile(tx, by.corp_id, text)
    if user and within(tx, by, [user.union_id]):
        # Not whose: that takes a permission point of its own.
        return "; it is a mobile number, and /topapi/v2/user/getbymobile tells whose"
    return ""


def _named(tx: Tx, corp_id: str, union_ids: set[str]) -> dict[str, tuple[str, str | None]]:
    if not union_ids:
        return {}
    return {id_: (name, None) for id_, name in users.colleagues(tx, corp_id, union_ids).items()}
