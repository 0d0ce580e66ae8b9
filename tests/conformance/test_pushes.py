"""What the vendor's SDK changes reaches an app: the worker of a running server queues it."""

from __future__ import annotations

import json
from typing import Any

from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.store import push_settings
from rili.store.push_settings import PushSettings
from rili.testing import Rili
from tests.conformance.clients import HOUR, App, model
from tests.conformance.office import Office, an_office
from tests.people import SharedDatabase, add_app


def test_what_the_sdk_changes_is_told(server: Rili, app: App, database: SharedDatabase):
    with an_office(server, database) as office:
        receiver = _listening_app(office)
        room_id = office.make("Blue")
        token = {"x_acs_dingtalk_access_token": office.app.token}
        draft = model(models.CreateEventRequest, HOUR | {"attendees": [{"id": office.bob}]})
        made = app.calendar.create_event_with_options(
            office.ann, "primary", draft, models.CreateEventHeaders(**token), RuntimeOptions()
        )
        event_id = made.body.id
        booked = model(models.AddMeetingRoomsRequest, {"meetingRoomsToAdd": [{"roomId": room_id}]})
        app.calendar.add_meeting_rooms_with_options(
            office.ann, "primary", event_id, booked, models.AddMeetingRoomsHeaders(**token), RuntimeOptions()
        )
        server.deliver()

        told = _waiting(office, receiver)
        assert sorted((name, subject) for name, subject, _ in told) == [
            ("calendar_event_change", event_id), ("calendar_event_change", event_id),
            ("meetingroom_book", f"room {room_id}"), ("meetingroom_room_info", f"room {room_id}"),
        ]  # fmt: skip
        changes = [body for name, _, body in told if name == "calendar_event_change"]
        assert [body["changeType"] for body in changes] == ["created", "updated"]

        pushed = changes[0]
        read = app.calendar.get_event_with_options(
            pushed["unionIdList"][0], pushed["calendarId"], pushed["calendarEventId"],
            models.GetEventRequest(), models.GetEventHeaders(**token), RuntimeOptions(),
        )  # fmt: skip
        assert read.body.id == event_id
        converted = app.calendar.convert_legacy_event_id_with_options(
            office.ann,
            models.ConvertLegacyEventIdRequest(legacy_event_ids=[pushed["legacyCalendarEventId"]]),
            models.ConvertLegacyEventIdHeaders(**token),
            RuntimeOptions(),
        )
        assert converted.body.legacy_event_id_map == {pushed["legacyCalendarEventId"]: event_id}
        database.write(lambda tx: push_settings.remove(tx, receiver))


def _listening_app(office: Office) -> str:
    """By stream, on which nobody listens: what it is to be told waits."""

    def add(tx: Any) -> str:
        app, _ = add_app(tx, office.corp_id)
        push_settings.put(tx, PushSettings(app_key=app.app_key, channel="stream", created_ms=0))
        return app.app_key

    return office.database.write(add)


def _waiting(office: Office, receiver: str) -> list[tuple[str, str, dict[str, Any]]]:
    rows = office.database.read(
        lambda tx: tx.all(
            """
            SELECT event_type, subject, body FROM deliveries
             WHERE corp_id = :corp_id AND receiver = :receiver ORDER BY number
            """,
            corp_id=office.corp_id,
            receiver=receiver,
        )
    )
    return [(name, subject, json.loads(body)) for name, subject, body in rows]
