"""Where the vendor's page puts which event."""

from __future__ import annotations

import pytest

from rili.model.event_types import ENTERPRISE
from rili.wire.contact_pushes import DEPARTMENT_EVENTS, ORGANISATION_EVENTS, PERSON_EVENTS
from rili.wire.sync_http import Biz, find_biz


@pytest.mark.parametrize(
    ("event_type", "body", "biz"),
    [
        pytest.param("suite_ticket", "{}", Biz(2, "716001", "HIGH"), id="a ticket"),
        pytest.param("org_suite_auth", "{}", Biz(4, "716001", "HIGH"), id="authorised"),
        pytest.param("org_suite_relieve", "{}", Biz(4, "716001", "HIGH"), id="withdrawn"),
        pytest.param("user_add_org", '{"userid":"ann"}', Biz(13, "ann", "MEDIUM"), id="a person"),
        pytest.param("user_leave_org", '{"userId":"ann"}', Biz(13, "ann", "MEDIUM"), id="a person who left"),
        pytest.param("user_add_org", '{"userId":["ann"]}', Biz(13, "it", "MEDIUM"), id="several people"),
        pytest.param("org_dept_modify", '{"id":7}', Biz(14, "7", "MEDIUM"), id="a department"),
        pytest.param("org_role_add", '{"roleId":8}', Biz(15, "8", "MEDIUM"), id="a role"),
        pytest.param("org_update", '{"corpid":"x"}', Biz(16, "dingcorp", "MEDIUM"), id="the organisation"),
        pytest.param(
            "calendar_event_change", '{"calendarEventId":"e"}', Biz(100, "it", "MEDIUM"), id="an event"
        ),
        pytest.param("meetingroom_book", "{}", None, id="what enterprise apps are not told"),
    ],
)
def test_places(event_type: str, body: str, biz: Biz | None) -> None:
    assert find_biz(event_type, "dingcorp", 716_001, "it", body) == biz


@pytest.mark.parametrize(
    "event_type",
    sorted({*PERSON_EVENTS, *DEPARTMENT_EVENTS, *ORGANISATION_EVENTS, *ENTERPRISE, "calendar_event_change"}),
)
def test_whatever_enterprise_apps_are_told_has_a_place(event_type: str) -> None:
    assert find_biz(event_type, "dingcorp", 716_001, "it", "{}") is not None
