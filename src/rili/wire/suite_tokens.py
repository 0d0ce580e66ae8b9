"""Tokens of vendors' apps on the wire. A member left out reads as empty: no client has an empty secret or ticket."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class GetCorpAccessToken(Struct, rename="camel"):
    """Body of `POST /v1.0/oauth2/corpAccessToken`."""

    suite_key: str = ""
    suite_secret: str = ""
    auth_corp_id: str = ""
    suite_ticket: str = ""


class GetSuiteAccessToken(Struct, rename="camel"):
    """Body of `POST /v1.0/oauth2/suiteAccessToken`."""

    suite_key: str = ""
    suite_secret: str = ""
    suite_ticket: str = ""


class RePushedSuiteTicket(Struct):
    """Answer of RePushSuiteTicket."""

    result: str = "success"


class LegacyGetCorpToken(Struct):
    """Body of `POST /service/get_corp_token`."""

    auth_corpid: str


class LegacySnsToken(Struct):
    """Answer of `GET /sns/gettoken`, which does not say how long; one that fails holds no token."""

    access_token: str | UnsetType = UNSET
    errcode: int = 0
    errmsg: str = "ok"
