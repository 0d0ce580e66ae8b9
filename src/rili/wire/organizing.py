"""Cancel event and Transfer event, as DingTalk's JSON spells them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from rili.wire.event import Maybe
from rili.wire.event_view import EventView
from rili.wire.series_view import ExceptionView


class ResultView(Struct, frozen=True):
    """That it is done."""

    result: Annotated[bool, Meta(description="Done. 是否成功。")] = True


class CancelledView(Struct, frozen=True, rename="camel", kw_only=True):
    """That it is done; with `dryRun`, or `scope=following`, also to what. `event` and `newSeries` as in an update."""

    result: Annotated[bool, Meta(description="Done. 是否成功。")] = True
    event: EventView | UnsetType = UNSET
    new_series: EventView | UnsetType = UNSET
    kept_exceptions: tuple[ExceptionView, ...] | UnsetType = UNSET


class TransferEvent(Struct, frozen=True, rename="camel"):
    """The body of Transfer event."""

    new_organizer_id: Annotated[
        Maybe[str], Meta(description="unionId of the new organizer. 新组织者的 unionId。")
    ] = UNSET
    is_exit_calendar: Annotated[
        Maybe[bool], Meta(description="The former organizer leaves the event. 原组织者是否退出日程。")
    ] = UNSET
    need_notify_by_chat: Annotated[
        Maybe[bool], Meta(description="Tell by one-to-one chat. 是否通过单聊通知。")
    ] = field(default=UNSET, name="needNotifyViaO2O")
