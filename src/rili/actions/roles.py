"""What an administrator does to roles. An app reads them with the person who has them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from rili.actions import announcements, checks, directory, register
from rili.errors import InvalidParameter, ItemNotFound
from rili.model.directory import Role, User
from rili.store import roles
from rili.store.db import Tx


def add_role(tx: Tx, role: Role, *, now_ms: int) -> Role:
    """Raises InvalidParameter for a name that the group has already."""
    checks.number("A role's number", role.role_id, 1, 2**53 - 1)
    if roles.get(tx, role.corp_id, role.role_id):
        raise InvalidParameter(f"Role {role.role_id} exists already")
    register.get_organisation(tx, role.corp_id)
    role = _checked(tx, role)
    with announcements.of_role(tx, role.corp_id, role.role_id, now_ms=now_ms):
        roles.add(tx, role)
    return role


def get_role(tx: Tx, corp_id: str, role_id: int) -> Role:
    """Raises ItemNotFound."""
    role = roles.get(tx, corp_id, role_id)
    if role is None:
        raise ItemNotFound(f"No role {role_id}")
    return role


def list_roles(tx: Tx, corp_id: str) -> list[Role]:
    """By group, then by name."""
    return roles.list_all(tx, corp_id)


def roles_of(tx: Tx, user: User) -> list[Role]:
    """By number."""
    return roles.of_user(tx, user.corp_id, user.userid)


def members_of(tx: Tx, role: Role) -> list[str]:
    """The userids of those who have it."""
    return roles.members(tx, role.corp_id, role.role_id)


def set_role(
    tx: Tx,
    corp_id: str,
    role_id: int,
    *,
    name: str | None = None,
    group_name: str | None = None,
    give: Iterable[str] = (),
    take: Iterable[str] = (),
    now_ms: int,
) -> Role:
    """Change what is given; None leaves as it is. *give* to and *take* from these userids.

    Raises ItemNotFound, also for a userid that is nobody's.
    """
    role = get_role(tx, corp_id, role_id)
    given = {"name": name, "group_name": group_name}
    role = _checked(tx, replace(role, **{field: text for field, text in given.items() if text is not None}))
    give, take = set(give), set(take)
    for userid in sorted(give | take):
        directory.get_present(tx, corp_id, userid)
    with announcements.of_role(tx, corp_id, role_id, now_ms=now_ms):
        roles.replace(tx, role)
        roles.give(tx, corp_id, role_id, give)
        roles.take(tx, corp_id, role_id, take)
    return role


def remove_role(tx: Tx, corp_id: str, role_id: int, *, now_ms: int) -> None:
    """Delete a role; whoever had it has it no more. Raises ItemNotFound."""
    get_role(tx, corp_id, role_id)
    with announcements.of_role(tx, corp_id, role_id, now_ms=now_ms):
        roles.remove(tx, corp_id, role_id)


def _checked(tx: Tx, role: Role) -> Role:
    role = replace(
        role,
        name=checks.text("name", role.name, 64),
        group_name=checks.text("group", role.group_name, 64),
    )
    for other in roles.list_all(tx, role.corp_id):
        if (other.group_name, other.name) == (role.group_name, role.name) and other.role_id != role.role_id:
            raise InvalidParameter(
                f"Role {other.role_id} of the group {role.group_name} has that name already"
            )
    return role
