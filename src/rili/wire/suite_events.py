"""What enterprise apps are told about themselves: the business objects, as stream clients get them.

Source: DingTalk "development-data-format-help", biz_type 2 and 4.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from rili.model.directory import App, Organisation, Range
from rili.wire.topapi_departments import AuthScopes, auth_scopes


class SuiteTicket(Struct, frozen=True, rename="camel"):
    """Of `suite_ticket`."""

    suite_ticket: str


class AuthCorpInfo(Struct, frozen=True):
    """The organisation. What is not known here is empty, as with the vendor."""

    corpid: str
    corp_name: str
    full_corp_name: str
    corp_type: int = 0
    auth_level: int = 0
    is_authenticated: bool = False
    industry: str = ""
    corp_logo_url: str = ""
    invite_code: str = ""
    invite_url: str = ""
    license_code: str = ""
    auth_channel: str = ""
    auth_channel_type: str = ""


class AuthUserInfo(Struct, frozen=True):
    """An administrator of the organisation; empty where it has none."""

    user_id: str = field(name="userId")


class Agent(Struct, frozen=True):
    """The app in the organisation."""

    agentid: int
    agent_name: str
    appid: int
    admin_list: list[str]
    logo_url: str = ""


class AuthInfo(Struct, frozen=True):
    """The apps of the suite: here it has one."""

    agent: list[Agent]


class SuiteAuthorization(Struct, frozen=True):
    """Of `org_suite_auth`, `org_suite_change` and `org_suite_relieve`; the last without a range."""

    auth_corp_info: AuthCorpInfo
    auth_user_info: AuthUserInfo
    auth_info: AuthInfo
    auth_scope: AuthScopes | UnsetType = UNSET


def ticket_body(ticket: str) -> str:
    """JSON text with the ticket, or with what it was encrypted to."""
    return msgspec.json.encode(SuiteTicket(ticket)).decode()


def ticket_in(body: str) -> str:
    """What `ticket_body` was given."""
    return msgspec.json.decode(body, type=SuiteTicket).suite_ticket


def authorization_body(
    organisation: Organisation,
    app: App,
    admins: list[str],
    granted: frozenset[str] = frozenset(),
    seen: Range | None = None,
) -> str:
    """JSON text. *granted*: the points that the app has there. *seen*: whom it sees; None when it is there no more."""
    return msgspec.json.encode(
        SuiteAuthorization(
            AuthCorpInfo(organisation.corp_id, organisation.name, organisation.name),
            AuthUserInfo(admins[0] if admins else ""),
            AuthInfo([Agent(app.agent_id, app.name, app.agent_id, admins)]),
            UNSET if seen is None else auth_scopes(granted, seen),
        )
    ).decode()
