"""Who is calling: an access token becomes a Caller. This runs on every request."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

from rili.errors.access import (
    AccessTokenPermissionDenied,
    AppKindDenied,
    InvalidAuthentication,
    IpNotInWhiteList,
    MissingToken,
    UserTokenExpired,
)
from rili.model.secrets import hash_secret
from rili.store import tokens
from rili.store.db import Database
from rili.store.tokens import TokenOwner


class Caller(Struct, frozen=True, kw_only=True, gc=False):
    """An app, or with union_id a person through an app, and the instant of the call."""

    corp_id: str
    """'' for an app by itself, which acts in no organisation."""
    app_key: str
    kind: str
    scopes: frozenset[str]
    union_id: str | None = None
    ranged: bool = False
    """Whether the app sees and acts for less than everybody (`actions/app_range.py`)."""
    now_ms: int
    operator_id: str | None = None
    """Who acts, in the name of the owner of a calendar that was shared with them (decision 12)."""


class TokenCache:
    """Owners of tokens read a moment ago, by hash: a database over a network is not asked on every call.

    What was revoked is honoured for `Database.cache_ms` longer, and no more.
    """

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._read: dict[str, tuple[int, TokenOwner]] = {}

    def get(self, token_hash: str, now_ms: int, cache_ms: int) -> TokenOwner | None:
        found = self._read.get(token_hash)
        if found is None or not 0 <= now_ms - found[0] < cache_ms:
            return None
        return found[1]

    def put(self, token_hash: str, owner: TokenOwner, now_ms: int) -> None:
        self._read.pop(token_hash, None)
        if len(self._read) >= self._size:
            del self._read[next(iter(self._read))]
        self._read[token_hash] = (now_ms, owner)


async def authenticate(
    db: Database, token: str | None, now_ms: int, cache: TokenCache, *, address: str
) -> Caller:
    """The owner of *token*, who calls from *address*.

    Raises MissingToken, InvalidAuthentication, UserTokenExpired, IpNotInWhiteList.
    """
    if not token:
        raise MissingToken
    token_hash = hash_secret(token)
    owner = cache.get(token_hash, now_ms, db.cache_ms)
    if owner is None or owner.expires_ms <= now_ms:  # which may have been extended meanwhile
        owner = await db.read(lambda tx: tokens.owner(tx, token_hash))
        if owner is not None and db.cache_ms:
            cache.put(token_hash, owner, now_ms)
    if owner is not None and owner.union_id is not None and owner.expires_ms <= now_ms:
        raise UserTokenExpired
    if owner is None or owner.expires_ms <= now_ms:
        raise InvalidAuthentication
    if owner.networks and not within(address, owner.networks):
        raise IpNotInWhiteList(address, "rili app set")
    return Caller(
        corp_id=owner.corp_id,
        app_key=owner.app_key,
        kind=owner.kind,
        scopes=owner.scopes,
        union_id=owner.union_id,
        ranged=owner.ranged,
        now_ms=now_ms,
    )


def within(address: str, networks: str) -> bool:
    """Whether *address* is in one of *networks*, separated by spaces; an IPv4 address also when it comes as IPv6."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    return any(known in network for network in _networks(networks))


@lru_cache(1024)
def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(one) for one in text.split()]


def require_kind(caller: Caller, kinds: frozenset[str]) -> None:
    """Raises AppKindDenied when the app is of none of *kinds*, or calls by itself in no organisation."""
    if not caller.corp_id:
        raise AppKindDenied(f"an app of the kind {caller.kind} by itself, in no organisation", kinds)
    if caller.kind not in kinds:
        raise AppKindDenied(f"an app of the kind {caller.kind}", kinds)


def require(caller: Caller, scope: str) -> None:
    """Raises AccessTokenPermissionDenied when the app was not granted *scope*."""
    if scope not in caller.scopes:
        raise AccessTokenPermissionDenied([scope])
