"""Requests in, answers out. Here alone a Failure becomes an answer, and a change becomes one transaction."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.types import Receive, Scope

from rili.actions.busy_parts import BusyMemory
from rili.actions.limits import Limits, take_call
from rili.actions.memory import Memory
from rili.api.body import decode_json, receive_body
from rili.api.shape import error_body
from rili.auth.callers import Caller, TokenCache, authenticate, require, require_kind
from rili.auth.sealing import SecretKey
from rili.config import Settings
from rili.delivery.bell import Bell
from rili.delivery.lookup import Lookup
from rili.delivery.streams import Streams
from rili.errors import (
    Failure,
    IdempotencyProcessing,
    IdempotentParameterMismatch,
    InvalidParameter,
    Unavailable,
)
from rili.metrics import Metrics
from rili.model.ids import NewBytes
from rili.store import idempotency
from rili.store.db import Database, Tx
from rili.store.idempotency import Remembered

T = TypeVar("T")
CONTENT_TYPE = "application/json;charset=utf-8"

encode = msgspec.json.Encoder().encode

_failures = logging.getLogger("rili.failure")


class Service:
    """What every handler needs, put together once."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Callable[[], int],
        new_bytes: NewBytes,
        bell: Bell,
        metrics: Metrics,
        streams: Streams,
    ) -> None:
        self.settings = settings
        self.db = db
        self.clock = clock
        self.new_bytes = new_bytes
        self.bell = bell
        self.metrics = metrics
        self.streams = streams
        self.tokens = TokenCache()
        self.secret_key = SecretKey(settings.secret_key, new_bytes) if settings.secret_key else None
        self.memory = Memory()
        self.busy = BusyMemory()
        self.limits = Limits(
            calls_per_second=settings.calls_per_second,
            calls_per_minute=settings.calls_per_minute,
            calls_per_month=settings.calls_per_month,
            creates_per_day=settings.creates_per_day,
        )
        self.notification_streams: dict[tuple[str, str], int] = {}
        """How many streams of notifications are open, by corpId and unionId."""
        self.url_lookup = Lookup(most=8)
        """Of addresses that apps name. By itself: names that nobody answers for take no thread from what delivers."""
        self.running: set[str] = set()
        """Idempotency keys of requests that this process is busy with."""

        scheme = "https" if settings.tls_certificate else "http"
        self.public_url = settings.public_url or f"{scheme}://{settings.host}:{settings.port}"

    def meeting_url(self, conference_id: str) -> str:
        """The address of an online meeting (decision 24)."""
        return self.settings.meeting_url.format(public_url=self.public_url, conferenceId=conference_id)


class Request(StarletteRequest):
    """A request, read as DingTalk's clients write it."""

    def __init__(self, scope: Scope, receive: Receive, service: Service, path: dict[str, str]) -> None:
        super().__init__(scope, receive)
        self.service = service
        self.path = path
        """The named segments of the path, percent-decoded."""
        self.now_ms = service.clock()
        self._raw: bytes | None = None
        self._caller: Caller | None = None

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        wanted = name.encode("latin-1")
        for key, value in self.scope["headers"]:
            if key == wanted:
                return value.decode("latin-1")
        return None

    @property
    def address(self) -> str:
        """Where it comes from; behind a proxy that is trusted, what that says."""
        return self.client.host if self.client else ""

    @property
    def query(self) -> dict[str, str]:
        """Query parameters, the last of a name; an empty one counts as absent. Raises InvalidParameter."""
        query = {name: value for name, value in self.query_params.items() if value}
        for name, value in query.items():
            if not storable(name) or not storable(value):
                raise InvalidParameter(description="query: it holds NUL or is not UTF-8")
        return query

    def flag(self, name: str) -> bool | None:
        """A boolean of the query, as Python (`True`) and as the others (`true`) spell it. Raises InvalidParameter."""
        text = self.query.get(name)
        if text is None:
            return None
        if text.lower() not in ("true", "false"):
            raise InvalidParameter(description=f"{name}: expected true or false")
        return text.lower() == "true"

    def prefers(self, kind: str, other: str) -> bool:
        """Whether `Accept` names *kind*, and not *other* before it or with more weight (RFC 9110 12.5.1)."""
        accept = self.header("accept")
        if accept is None or kind not in accept.lower():
            return False
        weights = _weights(accept)
        return weights.get(kind, 0) > 0 and weights[kind] >= weights.get(other, 0)

    def number(self, name: str, allowed: range) -> int | None:
        """A number of the query. Raises InvalidParameter."""
        text = self.query.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) in allowed):
            raise InvalidParameter(
                description=f"{name}: expected a number from {allowed.start} to {allowed.stop - 1}"
            )
        return int(text)

    async def body(self) -> bytes:
        """The whole body, of a mebibyte at most. Raises RequestTooLarge."""
        if self._raw is None:
            self._raw = await receive_body(self.receive, self.header("content-length"))
        return self._raw

    async def read(self, kind: type[T]) -> T:
        """The JSON body as *kind*. Raises Missingbody, InvalidParameter."""
        return decode_json(await self.body(), kind)

    async def caller(self, scope: str | None = None) -> Caller:
        """Who is calling. Raises the gateway's errors, also when its kind of app may not, or it lacks *scope*."""
        if self._caller is None:
            service = self.service
            token = self.header("x-acs-dingtalk-access-token")
            self._caller = await authenticate(
                service.db, token, self.now_ms, service.tokens, address=self.address
            )
            self.scope["rili.app_key"] = self._caller.app_key
            require_kind(self._caller, self.scope["rili.kinds"])
        if scope is not None:
            require(self._caller, scope)
        return self._caller

    async def caller_again(self, scope: str) -> Caller:
        """The same asked anew, in an answer that lasts: they may have lost the right since. Raises the same."""
        self._caller = None
        self.now_ms = self.service.clock()
        return await self.caller(scope)

    async def take_call(self, by: Caller, operation: str, *, monthly: bool) -> None:
        """Count a call against the limits that are set. Raises QpsLimit, QpmLimit, ApiCountLimitForOrg."""
        limits = self.service.limits
        if limits.on_calls:
            await self.service.db.write(lambda tx: take_call(tx, by, operation, limits, monthly=monthly))

    def if_match(self) -> frozenset[str] | None:
        """The versions that `If-Match` names, or None without one; a weak tag matches nothing (RFC 9110 13.1.1)."""
        lines = self.headers.getlist("if-match")
        if not lines:
            return None
        tags = [tag.strip() for line in lines for tag in line.split(",")]
        # A quoted asterisk is a tag, and no version of ours.
        return frozenset(tag if tag == "*" else tag.strip('"*') for tag in tags if not tag.startswith("W/"))


class Answer(Struct, frozen=True, gc=False):
    """An encoded answer; *etag* is a version."""

    body: bytes
    etag: str | None = None
    status: int = 200


class _Rehearsed(Exception):
    """Rolls back a transaction that was run for its answer alone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def write(request: Request, act: Callable[[Tx], Answer]) -> Response:
    """The one way in for a change: recall the answer of this `x-client-token`, or act and remember, in one transaction.

    With `dryRun=true` the answer is that of the change, and nothing is changed or remembered (decision 10).
    Raises IdempotencyProcessing, IdempotentParameterMismatch (decision 18).
    """
    service = request.service
    if request.flag("dryRun"):
        return await _rehearse(request, act)
    token = request.header("x-client-token")
    if not token:
        answer = await service.db.write(act)
        service.bell.ring()
        return respond(answer)
    by = await request.caller()
    key = _idempotency_key(request, by, token)
    body_hash = sha256(await request.body()).hexdigest()
    if key in service.running:
        raise IdempotencyProcessing
    service.running.add(key)
    try:
        answer = await service.db.write(lambda tx: _once(tx, by, key, body_hash, act))
        service.bell.ring()
        return respond(answer)
    finally:
        service.running.discard(key)


async def _rehearse(request: Request, act: Callable[[Tx], Answer]) -> Response:
    def rehearse(tx: Tx) -> Answer:
        raise _Rehearsed(act(tx))

    try:
        answer = await request.service.db.write(rehearse)
    except _Rehearsed as rehearsed:
        answer = rehearsed.answer
    return respond(msgspec.structs.replace(answer, etag=None))  # there is no such version


def respond(answer: Answer) -> Response:
    """*answer* on its way out."""
    headers = {"content-type": CONTENT_TYPE}
    if answer.etag is not None:
        headers["etag"] = f'"{answer.etag}"'
    return Response(answer.body, answer.status, headers)


def json_answer(body: Any, status: int = 200) -> Response:
    """*body*, a struct or a dict, as the answer."""
    return Response(encode(body), status, {"content-type": CONTENT_TYPE})


def refuse(scope: Scope, failure: Failure) -> Response:
    """The documented error that *failure* is."""
    scope["rili.code"] = failure.code
    if isinstance(failure, Unavailable):
        report(scope, failure)
    body = error_body(
        scope["rili.request_id"],
        failure.code,
        failure.message,
        description=None if isinstance(failure, Unavailable) else failure.description,
        accessdenieddetail={"requiredScopes": list(failure.required_scopes)}
        if failure.required_scopes
        else None,
    )
    return Response(body, failure.status, {"content-type": CONTENT_TYPE, **failure.headers})


def report(scope: Scope, failure: Unavailable) -> None:
    """Log what ails the database. It names machines and files, which are no caller's business."""
    _failures.error("request %s: %s", scope["rili.request_id"], failure.description)


def storable(text: str) -> bool:
    """Whether a database can keep *text*: no NUL, no lone surrogate."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text))


def _once(tx: Tx, by: Caller, key: str, body_hash: str, act: Callable[[Tx], Answer]) -> Answer:
    if not tx.claim(f"{by.corp_id} {key}"):
        raise IdempotencyProcessing
    known = idempotency.recall(tx, by.corp_id, key, by.now_ms)
    if known is not None:
        if known.body_hash != body_hash:
            raise IdempotentParameterMismatch
        return Answer(known.answer.encode(), known.etag, known.status)
    answer = act(tx)
    remembered = Remembered(body_hash, answer.status, answer.etag, answer.body.decode())
    idempotency.remember(tx, by.corp_id, key, remembered, by.now_ms)
    return answer


def _weights(accept: str) -> dict[str, float]:
    """The weight of each media type that `Accept` names, the earlier of two alike a little more."""
    weights: dict[str, float] = {}
    for place, part in enumerate(accept.lower().split(",")):
        kind, _, parameters = part.partition(";")
        weight = re.search(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)", parameters)
        weights.setdefault(kind.strip(), (float(weight[1]) if weight else 1.0) * (1 - place * 1e-6))
    return weights


def _idempotency_key(request: Request, by: Caller, token: str) -> str:
    """Decision 18: app or user, in one organisation, method, path, query, token."""
    parts = (
        by.corp_id,
        by.union_id or by.app_key,
        request.method,
        request.scope["rili.route"],
        *request.path.values(),
        request.scope["query_string"].decode("latin-1"),
        token,
    )
    return sha256("\0".join(parts).encode()).hexdigest()
