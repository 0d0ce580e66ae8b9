from __future__ import annotations

import json

import msgspec
import pytest

from rili.api.shape import error_body
from rili.wire.failure import AccessDeniedDetail, ErrorBody


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            ErrorBody("itemNotFound", "Event does not exist.", "R1"),
            {"code": "itemNotFound", "message": "Event does not exist.", "requestid": "R1"},
            id="without what it does not have",
        ),
        pytest.param(
            ErrorBody("c", "m", "R1", "summary: it is blank", AccessDeniedDetail(["Calendar.Event.Write"])),
            {
                "code": "c",
                "message": "m",
                "requestid": "R1",
                "description": "summary: it is blank",
                "accessdenieddetail": {"requiredScopes": ["Calendar.Event.Write"]},
            },
            id="whole",
        ),
    ],
)
def test_an_error_as_the_sdks_read_it(body: ErrorBody, text: dict[str, object]) -> None:
    assert json.loads(msgspec.json.encode(body)) == text


@pytest.mark.parametrize("description", [None, "summary: it is blank"])
@pytest.mark.parametrize("detail", [None, {"requiredScopes": ["Calendar.Event.Write"]}])
def test_what_is_answered_has_the_described_shape(
    description: str | None, detail: dict[str, object] | None
) -> None:
    answered = error_body("R1", "c", "m", description=description, accessdenieddetail=detail)

    assert json.loads(msgspec.json.encode(msgspec.json.decode(answered, type=ErrorBody))) == json.loads(
        answered
    )
