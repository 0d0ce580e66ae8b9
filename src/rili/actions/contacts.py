"""What an app may look up about people. Who left is not found."""

from __future__ import annotations

from msgspec import Struct

from rili.actions import checks
from rili.errors import InvalidParameter, UserNotFound
from rili.model.directory import Membership, User
from rili.store import users
from rili.store.db import Tx


class Person(Struct, frozen=True):
    """Somebody with the departments that person is in."""

    user: User
    memberships: list[Membership]


def person(tx: Tx, corp_id: str, userid: str) -> Person:
    """Raises UserNotFound, or InvalidParameter for what can be no userid."""
    user = users.by_userid(tx, corp_id, checks.userid(userid))
    if user is None or not user.active:
        raise UserNotFound
    return Person(user, users.memberships(tx, corp_id, userid))


def user_by_union_id(tx: Tx, corp_id: str, union_id: str) -> User:
    """Raises UserNotFound, also for what can be no unionId."""
    try:
        user = users.by_union_id(tx, corp_id, checks.union_id(union_id))
    except InvalidParameter:
        raise UserNotFound from None
    if user is None:
        raise UserNotFound
    return user


def user_by_mobile(tx: Tx, corp_id: str, mobile: str) -> User:
    """*mobile* is `13900000001` or `+86-13900000001`.

    Raises:
        UserNotFound: nobody has that number, or the country is another.
        InvalidParameter: what can be no number.
    """
    country, dash, number = mobile.rpartition("-")
    if dash and not country.startswith("+"):
        raise InvalidParameter("A number with a country is written +86-13900000001")
    state_code = checks.state_code(country.removeprefix("+"))
    user = users.by_mobile(tx, corp_id, checks.mobile(number) or "")
    if user is None or (state_code is not None and state_code != user.state_code):
        raise UserNotFound
    return user
