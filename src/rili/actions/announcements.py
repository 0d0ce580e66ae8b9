"""Announces to apps what changes besides events: people, departments, roles, the organisation, rooms.

Each is a block around what changes something: it compares what was there before with what is there after it, and
costs one small query where no app is told of anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from rili.model import announced
from rili.model.announced import (
    DepartmentNews,
    DepartmentState,
    OrganisationNews,
    PersonNews,
    PersonState,
    RoleHolderNews,
    RoleNews,
    RoomNews,
    Seen,
)
from rili.model.directory import Organisation
from rili.store import announcements, app_ranges, memberships, push_settings, users
from rili.store import departments as stored_departments
from rili.store import roles as stored_roles
from rili.store import rooms as stored_rooms
from rili.store.announcements import Announcement
from rili.store.db import Tx

State = TypeVar("State")
Key = TypeVar("Key", str, int)


@contextmanager
def of_people(tx: Tx, corp_id: str, userids: Collection[str], *, now_ms: int) -> Generator[None]:
    """Around a change of *userids*, who may be added by it, or leave."""
    change = _Change(tx, corp_id, userids, _people, _seen_people)
    yield
    for userid, was, is_now, seen in change.made():
        _add(tx, corp_id, announced.PERSON, f"user {userid}", PersonNews(was, is_now, seen), now_ms)


@contextmanager
def of_department(tx: Tx, corp_id: str, dept_id: int, *, now_ms: int) -> Generator[None]:
    """Around a change of a department, which may be made or deleted by it."""
    with of_departments(tx, corp_id, [dept_id], now_ms=now_ms):
        yield


@contextmanager
def of_departments(tx: Tx, corp_id: str, dept_ids: Iterable[int], *, now_ms: int) -> Generator[None]:
    """The same of several."""
    change = _Change(tx, corp_id, list(dept_ids), _departments, _seen_departments)
    yield
    for dept_id, was, is_now, seen in change.made():
        news = DepartmentNews(was, is_now, seen)
        _add(tx, corp_id, announced.DEPARTMENT, f"department {dept_id}", news, now_ms)


@contextmanager
def of_role(tx: Tx, corp_id: str, role_id: int, *, now_ms: int) -> Generator[None]:
    """Around a change of a role or of who has it. Whoever has a role that is deleted is not told of one by one."""
    apps = _ranged_listeners(tx, corp_id)
    if apps is None:
        yield
        return
    before, had = stored_roles.get(tx, corp_id, role_id), set(stored_roles.members(tx, corp_id, role_id))
    yield
    after, have = stored_roles.get(tx, corp_id, role_id), set(stored_roles.members(tx, corp_id, role_id))
    if before != after:
        _add(tx, corp_id, announced.ROLE, f"role {role_id}", RoleNews(before, after), now_ms)
    if after is None:
        return
    people = _people(tx, corp_id, had ^ have)
    seen = _seen_people(tx, corp_id, people, apps)
    for userid, person in sorted(people.items()):
        by = seen.get(userid, ())
        news = RoleHolderNews(person, role_id, "add" if userid in have else "remove", Seen(by, by))
        _add(tx, corp_id, announced.ROLE_HOLDER, f"user {userid}", news, now_ms)


@contextmanager
def of_room(tx: Tx, corp_id: str, room_id: str, *, now_ms: int) -> Generator[None]:
    """Around a change of a meeting room, which may be made or deleted by it."""
    if _ranged_listeners(tx, corp_id) is None:
        yield
        return
    before = stored_rooms.get(tx, corp_id, room_id)
    yield
    after = stored_rooms.get(tx, corp_id, room_id)
    if before != after:
        _add(tx, corp_id, announced.ROOM, f"room {room_id}", RoomNews(before, after), now_ms)


def organisation_changed(tx: Tx, before: Organisation, after: Organisation, *, now_ms: int) -> None:
    """Apps know the name of an organisation, and nothing else of it."""
    if before.name != after.name and _ranged_listeners(tx, after.corp_id) is not None:
        _add(tx, after.corp_id, announced.ORGANISATION, "organisation", OrganisationNews(after), now_ms)


def _ranged_listeners(tx: Tx, corp_id: str) -> list[str] | None:
    """The keys of those apps with a range that are told of something; None where no app is."""
    subscribers = push_settings.subscribers(tx, corp_id)
    return [one.app_key for one in subscribers if one.ranged] if subscribers else None


def _people(tx: Tx, corp_id: str, userids: Iterable[str]) -> dict[str, PersonState]:
    """Those who are here now."""
    found = users.by_userids(tx, corp_id, userids)
    places = memberships.of_users(tx, corp_id, found)
    return {userid: PersonState(user, tuple(places.get(userid, ()))) for userid, user in found.items()}


def _seen_people(
    tx: Tx, corp_id: str, people: Mapping[str, PersonState], apps: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    userids = {state.user.union_id: userid for userid, state in people.items()}
    seen: dict[str, tuple[str, ...]] = {}
    for app_key in apps if userids else ():
        for union_id in app_ranges.people_within(tx, corp_id, app_key, userids):
            seen[userids[union_id]] = (*seen.get(userids[union_id], ()), app_key)
    return seen


def _departments(tx: Tx, corp_id: str, dept_ids: Iterable[int]) -> dict[int, DepartmentState]:
    """Those that there are."""
    found = ((dept_id, stored_departments.get(tx, corp_id, dept_id)) for dept_id in dept_ids)
    return {
        dept_id: DepartmentState(one, tuple(stored_departments.leaders(tx, corp_id, dept_id)))
        for dept_id, one in found
        if one is not None
    }


def _seen_departments(
    tx: Tx, corp_id: str, dept_ids: Iterable[int], apps: Sequence[str]
) -> dict[int, tuple[str, ...]]:
    return {
        dept_id: tuple(one for one in apps if app_ranges.has_department(tx, corp_id, one, dept_id))
        for dept_id in dept_ids
    }


class _Change(Generic[Key, State]):
    """What some of an organisation were before a change, and which apps with a range saw them; nothing where no app
    is told of anything.
    """

    def __init__(
        self,
        tx: Tx,
        corp_id: str,
        keys: Collection[Key],
        read: Callable[[Tx, str, Collection[Key]], dict[Key, State]],
        seen_by: Callable[[Tx, str, Mapping[Key, State], Sequence[str]], dict[Key, tuple[str, ...]]],
    ) -> None:
        apps = _ranged_listeners(tx, corp_id)

        def look() -> tuple[dict[Key, State], dict[Key, tuple[str, ...]]]:
            if apps is None:
                return {}, {}
            states = read(tx, corp_id, keys)
            return states, seen_by(tx, corp_id, states, apps)

        self._look = look
        self._before = look()

    def made(self) -> Iterable[tuple[Key, State | None, State | None, Seen]]:
        """After the change: who is another now, as they were and as they are, and who saw and sees them."""
        (before, seen_before), (after, seen_after) = self._before, self._look()
        for key in dict.fromkeys([*before, *after]):
            was, is_now = before.get(key), after.get(key)
            if was != is_now:
                yield key, was, is_now, Seen(seen_before.get(key, ()), seen_after.get(key, ()))


def _add(tx: Tx, corp_id: str, kind: str, subject: str, news: Struct, now_ms: int) -> None:
    announcements.add(tx, corp_id, Announcement(kind, subject, now_ms, _encode(news).decode()))


_encode = msgspec.json.Encoder().encode
