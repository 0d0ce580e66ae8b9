"""Categories, minutes, ids of before, and an event made by its organizer's own token, with the vendor's SDK."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import minutes
from rili.model.ids import legacy_id
from tests.conformance.backdoor import user_token
from tests.conformance.clients import HOUR, App, assert_refused, model, refused
from tests.people import SharedDatabase


def sdk(app: App, method: str, *arguments: Any, headers: type, **extra: str) -> Any:
    """The body that the SDK reads from the answer of *method*."""
    given = headers(x_acs_dingtalk_access_token=app.token, **extra)
    return getattr(app.calendar, f"{method}_with_options")(*arguments, given, RuntimeOptions()).body


def test_an_event_of_the_tokens_user(own_app: App, database: SharedDatabase) -> None:
    own_app.token = user_token(own_app, database, own_app.organizer.union_id)
    draft = model(models.CreateEventByMeRequest, HOUR | {"reminders": []})

    made = sdk(
        own_app,
        "create_event_by_me",
        "primary",
        draft,
        headers=models.CreateEventByMeHeaders,
        x_client_token="once",
    )
    again = sdk(
        own_app,
        "create_event_by_me",
        "primary",
        draft,
        headers=models.CreateEventByMeHeaders,
        x_client_token="once",
    )

    assert made.organizer.id == own_app.organizer.union_id
    assert again.id == made.id
    assert own_app.get(made.id).json["summary"] == HOUR["summary"]


def test_an_app_is_nobody(own_app: App) -> None:
    """Decision 14."""
    draft = model(models.CreateEventByMeRequest, HOUR)

    with refused(400, "invalidParameter", "me needs a user token"):
        sdk(own_app, "create_event_by_me", "primary", draft, headers=models.CreateEventByMeHeaders)


def test_categories(app: App) -> None:
    found = sdk(app, "list_categories", "ignored", headers=models.ListCategoriesHeaders).categories

    assert found[0].display_name == "周例会 Weekly meeting"
    assert len({one.open_category_id for one in found}) == len(found) == 4


def listed(app: App, user_id: str, event_id: str, *, fetch_all: bool | None = None) -> list[tuple[str, str]]:
    request = models.ListAiMinutesRequest(fetch_all=fetch_all)
    body = sdk(
        app, "list_ai_minutes", user_id, "primary", event_id, request, headers=models.ListAiMinutesHeaders
    )
    return [(one.minutes_id, one.creator_user_id) for one in body.minutes]


def test_minutes(own_app: App, database: SharedDatabase) -> None:
    organizer, colleague = own_app.organizer, own_app.colleague
    event = own_app.create({"attendees": [{"id": colleague.union_id}]})["id"]
    for minutes_id, userid in (("m2", organizer.userid), ("m1", colleague.userid)):
        tie(own_app, database, event, minutes_id, userid)

    assert listed(own_app, organizer.union_id, event) == [("m2", organizer.union_id)]
    assert listed(own_app, colleague.union_id, event, fetch_all=False) == [("m1", colleague.union_id)]
    assert sorted(listed(own_app, colleague.union_id, event, fetch_all=True)) == [
        ("m1", colleague.union_id),
        ("m2", organizer.union_id),
    ]


def test_minutes_of_one_occurrence(own_app: App, database: SharedDatabase) -> None:
    organizer = own_app.organizer
    series, (first, second, *_) = own_app.make_series()
    tie(own_app, database, first, "m1", organizer.userid)

    assert listed(own_app, organizer.union_id, first) == [("m1", organizer.union_id)]
    assert listed(own_app, organizer.union_id, second) == []
    assert listed(own_app, organizer.union_id, series) == []


def tie(app: App, database: SharedDatabase, event_id: str, minutes_id: str, userid: str) -> None:
    corp_id, now_ms = app.server.corp_id, app.server.clock()
    database.write(lambda tx: minutes.add_minutes(tx, corp_id, event_id, minutes_id, userid, now_ms))


def converted(app: App, user_id: str, *ids: str) -> dict[str, str]:
    request = models.ConvertLegacyEventIdRequest(legacy_event_ids=list(ids))
    body = sdk(app, "convert_legacy_event_id", user_id, request, headers=models.ConvertLegacyEventIdHeaders)
    return dict(body.legacy_event_id_map)


def test_ids_of_before(own_app: App) -> None:
    organizer, other = own_app.organizer.union_id, own_app.other.union_id
    kept, deleted = (own_app.create()["id"] for _ in range(2))
    series, _ = own_app.make_series()
    own_app.delete(deleted)
    legacy = {event_id: legacy_id(event_id) for event_id in (kept, deleted, series)}

    assert legacy_id(kept).isupper() or legacy_id(kept).isdecimal()
    assert converted(own_app, organizer, *legacy.values(), "0" * 32, "no id", legacy[kept].lower()) == {
        legacy[kept]: kept,
        legacy[series]: series,
    }
    assert converted(own_app, other, *legacy.values()) == {}


def test_a_series_is_not_told_to_who_is_on_one_occurrence(own_app: App) -> None:
    series, (first, *_) = own_app.make_series()
    own_app.update(first, {"attendees": [{"id": own_app.other.union_id}]})

    assert converted(own_app, own_app.other.union_id, legacy_id(series)) == {}


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({}, "legacyEventIds: it is missing or empty", id="missing"),
        pytest.param({"legacyEventIds": []}, "legacyEventIds: it is missing or empty", id="empty"),
        pytest.param({"legacyEventIds": ["0"] * 101}, "101 ids, where 100 are the most", id="too many"),
        pytest.param({"legacyEventIds": [1]}, "legacyEventIds", id="a number"),
    ],
)
def test_bad_ids_of_before(app: App, body: dict[str, Any], description: str) -> None:
    target = f"/v1.0/calendar/users/{app.organizer.union_id}/legacyEventIds/convert"
    reply = app.call("POST", target, body)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        pytest.param(
            "/calendars/primary/events/{gone}/minutes", 404, "instanceNotExist", id="of a deleted event"
        ),
        pytest.param("/calendars/primary/events/none/minutes", 404, "itemNotFound", id="of no event"),
        pytest.param("/calendars/other/events/{event}/minutes", 404, "itemNotFound", id="of no calendar"),
        pytest.param(
            "/calendars/primary/events/{event}/minutes?fetchAll=2", 400, "invalidParameter", id="no boolean"
        ),
    ],
)
def test_refusals(app: App, target: str, status: int, code: str) -> None:
    event, gone = (app.create()["id"] for _ in range(2))
    app.delete(gone)

    reply = app.call(
        "GET", f"/v1.0/calendar/users/{app.organizer.union_id}" + target.format(event=event, gone=gone)
    )

    assert (reply.status, reply.json["code"]) == (status, code)
