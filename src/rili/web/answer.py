"""A guest's answer: a page that a link opens, without signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from starlette.responses import Response

from rili.actions import guest_answers
from rili.actions.guest_answers import Invitation
from rili.api.http import Request
from rili.errors import ItemNotFound
from rili.model.rules import one_of
from rili.model.when import AllDay, When
from rili.web.page import Language, language_of, page, read_form

GuestAnswer = Literal["accepted", "tentative", "declined"]
ANSWERS: tuple[GuestAnswer, ...] = ("accepted", "tentative", "declined")


async def show_invitation(request: Request) -> Response:
    """GET /answer/{code}: `answer` in the query is the one that is offered first."""
    language, code = language_of(request), request.path["code"]
    try:
        found = await request.service.db.read(lambda tx: guest_answers.find_invitation(tx, code))
    except ItemNotFound:
        return page("answer_dead.html", language, status=404)
    return _page(found, language, chosen=request.query.get("answer"))


async def answer_invitation(request: Request) -> Response:
    """POST /answer/{code}: `answer` is accepted, tentative or declined."""
    language, code = language_of(request), request.path["code"]
    response: GuestAnswer = one_of((await read_form(request)).get("answer", ""), ANSWERS, "answer")
    now_ms = request.now_ms

    try:
        found = await request.service.db.write(
            lambda tx: guest_answers.answer_invitation(tx, code, response, now_ms=now_ms)
        )
    except ItemNotFound:
        return page("answer_dead.html", language, status=404)
    return _page(found, language, answered=True)


def _page(
    found: Invitation, language: Language, *, answered: bool = False, chosen: str | None = None
) -> Response:
    """*chosen*: what the link said. It is not written yet: what reads mails before people do opens links too."""
    return page(
        "answer.html",
        language,
        title=found.event.summary,
        when=_when(found.event.when),
        organizer=found.organizer.name,
        response=found.guest.response,
        answered=answered,
        chosen=chosen if chosen in ANSWERS else found.guest.response,
        answers=ANSWERS,
    )


def _when(when: When) -> str:
    """In the event's own zone, which is named; digits alone, the same in every language."""
    if isinstance(when, AllDay):
        last = when.end - timedelta(days=1)
        return f"{when.start}" if last <= when.start else f"{when.start} – {last}"
    starts, ends = when.start.wall, when.end.wall
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{starts:%Y-%m-%d %H:%M} – {until} ({when.start.zone})"
