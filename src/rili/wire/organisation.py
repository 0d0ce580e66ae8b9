"""What an organisation keeps beside its events: categories, minutes, ids of before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.errors import InvalidParameter


class CategoryRow(Struct, frozen=True, rename="camel"):
    """A kind of meeting."""

    open_category_id: Annotated[str, Meta(description="Goes into categories[].categoryId. 会议类型标识。")]
    display_name: Annotated[str, Meta(description="Its name. 会议类型名称。")]


class CategoriesView(Struct, frozen=True):
    """All of an organisation's."""

    categories: Sequence[CategoryRow]


class MinutesRow(Struct, frozen=True, rename="camel"):
    """Minutes of a meeting, which are kept elsewhere."""

    creator_user_id: Annotated[str, Meta(description="unionId of who made them. 创建人 unionId。")]
    minutes_id: Annotated[str, Meta(description="Their id. 听记标识。")]


class MinutesView(Struct, frozen=True):
    """Those of one event."""

    minutes: Sequence[MinutesRow]


class ConvertLegacyEventId(Struct, frozen=True, rename="camel"):
    """Ids of the API before this one."""

    legacy_event_ids: Annotated[
        list[str] | UnsetType | None, Meta(description="At most 100. 旧版日程标识，最多 100 个。")
    ] = UNSET

    def ids(self) -> list[str]:
        """Raises InvalidParameter where none are given."""
        if not self.legacy_event_ids:
            raise InvalidParameter(description="legacyEventIds: it is missing or empty")
        return self.legacy_event_ids


class LegacyEventIdsView(Struct, frozen=True, rename="camel"):
    """The event id for each id of before that is known."""

    legacy_event_id_map: dict[str, str]
