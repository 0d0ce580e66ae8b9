"""Minutes, former ids and types of meeting, as DingTalk's JSON spells them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from rili.wire.event import Maybe


class MinutesView(Struct, frozen=True, rename="camel"):
    """One document; `creatorUserId` is a unionId."""

    creator_user_id: str
    minutes_id: str


class AiMinutes(Struct, frozen=True):
    """Minutes of one event."""

    minutes: tuple[MinutesView, ...]


class ConvertLegacyEventId(Struct, frozen=True, rename="camel"):
    """The body of Convert legacy event id."""

    legacy_event_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="Up to 100. 旧版日程ID列表，最多100个。")
    ] = UNSET


class LegacyEventIds(Struct, frozen=True, rename="camel"):
    """Ids by former ids; those that are no event of the user's are left out."""

    legacy_event_id_map: dict[str, str]


class CategoryItem(Struct, frozen=True, rename="camel"):
    """One type of meeting; the id goes into `categories[].categoryId` of an event."""

    open_category_id: str
    display_name: str


class Categories(Struct, frozen=True):
    """The types of meeting of the organisation."""

    categories: tuple[CategoryItem, ...]
