"""Calendars, sharing and subscribing them, plugins: decode, act, reply."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import acls, calendars, plugins, subscribed, subscriptions
from rili.api.events import place_of, user_id_of
from rili.api.http import Answer, Request, encode, json_answer, write
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.store.acls import Acl
from rili.store.db import Tx
from rili.wire.calendars import (
    AclScopeView,
    AclsView,
    AclView,
    CalendarsView,
    CalendarView,
    CreateAcls,
    CreateSubscribedCalendar,
    ListedCalendars,
    PluginSubscribersBody,
    PluginSubscribersView,
    PluginsView,
    PluginView,
    SubscribedCalendarId,
    SubscribedCalendarView,
    SubscribeScopeView,
)
from rili.wire.organizing import ResultView

_DONE = encode(ResultView())


async def list_calendars(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    found = await request.service.db.read(lambda tx: calendars.list_calendars(tx, by, user_id))
    listed = tuple(
        CalendarView(
            id=one.id,
            summary=one.title,
            description=one.description or UNSET,
            time_zone=one.zone,
            e_tag=one.tag,
            type=one.type,
            privilege=one.privilege,
        )
        for one in found
    )
    return json_answer(ListedCalendars(CalendarsView(listed)))


async def create_acls(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/acls"""
    by = await request.caller()
    place, new_bytes = place_of(request, by), request.service.new_bytes
    person_id, privilege, tells = (await request.read(CreateAcls)).granted()

    def act(tx: Tx) -> Answer:
        made = acls.create_acl(tx, by, place, person_id, privilege, tells=tells, new_bytes=new_bytes)
        return Answer(encode(_acl(made)))

    return await write(request, act)


async def list_acls(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/acls"""
    by = await request.caller()
    place = place_of(request, by)
    found = await request.service.db.read(lambda tx: acls.list_acls(tx, by, place))
    return json_answer(AclsView(tuple(_acl(one) for one in found)))


async def delete_acl(request: Request) -> Response:
    """DELETE /v1.0/calendar/users/{userId}/calendars/{calendarId}/acls/{aclId}"""
    by = await request.caller()
    place, acl_id = place_of(request, by), request.path["aclId"]
    if not acl_id.strip():
        raise InvalidParameter(description="aclId: the path ends before it")
    return await _write(request, lambda tx: acls.delete_acl(tx, by, place, acl_id), b"{}")


async def create_subscribed_calendar(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/subscribedCalendars"""
    by = await request.caller()
    author_id, new_bytes = user_id_of(request, by), request.service.new_bytes
    change = (await request.read(CreateSubscribedCalendar)).change()

    def act(tx: Tx) -> Answer:
        made = subscribed.create_subscribed_calendar(tx, by, author_id, change, new_bytes=new_bytes)
        return Answer(encode(SubscribedCalendarId(made.calendar_id)))

    return await write(request, act)


async def get_subscribed_calendar(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/subscribedCalendars/{calendarId}"""
    by, user_id, calendar_id = await _named(request, "calendar id cannot be null")
    one = await request.service.db.read(
        lambda tx: subscribed.get_subscribed_calendar(tx, by, user_id, calendar_id)
    )
    return json_answer(
        SubscribedCalendarView(
            calendar_id=one.calendar_id,
            name=one.name,
            description=one.description,
            author=one.author_id,
            managers=one.managers,
            subscribe_scope=SubscribeScopeView(one.scope.union_ids, (), one.scope.corp_ids),
        )
    )


async def update_subscribed_calendar(request: Request) -> Response:
    """PUT /v1.0/calendar/users/{userId}/subscribedCalendars/{calendarId}"""
    by, user_id, calendar_id = await _named(request, "calendar id cannot be blank")
    change = (await request.read(CreateSubscribedCalendar)).change()
    return await _write(
        request,
        lambda tx: subscribed.update_subscribed_calendar(tx, by, user_id, calendar_id, change),
        _DONE,
    )


async def delete_subscribed_calendar(request: Request) -> Response:
    """DELETE /v1.0/calendar/users/{userId}/subscribedCalendars/{calendarId}"""
    by, user_id, calendar_id = await _named(request, "calendarId cannot be blank")
    return await _write(
        request, lambda tx: subscribed.delete_subscribed_calendar(tx, by, user_id, calendar_id), _DONE
    )


async def subscribe_calendar(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/subscribe"""
    by, user_id, calendar_id = await _named(request, "calendarId cannot be blank")
    return await _write(
        request, lambda tx: subscriptions.subscribe_calendar(tx, by, user_id, calendar_id), b"{}"
    )


async def unsubscribe_calendar(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/unsubscribe"""
    by, user_id, calendar_id = await _named(request, "calendarId cannot be blank")
    return await _write(
        request, lambda tx: subscriptions.unsubscribe_calendar(tx, by, user_id, calendar_id), _DONE
    )


async def list_org_plugins(request: Request) -> Response:
    """GET /v1.0/calendar/plugins"""
    by = await request.caller()
    found = await request.service.db.read(lambda tx: plugins.list_plugins(tx, by.corp_id))
    return json_answer(
        PluginsView(
            tuple(
                PluginView(
                    one.plugin_id,
                    one.name,
                    one.logo,
                    one.classification,
                    PluginSubscribersView(one.union_ids, one.dept_ids),
                )
                for one in found
            )
        )
    )


async def update_org_plugin_subscribers(request: Request) -> Response:
    """POST /v1.0/calendar/plugins/{pluginId}/subscribers"""
    by, plugin_id = await request.caller(), request.path["pluginId"]
    body = await request.read(PluginSubscribersBody)
    union_ids, dept_ids = body.union_ids or (), body.dept_ids or ()
    return await _write(
        request, lambda tx: plugins.update_subscribers(tx, by, plugin_id, union_ids, dept_ids), _DONE
    )


async def _named(request: Request, blank: str) -> tuple[Caller, str, str]:
    """Who calls, the path's user and its calendar. Raises InvalidParameter with the text *blank* for none."""
    by, calendar_id = await request.caller(), request.path["calendarId"]
    if not calendar_id.strip():
        raise InvalidParameter(blank, description="calendarId: the path lacks it")
    return by, user_id_of(request, by), calendar_id


async def _write(request: Request, act: Callable[[Tx], None], done: bytes) -> Response:
    def answer(tx: Tx) -> Answer:
        act(tx)
        return Answer(done)

    return await write(request, answer)


def _acl(one: Acl) -> AclView:
    return AclView(one.acl_id, one.privilege, AclScopeView(one.person_id))
