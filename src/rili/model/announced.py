"""What is announced besides changes of events, as it waits to be handed out to apps."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.model.directory import Department, Membership, Organisation, Role, User
from rili.model.room import Room

PERSON, ROLE_HOLDER, DEPARTMENT, ROLE, ORGANISATION, ROOM = (
    "person", "role holder", "department", "role", "organisation", "room",
)  # fmt: skip


class Seen(Struct, frozen=True, omit_defaults=True):
    """The apps with a range that saw it before the change, and those that do after it."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class PersonState(Struct, frozen=True):
    """A person with the departments that the person is in."""

    user: User
    places: tuple[Membership, ...]


class PersonNews(Struct, frozen=True, omit_defaults=True):
    """Somebody was added, changed, or left."""

    before: PersonState | None
    after: PersonState | None
    seen: Seen = Seen()


class RoleHolderNews(Struct, frozen=True, omit_defaults=True):
    """Somebody was given a role, or had one taken."""

    person: PersonState
    role_id: int
    action: Literal["add", "remove"]
    seen: Seen = Seen()


class DepartmentState(Struct, frozen=True):
    """A department, and the userids of those who lead it."""

    department: Department
    leaders: tuple[str, ...]


class DepartmentNews(Struct, frozen=True, omit_defaults=True):
    """A department was added, changed or deleted."""

    before: DepartmentState | None
    after: DepartmentState | None
    seen: Seen = Seen()


class RoleNews(Struct, frozen=True):
    """A role was added, changed or deleted."""

    before: Role | None
    after: Role | None


class OrganisationNews(Struct, frozen=True):
    """An organisation has another name."""

    after: Organisation


class RoomNews(Struct, frozen=True):
    """A meeting room was added, changed or deleted."""

    before: Room | None
    after: Room | None
