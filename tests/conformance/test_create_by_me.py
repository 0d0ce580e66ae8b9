"""Creating as the token's user, without naming them (decision 14)."""

from __future__ import annotations

from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from tests.conformance.backdoor import user_token
from tests.conformance.clients import HOUR, App, assert_refused, model
from tests.people import SharedDatabase

PATH = "/v1.0/calendar/me/calendars/primary/events"


def test_with_a_user_token(own_app: App, database: SharedDatabase) -> None:
    own_app.token = user_token(own_app, database, own_app.colleague.union_id)

    made = own_app.calendar.create_event_by_me_with_options(
        "primary",
        model(models.CreateEventByMeRequest, HOUR | {"attendees": [{"id": own_app.other.union_id}]}),
        models.CreateEventByMeHeaders(x_acs_dingtalk_access_token=own_app.token, x_client_token="mine-1"),
        RuntimeOptions(),
    ).body
    again = own_app.call("POST", PATH, HOUR, x_client_token="mine-1")

    assert made.organizer.id == own_app.colleague.union_id
    assert [one.id for one in made.attendees] == [own_app.colleague.union_id, own_app.other.union_id]
    assert again.json["code"] == "IdempotentParameterMismatch"
    own_app.token = user_token(own_app, database, own_app.other.union_id)
    assert own_app.get(made.id, user="me").json["summary"] == HOUR["summary"]


def test_with_the_token_of_an_app(own_app: App) -> None:
    reply = own_app.call("POST", PATH, HOUR)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "me needs a user token")
