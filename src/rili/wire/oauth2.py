"""Access tokens on the wire. A member left out reads as empty: no client has an empty key or secret."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType


class GetAccessToken(Struct, rename="camel"):
    """Body of `POST /v1.0/oauth2/accessToken`."""

    app_key: str = ""
    app_secret: str = ""


class AccessToken(Struct, rename="camel"):
    """Its answer: `expireIn`, without an s."""

    expire_in: int
    access_token: str


class GetToken(Struct):
    """Body of `POST /v1.0/oauth2/{corpId}/token`: the members of this one are snake_case."""

    client_id: str = ""
    client_secret: str = ""
    grant_type: str = ""


class Token(Struct):
    """Its answer."""

    access_token: str
    expires_in: int


class LegacyToken(Struct):
    """Answer of `GET /gettoken`; one that fails holds no token."""

    access_token: str | UnsetType = UNSET
    expires_in: int | UnsetType = UNSET
    errcode: int = 0
    errmsg: str = "ok"


class GetUserToken(Struct, rename="camel"):
    """Body of `POST /v1.0/oauth2/userAccessToken`."""

    client_id: str = ""
    client_secret: str = ""
    grant_type: str = ""
    code: str | None = None
    refresh_token: str | None = None


class UserToken(Struct, rename="camel"):
    """Its answer; `corpId` only where the person agreed to `openid corpid`."""

    access_token: str
    refresh_token: str
    expire_in: int
    corp_id: str | UnsetType = UNSET


class AuthRule(Struct, rename="camel"):
    """What an app may do of one resource."""

    resource: str
    auth_items: list[str]


class AuthRules(Struct):
    """Answer of `GET /v1.0/oauth2/authRules/user`."""

    result: list[AuthRule]

    @classmethod
    def of(cls, points: Iterable[str], mobile_point: str) -> AuthRules:
        """*points* of the app; *mobile_point* is the one that stands for a member of a person."""
        points = sorted(points)
        members = ["mobile"] if mobile_point in points else []
        rules = [AuthRule("Contact.User", members), AuthRule("rpc_auth", points)]
        return cls([rule for rule in rules if rule.auth_items])
