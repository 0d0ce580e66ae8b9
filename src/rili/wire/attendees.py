"""People on an event as DingTalk's JSON spells them: who is to be added or removed, an answer, a list."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from rili.errors import InvalidParameter
from rili.model.people import RESPONSES, GivenAttendee, Response
from rili.model.rules import one_of
from rili.wire.event import AttendeeBody, Maybe
from rili.wire.event_view import AttendeeView


class AddAttendees(Struct, frozen=True, rename="camel"):
    """The body of AddAttendee."""

    attendees_to_add: Annotated[
        Maybe[tuple[AttendeeBody, ...]], Meta(description="1 to 500 people. 需要添加的参与人。")
    ] = UNSET
    push_notification: Annotated[
        Maybe[bool], Meta(description="Whether they are told by a pop-up. 是否弹窗通知。")
    ] = UNSET
    chat_notification: Annotated[
        Maybe[bool], Meta(description="Whether they are told in a chat. 是否单聊通知。")
    ] = UNSET

    def given(self) -> tuple[GivenAttendee, ...]:
        """Raises InvalidParameter for a list that is missing."""
        if not self.attendees_to_add:
            raise InvalidParameter(description="attendeesToAdd: it is missing or empty")
        return tuple(one.given() for one in self.attendees_to_add)

    def switches(self) -> dict[str, str]:
        """Who is not to be told, and how; by the names of the request."""
        sent = {"pushNotification": self.push_notification, "chatNotification": self.chat_notification}
        return {name: "true" if value else "false" for name, value in sent.items() if isinstance(value, bool)}


class RemovedBody(Struct, frozen=True):
    """One of `attendeesToRemove`: by `id` or by `email`."""

    id: Annotated[Maybe[str], Meta(description="unionId, or a guest's id.")] = UNSET
    email: Annotated[Maybe[str], Meta(description="Mail address. 邮箱地址。")] = UNSET


class RemoveAttendees(Struct, frozen=True, rename="camel"):
    """The body of RemoveAttendee."""

    attendees_to_remove: Annotated[
        Maybe[tuple[RemovedBody, ...]], Meta(description="Up to 500 people. 需要移除的参与人。")
    ] = UNSET

    def given(self) -> tuple[GivenAttendee, ...]:
        return tuple(
            GivenAttendee(one.id or None, one.email or None) for one in self.attendees_to_remove or ()
        )


class RespondEvent(Struct, frozen=True, rename="camel"):
    """The body of RespondEvent."""

    response_status: Annotated[
        Maybe[str],
        Meta(description="needsAction, accepted, declined, tentative. 响应状态。"),
    ] = UNSET

    def response(self) -> Response:
        """Raises InvalidParameter for another value, or none."""
        if not self.response_status:
            raise InvalidParameter(description="responseStatus: it is missing")
        response: Response = one_of(self.response_status, RESPONSES, "responseStatus")
        return response


class AttendeesView(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of the people on an event."""

    next_token: Annotated[str | None, Meta(description="null on the last page. 最后一页为 null。")] = None
    attendees: tuple[AttendeeView, ...]
