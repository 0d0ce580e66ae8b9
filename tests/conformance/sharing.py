"""Sharing and subscribing calendars, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.conformance.clients import HOUR, App, Json, Reply

CALENDARS = "/v1.0/calendar/users/{}/calendars"


def listed(app: App, user: str) -> list[Json]:
    reply = app.call("GET", CALENDARS.format(user))
    assert reply.status == 200, reply.body
    found: list[Json] = reply.json["response"]["calendars"]
    return found


def grant(app: App, privilege: str, *, to: str | None = None, owner: str | None = None) -> Json:
    """Share the organizer's calendar with the colleague, unless others are named; the grant."""
    owner = owner or app.organizer.union_id
    body = {
        "privilege": privilege,
        "sendMsg": True,
        "scope": {"scopeType": "user", "userId": to or app.colleague.union_id},
    }
    reply = app.call("POST", CALENDARS.format(owner) + "/primary/acls", body)
    assert reply.status == 200, reply.body
    found: Json = reply.json
    return found


def shared(app: App, user: str | None = None) -> str:
    """The id of the one calendar that is shared with the colleague, or with *user*."""
    (one,) = (one for one in listed(app, user or app.colleague.union_id) if one["type"] == "shared")
    return str(one["id"])


def publish(app: App, author: str | None = None, **settings: Any) -> str:
    """A new subscribed calendar of the organizer's, offered to the whole organisation; its id."""
    body = {"name": "Holidays", "subscribeScope": {"corpIds": [app.server.corp_id]}} | settings
    reply = app.call("POST", subscribed_path(author or app.organizer.union_id), body)
    assert reply.status == 200, reply.body
    return str(reply.json["calendarId"])


def subscribed_path(user: str, calendar: str | None = None) -> str:
    path = f"/v1.0/calendar/users/{user}/subscribedCalendars"
    return path if calendar is None else f"{path}/{calendar}"


def subscribe(app: App, calendar: str, user: str, *, un: str = "") -> Reply:
    return app.call("POST", f"{CALENDARS.format(user)}/{calendar}/{un}subscribe")


def create_in(app: App, calendar: str, user: str | None = None, draft: Json | None = None) -> Reply:
    return app.call("POST", app.path(user=user, calendar=calendar), HOUR | (draft or {}))
