"""ETag and If-Match, our extension (decision 19)."""

from __future__ import annotations

import pytest

from tests.conformance.clients import HOUR, App, Json, assert_refused

FAILED = (412, "preconditionFailed", "precondition failed")


def etag(app: App, event_id: str) -> str:
    return app.get(event_id).headers["etag"]


def test_every_answer_with_an_event_carries_one(app: App) -> None:
    made = app.call("POST", app.path(), HOUR)
    event_id = made.json["id"]
    assert made.headers["etag"] == etag(app, event_id)

    changed = app.update(event_id, {"summary": "Changed"})

    assert changed.headers["etag"] == etag(app, event_id) != made.headers["etag"]
    assert changed.headers["etag"].startswith('"')
    assert "etag" not in app.delete(event_id).headers


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"summary": "Changed"}, id="a member"),
        pytest.param({"attendees": [{"email": "g@example.org"}]}, id="people"),
        pytest.param({"onlineMeetingInfo": {"type": "dingtalk"}}, id="meeting"),
        pytest.param({"freeBusyStatus": "free"}, id="free or busy"),
    ],
)
def test_changes_with_every_change(app: App, change: Json) -> None:
    event_id = app.create()["id"]
    before = etag(app, event_id)

    app.update(event_id, change)

    assert etag(app, event_id) != before


def test_changes_when_an_attendee_leaves(app: App) -> None:
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
    before = etag(app, event_id)

    assert app.delete(event_id, user=app.colleague.union_id).status == 200

    assert etag(app, event_id) != before


def test_is_the_same_for_everybody(app: App) -> None:
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]

    assert app.get(event_id, user=app.colleague.union_id).headers["etag"] == etag(app, event_id)


@pytest.mark.parametrize(
    "if_match",
    [
        pytest.param("{etag}", id="the version"),
        pytest.param('"0", {etag}', id="one of several"),
        pytest.param('W/"0",{etag} , "x"', id="one of several, with a weak one"),
        pytest.param("*", id="any"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_match(app: App, if_match: str, method: str) -> None:
    event_id = app.create()["id"]
    if_match = if_match.replace("{etag}", etag(app, event_id))

    reply = app.call(method, app.path(event_id), {"id": event_id, "summary": "Changed"}, if_match=if_match)

    assert reply.status == 200


@pytest.mark.parametrize(
    "if_match",
    [
        pytest.param('"0"', id="another version"),
        pytest.param('"0", "x"', id="several others"),
        pytest.param("W/{etag}", id="weak"),
        pytest.param("", id="empty"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_mismatch(app: App, if_match: str, method: str) -> None:
    """Nothing at all has happened then, and the same request goes through with the version of now."""
    event = app.create({"attendees": [{"id": app.colleague.union_id}]})
    version = etag(app, event["id"])
    app.server.clock.advance(minutes=1)
    change = {"id": event["id"], "summary": "Changed", "attendees": [{"email": "new@example.org"}]}

    reply = app.call(method, app.path(event["id"]), change, if_match=if_match.replace("{etag}", version))

    assert_refused(reply, *FAILED, "read it again")
    read = app.get(event["id"])
    assert (read.json, read.headers["etag"]) == (event, version)
    assert app.get(event["id"], user=app.colleague.union_id).status == 200
    assert app.call(method, app.path(event["id"]), change, if_match=version).status == 200


def test_second_writer_is_told(app: App) -> None:
    event_id = app.create()["id"]
    read = etag(app, event_id)

    assert app.update(event_id, {"summary": "First"}, if_match=read).status == 200
    assert_refused(app.update(event_id, {"summary": "Second"}, if_match=read), *FAILED)

    assert app.get(event_id).json["summary"] == "First"


def test_last_writer_wins_without_it(app: App) -> None:
    event_id = app.create()["id"]

    for summary in ("First", "Second"):
        assert app.update(event_id, {"summary": summary}).status == 200

    assert app.get(event_id).json["summary"] == "Second"


def test_the_sdk_can_send_it(app: App) -> None:
    """Its header models carry any other header as `common_headers`."""
    event_id = app.create()["id"]

    with pytest.raises(Exception, match="precondition failed") as raised:
        app.patch(event_id, {"summary": "x"}, common_headers={"If-Match": '"0"'})

    assert (raised.value.code, raised.value.data["statusCode"]) == ("preconditionFailed", 412)
    version = etag(app, event_id)
    assert app.patch(event_id, {"summary": "x"}, common_headers={"If-Match": version}).status_code == 200
