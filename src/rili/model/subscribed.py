"""Subscribed calendars: what one is, and the rules of making and changing one (decision 86). Pure."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from rili.errors import InvalidParameter

NAME_CHARACTERS = 128
DESCRIPTION_CHARACTERS = 1024
MANAGERS = 100
SCOPE_PEOPLE = 5_000


class Scope(Struct, frozen=True, gc=False, omit_defaults=True):
    """Who may subscribe: people by unionId, and the organisation. Nobody named: author and managers alone."""

    union_ids: tuple[str, ...] = ()
    corp_ids: tuple[str, ...] = ()


class Subscribed(Struct, frozen=True, gc=False):
    """One calendar that its author and managers fill and others read; people are unionIds."""

    corp_id: str
    calendar_id: str
    author_id: str
    name: str
    description: str
    scope: Scope
    managers: tuple[str, ...]

    @property
    def editors(self) -> tuple[str, ...]:
        """Who fills it, and says how it is set up."""
        return self.author_id, *self.managers

    def offered_to(self, person_id: str) -> bool:
        """Whether that colleague may subscribe."""
        return (
            self.corp_id in self.scope.corp_ids
            or person_id in self.editors
            or person_id in self.scope.union_ids
        )


class GivenScope(Struct, frozen=True, gc=False):
    """`subscribeScope` as a request names it."""

    union_ids: tuple[str, ...] = ()
    conversation_ids: tuple[str, ...] = ()
    corp_ids: tuple[str, ...] = ()


class CalendarChange(Struct, frozen=True, gc=False):
    """What a request says about a calendar. UNSET was not sent."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    managers: tuple[str, ...] | UnsetType = UNSET
    scope: GivenScope | UnsetType = UNSET


def check_calendar(given: CalendarChange) -> None:
    """Raises InvalidParameter for what is wrong whatever calendar it is for."""
    if given.name is not UNSET:
        if not given.name.strip():
            raise blank_name()
        if len(given.name) > NAME_CHARACTERS:
            raise InvalidParameter(
                "calendar name length must less than 128",
                description=f"name: {len(given.name)} characters are more than {NAME_CHARACTERS}",
            )
    if given.description is not UNSET and len(given.description) > DESCRIPTION_CHARACTERS:
        raise InvalidParameter(
            description=f"description: {len(given.description)} characters are more than {DESCRIPTION_CHARACTERS}"
        )
    if given.managers is not UNSET and len(given.managers) > MANAGERS:
        raise InvalidParameter(description=f"managers: {len(given.managers)} people are more than {MANAGERS}")
    if given.scope is not UNSET and len(given.scope.union_ids) > SCOPE_PEOPLE:
        raise InvalidParameter(
            description=f"subscribeScope.unionIds: {len(given.scope.union_ids)} people are more than {SCOPE_PEOPLE}"
        )


def blank_name() -> InvalidParameter:
    """What a name of white space is refused with."""
    return InvalidParameter(
        "calendar name cannot be blank", description="name: it must hold more than white space"
    )
