"""The pages behind the links of GetSignInLink and GetSignOutLink: who says who they are is signed in or out."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from rili.actions import check_in
from rili.actions.access import PRIMARY, Place, calendar_of
from rili.api.http import Request
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, NotInEvent
from rili.errors.access import TooManyTries
from rili.model.moment import Moment
from rili.store.check_ins import Kind, Link
from rili.store.db import Tx
from rili.web.page import language_of, page, read_form
from rili.web.who import who


async def ask(request: Request) -> Response:
    """GET /signin/{code}, GET /signout/{code}"""
    if await _link(request) is None:
        return _show(request, status=404, problem="unknown")
    return _show(request)


async def answer(request: Request) -> Response:
    """POST /signin/{code}, POST /signout/{code}"""
    form, link = await read_form(request), await _link(request)
    if link is None:
        return _show(request, status=404, problem="unknown")
    name = form.get("name", "")
    try:
        found = await who(request, link.corp_id, name, form.get("password", ""))
    except TooManyTries as wait:
        return _show(
            request, status=429, problem="wait", seconds=wait.seconds, name=name, headers=wait.headers
        )
    if found is None:
        return _show(request, status=403, problem="wrong", name=name)
    user, _ = found
    by = Caller(
        corp_id=link.corp_id,
        app_key="",  # no app: the person came by themselves
        kind="page",
        scopes=frozenset(),
        union_id=user.union_id,
        now_ms=request.now_ms,
    )
    place = Place(user.union_id, PRIMARY)

    def sign(tx: Tx) -> tuple[int, str]:
        return check_in.sign(tx, by, place, link.event_id, link.kind), calendar_of(tx, by, place).zone

    try:
        at_ms, zone = await request.service.db.write(sign)
    except (NotInEvent, ItemNotFound):  # or who has left the organisation at this moment
        return _show(request, status=400, problem="stranger", name=name)
    except InvalidParameter:
        return _show(request, status=400, problem="cancelled", name=name)
    when = Moment.at(at_ms, zone).wall.isoformat(" ", "seconds")
    return _show(request, done={"person": user.name, "time": when, "zone": zone})


def _kind(request: Request) -> Kind:
    return "in" if request.scope["rili.route"].startswith("/signin/") else "out"


async def _link(request: Request) -> Link | None:
    code, kind = request.path["code"], _kind(request)
    return await request.service.db.read(lambda tx: check_in.find_link(tx, code, kind))


def _show(
    request: Request,
    *,
    status: int = 200,
    problem: str | None = None,
    seconds: int = 0,
    name: str = "",
    headers: Mapping[str, str] | None = None,
    done: dict[str, str] | None = None,
) -> Response:
    """The page: the form, with a *problem* that it met before; or what is *done*."""
    return page(
        "sign.html",
        language_of(request),
        status=status,
        kind=_kind(request),
        headers=dict(headers or {}),
        problem=problem,
        seconds=seconds,
        name=name,
        done=done,
    )
