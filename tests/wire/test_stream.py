"""Frames of stream push, and what the answers of real clients mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dingtalk_stream.frames import AckMessage, EventMessage, SystemMessage

from rili.wire.stream import Answer, event_frame, read_answer, system_frame

DATA = '{"changeType":"updated","summary":"例会 \\"Q3\\""}'
EVENT = event_frame(
    message_id="a_b_c_d",
    connection_id="c1",
    now_ms=1_767_225_600_123,
    app_key="dingapp",
    corp_id="dingcorp",
    event_type="calendar_event_change",
    event_id="5f1",
    born_ms=1_767_225_600_000,
    data=DATA,
)


def test_an_event() -> None:
    frame = json.loads(EVENT)
    app_id = frame["headers"].pop("eventUnifiedAppId")

    assert frame == {
        "specVersion": "1.0",
        "type": "EVENT",
        "headers": {
            "topic": "*",
            "messageId": "a_b_c_d",
            "connectionId": "c1",
            "contentType": "application/json",
            "time": "1767225600123",
            "eventType": "calendar_event_change",
            "eventId": "5f1",
            "eventCorpId": "dingcorp",
            "eventBornTime": "1767225600000",
        },
        "data": DATA,
    }
    assert len(app_id) == 36
    read = EventMessage.from_dict(json.loads(EVENT))
    assert (read.headers.event_born_time, read.data["summary"]) == (1_767_225_600_000, '例会 "Q3"')


def test_a_word_of_the_protocols_own() -> None:
    frame = json.loads(
        system_frame("disconnect", {"reason": "r"}, message_id="a", connection_id="c", now_ms=7)
    )

    assert frame == {
        "specVersion": "1.0",
        "type": "SYSTEM",
        "headers": {
            "topic": "disconnect",
            "messageId": "a",
            "connectionId": "c",
            "contentType": "application/json",
            "time": "7",
        },
        "data": '{"reason":"r"}',
    }
    assert SystemMessage.from_dict(frame).data == {"reason": "r"}


def of_python(code: int, message: str) -> dict[str, Any]:
    """As its library makes it: the data is the event's own."""
    ack = AckMessage()
    event = EventMessage.from_dict(json.loads(EVENT))
    ack.code, ack.message, ack.data = code, message, event.data
    ack.headers.message_id = event.headers.message_id
    ack.headers.content_type = "application/json"
    answer: dict[str, Any] = ack.to_dict()
    return answer


def of(code: object, data: object, **headers: str) -> dict[str, Any]:
    named = {"messageId": "a_b_c_d", "contentType": "application/json"} | headers
    return {"code": code, "headers": named, "message": "OK", "data": data}


SUCCESS, LATER = '{"status":"SUCCESS","message":"ok"}', '{"status":"LATER","message":"busy"}'


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param(of_python(200, "OK"), None, id="Python"),
        pytest.param(of_python(500, "later"), "the client answered 500", id="Python, a failure"),
        pytest.param(of_python(404, "not implement"), "the client answered 404", id="Python, no handler"),
        pytest.param(of(200, SUCCESS), None, id="Node"),
        pytest.param(of(200, LATER), "the client answered LATER", id="Node, later"),
        pytest.param(of(200, SUCCESS, time="1767225600123"), None, id="Java"),
        pytest.param(of(200, LATER, time="1767225600123"), "the client answered LATER", id="Java, later"),
        pytest.param(of(500, "client internal error"), "the client answered 500", id="Java, an exception"),
        pytest.param(of(500, LATER), "the client answered 500", id="Go, later"),
        pytest.param(of(200, "null"), None, id="data that is no object"),
        pytest.param(of(200, '["LATER"]'), None, id="an array"),
        pytest.param(of(200, "{status: LATER}"), None, id="data that is no JSON"),
        pytest.param(of(200, {"status": "LATER"}), "the client answered LATER", id="data as an object"),
        pytest.param(of(200, {"status": "SUCCESS"}), None, id="data as an object, success"),
        pytest.param(of(200, 7), None, id="data as a number"),
        pytest.param(of(200, "[" * 100_000), None, id="deep data"),
        pytest.param(of(200, '{"status":"later"}'), None, id="another spelling is another word"),
        pytest.param({"code": 200, "headers": {"messageId": "a_b_c_d"}}, None, id="no data"),
        pytest.param(of(200.0, SUCCESS), None, id="a number is a number"),
        pytest.param(of(1e300, SUCCESS), "the client answered 1e+300", id="a huge number"),
        pytest.param(of("200", SUCCESS), "the client answered without a code", id="a text is no code"),
        pytest.param(of(True, SUCCESS), "the client answered without a code", id="true is no code"),
        pytest.param(of(None, SUCCESS), "the client answered without a code", id="null is no code"),
    ],
)
def test_answers(said: dict[str, Any], refusal: str | None) -> None:
    assert read_answer(json.dumps(said)) == Answer("a_b_c_d", refusal)
    assert read_answer(json.dumps(said).encode()) == Answer("a_b_c_d", refusal)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"code":200}',
        b'{"code":200,"headers":null}',
        b'{"code":200,"headers":{}}',
        b'{"code":200,"headers":{"messageId":7}}',
        b'{"code":200,"headers":{"messageId":"a_b_c_d"}',
        b"[" * 100_000,
        b'{"headers":' * 100_000,
    ],
)
def test_what_answers_nothing(said: bytes) -> None:
    assert read_answer(said) is None
