"""The description of the server: valid, whole, and in both languages."""

from __future__ import annotations

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from rili.api.openapi import document
from rili.api.routes import ROUTES

DOCUMENT = json.loads(document(ROUTES, "http://127.0.0.1:8470"))
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
]


def test_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_describes_every_route_and_no_other() -> None:
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}

    assert described == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_speaks_both_languages(operation: dict[str, object]) -> None:
    summary = str(operation["summary"])

    assert re.search(r"[a-z]{3}", summary)
    assert re.search(r"[\u4e00-\u9fff]", summary)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_path_parameters_are_declared(operation: dict[str, list[dict[str, object]]]) -> None:
    path = next(path for path, item in DOCUMENT["paths"].items() if operation in item.values())
    declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}

    assert declared == set(re.findall(r"{(\w+)}", path))


def test_update_takes_what_the_reference_says() -> None:
    body = DOCUMENT["components"]["schemas"]["PatchEvent"]["properties"]

    assert set(body) == {
        "id", "summary", "description", "start", "end", "isAllDay", "recurrence", "attendees", "location", "extra",
        "reminders", "onlineMeetingInfo", "richTextDescription", "uiConfigs", "categories", "cardInstances",
        "freeBusyStatus", "eventConfig", "visibility",
    }  # fmt: skip
