"""From a path to a handler. Splits at `/` before it decodes, because 1.x clients escape a `/` inside an id."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import unquote_to_bytes

from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rili.api.http import Request, Service, refuse, storable
from rili.errors import Failure, InvalidParameter, UnknownPath, WrongMethod
from rili.model.app_kinds import EVERY

Handler = Callable[[Request], Awaitable[Response]]

SOLD = frozenset({"calendar", "rooms"})
"""Tags of what counts against the month; tokens and contacts do not."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Parameter(Struct, frozen=True):
    """A query or header parameter, as `/openapi.json` tells of it."""

    name: str
    description: str
    type: type = str
    place: str = "query"


class Route(Struct, frozen=True):
    """One operation: how it is called, who answers, and what `/openapi.json` tells of it."""

    method: str
    path: str
    handler: Handler
    name: str
    """The operation's name in the SDKs."""
    summary: str
    """English. 中文。"""
    scope: str | None = None
    """The permission point that a caller's token must carry; None needs no token of the new family."""
    body: type | None = None
    answer: type | None = None
    parameters: tuple[Parameter, ...] = ()
    tag: str = "calendar"
    form: bool = False
    """Whether the body may also be a form (the old family)."""
    redirects: bool = False
    answer_type: str = "application/json"
    """Of what is answered; of a stream *answer* is one piece."""
    kinds: frozenset[str] = EVERY
    """Which kinds of app may call it, where it needs a token."""


class _Node:
    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.routes: dict[str, Route] = {}


class Router:
    """The app: every request of the routes, and a JSON error for every other."""

    def __init__(self, service: Service, routes: Iterable[Route], strangers: dict[str, Handler]) -> None:
        """*strangers*: who answers an unknown path below a prefix, instead of a 404."""
        self._service = service
        self._strangers = strangers
        self.routes = tuple(routes)
        self._root = _Node()
        for route in self.routes:
            node = self._root
            for segment in route.path.strip("/").split("/"):
                if segment.startswith("{"):
                    node.any = node.any or _Node()
                    node = node.any
                else:
                    node = node.children.setdefault(segment, _Node())
            node.routes[route.method] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"no {scope['type']} here")
        scope["app"] = self  # as Starlette's own routers do: `request.app`
        try:
            response = await self._handle(scope, receive)
        except Failure as failure:
            response = refuse(scope, failure)
        await response(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive) -> Response:
        raw: bytes = scope["raw_path"]
        node, values = self._find(raw)
        if node is None or not node.routes:
            for prefix, handler in self._strangers.items():
                if raw.startswith(prefix.encode()):
                    return await handler(Request(scope, receive, self._service, {}))
            raise UnknownPath
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route = node.routes.get(method)
        if route is None:
            raise WrongMethod(sorted({*node.routes, "OPTIONS", *(["HEAD"] if "GET" in node.routes else [])}))
        scope["rili.route"] = route.path
        scope["rili.kinds"] = route.kinds
        request = Request(scope, receive, self._service, _named(route, values))
        if route.scope is not None:
            by = await request.caller(route.scope)
            await request.take_call(by, route.name, monthly=route.tag in SOLD)
        return await route.handler(request)

    def _find(self, raw: bytes) -> tuple[_Node | None, list[bytes]]:
        node: _Node | None = self._root
        values: list[bytes] = []
        for segment in raw[1:].split(b"/"):
            assert node is not None
            child = node.children.get(segment.decode("latin-1"))
            if child is None:
                child = node.any
                values.append(segment)
            if child is None:
                return None, values
            node = child
        return node, values


def _named(route: Route, values: list[bytes]) -> dict[str, str]:
    names = [segment[1:-1] for segment in route.path.split("/") if segment.startswith("{")]
    return {name: _decode(name, value) for name, value in zip(names, values, strict=True)}


def _decode(name: str, raw: bytes) -> str:
    """One segment, decoded once; `+` stays a plus. Raises InvalidParameter for what cannot be read."""
    if b"%" in raw:
        if _BAD_ESCAPE.search(raw):
            raise InvalidParameter(description=f"{name}: the path holds a % that begins no percent-encoding")
        raw = unquote_to_bytes(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise InvalidParameter(description=f"{name}: the path is not UTF-8") from None
    if not storable(text):
        raise InvalidParameter(description=f"{name}: the path holds the character NUL")
    return text
