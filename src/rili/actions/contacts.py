"""What an app may look up about people. Who left is not found."""

from __future__ import annotations

from msgspec import Struct

from rili.actions import checks
from rili.actions.directory import get_department
from rili.errors import InvalidParameter, ItemNotFound, UserNotFound
from rili.model import directory
from rili.model.directory import Membership, Role, User
from rili.model.search_words import search_word
from rili.store import departments, facts, memberships, organisations, roles, search_keys, users
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


def person(tx: Tx, corp_id: str, userid: str) -> Person:
    """Raises UserNotFound, or InvalidParameter for what can be no userid."""
    user = users.by_userid(tx, corp_id, checks.userid(userid))
    if user is None or not user.active:
        raise UserNotFound
    return Person(user, memberships.of_user(tx, corp_id, userid), roles.of_user(tx, corp_id, userid))


class Department(Struct, frozen=True):
    """A department with its leaders, and how many people are in it, and in it or below it."""

    department: directory.Department
    leaders: list[str]
    members: int
    members_below: int


def users_by_userids(tx: Tx, corp_id: str, userids: list[str]) -> dict[str, User]:
    """Those of *userids* that are somebody's here."""
    return users.by_userids(tx, corp_id, userids)


def admins(tx: Tx, corp_id: str) -> list[str]:
    """The userids of the administrators."""
    return users.admins(tx, corp_id)


def count_users(tx: Tx, corp_id: str) -> int:
    return users.count(tx, corp_id)


def department(tx: Tx, corp_id: str, dept_id: int) -> Department:
    """Raises ItemNotFound."""
    return Department(
        get_department(tx, corp_id, dept_id),
        departments.leaders(tx, corp_id, dept_id),
        departments.member_count(tx, corp_id, dept_id),
        departments.member_count_below(tx, corp_id, dept_id),
    )


def departments_below(tx: Tx, corp_id: str, dept_id: int) -> list[directory.Department]:
    """Those directly below, in their order. Raises ItemNotFound."""
    get_department(tx, corp_id, dept_id)
    return departments.below(tx, corp_id, dept_id)


def path_to_root(tx: Tx, corp_id: str, dept_id: int) -> list[int]:
    """The department, the one above it, and so on to the root. Raises ItemNotFound."""
    path = departments.path_to_root(tx, corp_id, dept_id)
    if not path:
        raise ItemNotFound(f"No department {dept_id}")
    return path


def paths_of_user(tx: Tx, corp_id: str, userid: str) -> list[list[int]]:
    """`path_to_root` of each department that the person is in. Raises UserNotFound, InvalidParameter."""
    places = person(tx, corp_id, userid).memberships
    return [departments.path_to_root(tx, corp_id, place.dept_id) for place in places]


def userids_in(tx: Tx, corp_id: str, dept_id: int) -> list[str]:
    """Who is directly in a department. Raises ItemNotFound."""
    get_department(tx, corp_id, dept_id)
    return memberships.userids_in(tx, corp_id, dept_id)


def members(
    tx: Tx, corp_id: str, dept_id: int, order: memberships.Order, *, offset: int, size: int
) -> tuple[list[Member], bool]:
    """A page of those who are directly in a department, and whether more follow. Raises ItemNotFound."""
    get_department(tx, corp_id, dept_id)
    found = memberships.page(tx, corp_id, dept_id, order, offset=offset, limit=size + 1)
    return found[:size], len(found) > size


def search(
    tx: Tx, corp_id: str, kind: search_keys.Kind, text: str, *, whole: bool = False, offset: int, size: int
) -> Found:
    """Those whose name, pinyin or other name begins with *text*, or has a part that does; with *whole*, is *text*."""
    word = search_word(text)
    if not word:
        return Found(0, [])
    return search_keys.find(tx, corp_id, kind, word, whole=whole, offset=offset, limit=size)


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
