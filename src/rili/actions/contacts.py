"""What an app may look up about people within its range (decision 75). Who left is not found."""

from __future__ import annotations

from msgspec import Struct

from rili.actions import app_range, checks
from rili.actions.directory import get_department
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, UserNotFound
from rili.model import directory
from rili.model.directory import Membership, Role, User
from rili.model.search_words import search_word
from rili.store import app_ranges, departments, facts, memberships, organisations, roles, search_keys, users
from rili.store.db import Tx
from rili.store.memberships import Member
from rili.store.search_keys import Found

INDEX = "2"
"""Of the rules in `model/search_words.py`: another number, and `rili migrate` writes all keys again."""


class Person(Struct, frozen=True):
    """Somebody with the departments that person is in."""

    user: User
    memberships: list[Membership]
    roles: list[Role]


def person(tx: Tx, by: Caller, userid: str) -> Person:
    """Raises UserNotFound, UserOutOfRange, or InvalidParameter for what can be no userid."""
    user = users.by_userid(tx, by.corp_id, checks.userid(userid))
    if user is None or not user.active:
        raise UserNotFound
    app_range.check_user(tx, by, user)
    return Person(user, memberships.of_user(tx, by.corp_id, userid), roles.of_user(tx, by.corp_id, userid))


class Department(Struct, frozen=True):
    """A department with its leaders, and how many people are in it, and in it or below it."""

    department: directory.Department
    leaders: list[str]
    members: int
    members_below: int


def users_by_userids(tx: Tx, by: Caller, userids: list[str]) -> dict[str, User]:
    """Those of *userids* that are somebody's here, within the range."""
    found = users.by_userids(tx, by.corp_id, userids)
    seen = app_range.within(tx, by, [user.union_id for user in found.values()])
    return {userid: user for userid, user in found.items() if user.union_id in seen}


def admins(tx: Tx, by: Caller) -> list[str]:
    """The userids of the administrators within the range."""
    found = users.admins(tx, by.corp_id)
    return sorted(users_by_userids(tx, by, found)) if app_range.limited(tx, by) else found


def count_users(tx: Tx, by: Caller) -> int:
    """How many people there are within the range."""
    if app_range.limited(tx, by):
        return app_ranges.count_people(tx, by.corp_id, by.app_key)
    return users.count(tx, by.corp_id)


def department(tx: Tx, by: Caller, dept_id: int) -> Department:
    """Raises ItemNotFound, OutOfRange."""
    return Department(
        _department(tx, by, dept_id),
        departments.leaders(tx, by.corp_id, dept_id),
        departments.member_count(tx, by.corp_id, dept_id),
        departments.member_count_below(tx, by.corp_id, dept_id),
    )


def departments_below(tx: Tx, by: Caller, dept_id: int) -> list[directory.Department]:
    """Those directly below, in their order. Raises ItemNotFound, OutOfRange."""
    _department(tx, by, dept_id)
    return departments.below(tx, by.corp_id, dept_id)


def path_to_root(tx: Tx, by: Caller, dept_id: int) -> list[int]:
    """The department, the one above it, and so on to the root. Raises ItemNotFound, OutOfRange."""
    _department(tx, by, dept_id)
    return departments.path_to_root(tx, by.corp_id, dept_id)


def paths_of_user(tx: Tx, by: Caller, userid: str) -> list[list[int]]:
    """`path_to_root` of each department that the person is in.

    Raises UserNotFound, UserOutOfRange, InvalidParameter.
    """
    places = person(tx, by, userid).memberships
    return [departments.path_to_root(tx, by.corp_id, place.dept_id) for place in places]


def userids_in(tx: Tx, by: Caller, dept_id: int) -> list[str]:
    """Who is directly in a department. Raises ItemNotFound.

    Source: the reference of user/listid, which the range does not limit.
    """
    get_department(tx, by.corp_id, dept_id)
    return memberships.userids_in(tx, by.corp_id, dept_id)


def members(
    tx: Tx, by: Caller, dept_id: int, order: memberships.Order, *, offset: int, size: int
) -> tuple[list[Member], bool]:
    """A page of those who are directly in a department, and whether more follow. Raises ItemNotFound, OutOfRange."""
    _department(tx, by, dept_id)
    found = memberships.page(tx, by.corp_id, dept_id, order, offset=offset, limit=size + 1)
    return found[:size], len(found) > size


def search(
    tx: Tx, by: Caller, kind: search_keys.Kind, text: str, *, whole: bool = False, offset: int, size: int
) -> Found:
    """Those within the range whose name, pinyin or other name begins with *text*, or has a part that does.

    With *whole*, those whose name is *text*.
    """
    word = search_word(text)
    if not word:
        return Found(0, [])
    if app_range.limited(tx, by):
        ids = app_ranges.find(tx, by.corp_id, by.app_key, kind, word, whole=whole)
        return Found(len(ids), ids[offset : offset + size])
    return search_keys.find(tx, by.corp_id, kind, word, whole=whole, offset=offset, limit=size)


def index_again(tx: Tx) -> None:
    """Write what finds people and departments again, from their names."""
    for organisation in organisations.list_all(tx):
        for user in users.list_all(tx, organisation.corp_id):
            users.put_search_keys(tx, user)
        for one in departments.list_all(tx, organisation.corp_id):
            departments.put_search_keys(tx, one)
    facts.put(tx, "search_keys", INDEX)


def indexed(tx: Tx) -> bool:
    """Whether what finds people was written by the rules of now."""
    return facts.get(tx, "search_keys") == INDEX


def user_by_union_id(tx: Tx, by: Caller, union_id: str) -> User:
    """Raises UserNotFound, also for what can be no unionId, UserOutOfRange."""
    try:
        user = users.by_union_id(tx, by.corp_id, checks.union_id(union_id))
    except InvalidParameter:
        raise UserNotFound from None
    if user is None:
        raise UserNotFound
    app_range.check_user(tx, by, user)
    return user


def user_by_mobile(tx: Tx, by: Caller, mobile: str) -> User:
    """*mobile* is `13900000001` or `+86-13900000001`.

    Raises:
        UserNotFound: nobody has that number, or the country is another.
        UserOutOfRange: somebody has it whom the app may not see.
        InvalidParameter: what can be no number.
    """
    country, dash, number = mobile.rpartition("-")
    if dash and not country.startswith("+"):
        raise InvalidParameter("A number with a country is written +86-13900000001")
    state_code = checks.state_code(country.removeprefix("+"))
    user = users.by_mobile(tx, by.corp_id, checks.mobile(number) or "")
    if user is None or (state_code is not None and state_code != user.state_code):
        raise UserNotFound
    app_range.check_user(tx, by, user)
    return user


def _department(tx: Tx, by: Caller, dept_id: int) -> directory.Department:
    found = get_department(tx, by.corp_id, dept_id)
    app_range.check_department(tx, by, dept_id)
    return found
