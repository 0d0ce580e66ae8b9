"""What an administrator does to people and departments. `register.py` has organisations and apps."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct

from rili.actions import announcements, checks, leaving
from rili.errors import InvalidParameter, ItemNotFound
from rili.model.directory import (
    DEPARTMENT_FLAGS,
    ROOT_DEPT_ID,
    Department,
    Membership,
    User,
    UserChange,
    email_key,
)
from rili.store import (
    app_ranges,
    calendars,
    departments,
    grants,
    memberships,
    organisations,
    plugins,
    roles,
    room_groups,
    room_people,
    rooms,
    tokens,
    users,
)
from rili.store.db import Tx


class Place(Struct, frozen=True):
    """A department to put a person into."""

    dept_id: int
    leader: bool = False


def add_department(
    tx: Tx,
    corp_id: str,
    dept_id: int,
    name: str,
    parent_id: int = ROOT_DEPT_ID,
    *,
    sort_order: int = 0,
    flags: frozenset[str] = frozenset(),
    now_ms: int,
) -> Department:
    _organisation_exists(tx, corp_id)
    if not ROOT_DEPT_ID < dept_id < 2**53:
        raise InvalidParameter("A department's number is between 2 and 9007199254740991")
    if departments.get(tx, corp_id, dept_id):
        raise InvalidParameter(f"Department {dept_id} exists already")
    get_department(tx, corp_id, parent_id)
    department = _checked_department(
        Department(
            corp_id=corp_id,
            dept_id=dept_id,
            parent_id=parent_id,
            name=name,
            sort_order=sort_order,
            flags=flags,
        )
    )
    with announcements.of_department(tx, corp_id, dept_id, now_ms=now_ms):
        departments.add(tx, department)
    return department


def get_department(tx: Tx, corp_id: str, dept_id: int) -> Department:
    """Raises ItemNotFound."""
    department = departments.get(tx, corp_id, dept_id)
    if department is None:
        raise ItemNotFound(f"No department {dept_id}")
    return department


def list_departments(tx: Tx, corp_id: str) -> list[Department]:
    _organisation_exists(tx, corp_id)
    return departments.list_all(tx, corp_id)


def set_department(
    tx: Tx,
    corp_id: str,
    dept_id: int,
    *,
    name: str | None = None,
    parent_id: int | None = None,
    sort_order: int | None = None,
    flags: frozenset[str] | None = None,
    now_ms: int,
) -> Department:
    """Change what is given; None leaves as it is."""
    department = get_department(tx, corp_id, dept_id)
    if parent_id is not None:
        _not_below(tx, corp_id, parent_id, dept_id)
    given = {"name": name, "parent_id": parent_id, "sort_order": sort_order, "flags": flags}
    named = {field: value for field, value in given.items() if value is not None}
    department = _checked_department(msgspec.structs.replace(department, **named))
    with announcements.of_department(tx, corp_id, dept_id, now_ms=now_ms):
        departments.replace(tx, department)
    return department


def remove_department(tx: Tx, corp_id: str, dept_id: int, *, now_ms: int) -> None:
    get_department(tx, corp_id, dept_id)
    if dept_id == ROOT_DEPT_ID:
        raise InvalidParameter("The root department stays as long as the organisation")
    if departments.below(tx, corp_id, dept_id):
        raise InvalidParameter(f"Department {dept_id} has departments below it: move or remove them first")
    if count := departments.member_count(tx, corp_id, dept_id):
        raise InvalidParameter(f"Department {dept_id} has {count} people: move them first")
    with announcements.of_department(tx, corp_id, dept_id, now_ms=now_ms):
        app_ranges.forget_department(tx, corp_id, dept_id)
        # The number may be given to another department, which then would be for whom the room is.
        rooms.forget_member(tx, corp_id, "dept", str(dept_id))
        departments.remove(tx, corp_id, dept_id)
    plugins.forget(tx, corp_id, "department", [str(dept_id)])


def add_user(tx: Tx, user: User, places: Iterable[Place], *, new_calendar_id: str) -> User:
    """Add a person and the primary calendar of that person. No place means the root department."""
    _organisation_exists(tx, user.corp_id)
    checks.userid(user.userid)
    checks.union_id(user.union_id)
    if known := users.by_userid(tx, user.corp_id, user.userid):
        raise InvalidParameter(
            f"userid {user.userid} exists already"
            if known.active
            else f"userid {user.userid} belonged to {known.name}, who left, and is not given again"
        )
    if users.names(tx, user.corp_id, [user.union_id]):
        raise InvalidParameter(f"unionId {user.union_id} exists already")
    user = _checked(tx, user)
    with announcements.of_people(tx, user.corp_id, [user.userid], now_ms=user.created_ms):
        users.add(tx, user)
        _set_places(tx, user, places)
    calendars.add(tx, user.corp_id, new_calendar_id, user.union_id, "primary")
    return user


def get_user(tx: Tx, corp_id: str, userid: str) -> User:
    """The person, also one who left. Raises ItemNotFound."""
    user = users.by_userid(tx, corp_id, userid)
    if user is None:
        raise ItemNotFound(f"No user {userid}")
    return user


def departments_of(tx: Tx, user: User) -> list[Membership]:
    return memberships.of_user(tx, user.corp_id, user.userid)


def list_users(tx: Tx, corp_id: str, *, left: bool = False) -> list[User]:
    """The people by userid; with *left* also those who left."""
    _organisation_exists(tx, corp_id)
    return [user for user in users.list_all(tx, corp_id) if user.active or left]


def set_user(
    tx: Tx, corp_id: str, userid: str, change: UserChange, places: Iterable[Place] | None, *, now_ms: int
) -> User:
    """Change what *change* names; *places*, when given, replace the person's departments."""
    user = get_present(tx, corp_id, userid)
    named = {field: value for field, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    user = _checked(tx, msgspec.structs.replace(user, **named))
    with announcements.of_people(tx, corp_id, [userid], now_ms=now_ms):
        users.replace(tx, user)
        if places is not None:
            _set_places(tx, user, places)
    return user


def set_password(tx: Tx, corp_id: str, userid: str, password_hash: str | None) -> None:
    """Give a person another password, or with None take it away.

    Whatever the one of before opened ends: consents, codes, refresh tokens and user tokens (decision 76).
    Raises ItemNotFound.
    """
    user = get_present(tx, corp_id, userid)
    users.set_password_hash(tx, corp_id, userid, password_hash)
    _end_grants(tx, user)


def remove_user(tx: Tx, corp_id: str, userid: str, *, now_ms: int) -> None:
    """A person leaves: nobody finds or signs in as that person, what is past keeps the name.

    Their events of the future pass to the next person (`leaving.pass_on`), what they share ends. The number and the
    address are free again; userid and unionId are never given to another.
    """
    user = get_present(tx, corp_id, userid)
    gone = msgspec.structs.replace(
        user, active=False, admin=False, mobile=None, state_code=None, email=None, manager_userid=None
    )
    leaving.pass_on(tx, user, now_ms=now_ms)
    leaving.give_up_calendars(tx, user, now_ms=now_ms)
    with announcements.of_people(tx, corp_id, [userid], now_ms=now_ms):
        users.replace(tx, gone)
        memberships.replace(tx, corp_id, userid, [])
    users.set_password_hash(tx, corp_id, userid, None)
    roles.take_all(tx, corp_id, userid)
    rooms.forget_member(tx, corp_id, "user", user.union_id)
    room_groups.forget_admin(tx, corp_id, user.union_id)
    room_people.remove_ban(tx, corp_id, user.union_id)
    users.forget_manager(tx, corp_id, userid)
    app_ranges.forget_user(tx, corp_id, userid)
    _end_grants(tx, user)


def get_present(tx: Tx, corp_id: str, userid: str) -> User:
    """The person. Raises ItemNotFound, also for who left."""
    user = get_user(tx, corp_id, userid)
    if not user.active:
        raise ItemNotFound(f"User {userid} left")
    return user


def _end_grants(tx: Tx, user: User) -> None:
    """No app acts for the person any more, until they agree again."""
    tokens.remove_of_user(tx, user.corp_id, user.union_id)
    grants.remove_of_user(tx, user.corp_id, user.union_id)


def _checked(tx: Tx, user: User) -> User:
    """*user* with its texts trimmed; raises InvalidParameter for what may not be stored."""
    user = checks.person(user)
    if user.mobile:
        other = users.by_mobile(tx, user.corp_id, user.mobile)
        if other and other.userid != user.userid:
            raise InvalidParameter(f"mobile {user.mobile} is the number of {other.userid}")
    if user.email:
        key = email_key(user.email)
        if users.by_email_keys(tx, user.corp_id, [key]).get(key, user.union_id) != user.union_id:
            raise InvalidParameter(f"email {user.email} is the address of somebody else")
    if user.manager_userid:
        if user.manager_userid == user.userid:
            raise InvalidParameter("Nobody is their own manager")
        get_present(tx, user.corp_id, user.manager_userid)
    return user


def _checked_department(department: Department) -> Department:
    return msgspec.structs.replace(
        department,
        name=checks.text("name", department.name, 64),
        sort_order=checks.number("order", department.sort_order, 0, 2**31 - 1),
        flags=checks.flags(DEPARTMENT_FLAGS, department.flags),
    )


def sort_order_of(user: User) -> int:
    """A person's place in a department: 18 digits, as observed; the newest first when sorted downwards."""
    return user.created_ms * 100_000


def _set_places(tx: Tx, user: User, places: Iterable[Place]) -> None:
    wanted = {place.dept_id: place for place in places} or {ROOT_DEPT_ID: Place(ROOT_DEPT_ID)}
    for dept_id in wanted:
        get_department(tx, user.corp_id, dept_id)
    sort_order = sort_order_of(user)
    memberships.replace(
        tx,
        user.corp_id,
        user.userid,
        [
            Membership(dept_id=place.dept_id, leader=place.leader, sort_order=sort_order)
            for place in wanted.values()
        ],
    )


def _not_below(tx: Tx, corp_id: str, parent_id: int, dept_id: int) -> None:
    """Raises InvalidParameter when *parent_id* is *dept_id* or below it, or *dept_id* is the root."""
    above: int | None = parent_id
    while above is not None:
        if above == dept_id:
            raise InvalidParameter(f"Department {dept_id} cannot move below itself")
        above = get_department(tx, corp_id, above).parent_id


def _organisation_exists(tx: Tx, corp_id: str) -> None:
    if organisations.get(tx, corp_id) is None:
        raise ItemNotFound(f"No organisation {corp_id}")
