"""What the server answers besides the contract: its health, its description, the way to a meeting."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import RedirectResponse, Response

from rili import __version__
from rili.api.http import Request, json_answer
from rili.api.openapi import document
from rili.errors import ItemNotFound
from rili.store import facts


async def healthz(request: Request) -> Response:
    """GET /healthz: 200 when the database answers."""
    # A row, because SQLite answers SELECT 1 without its file.
    await request.service.db.read(lambda tx: facts.get(tx, "tzdata"))
    return json_answer({"status": "ok", "version": __version__})


async def openapi(request: Request) -> Response:
    """GET /openapi.json"""
    return Response(document(request.app.routes, request.service.public_url), media_type="application/json")


async def meet(request: Request) -> Response:
    """GET /meet/{conferenceId}: on to the configured provider of meetings (decision 24)."""
    try:
        conference_id = str(UUID(request.path["conferenceId"]))
    except ValueError:
        raise ItemNotFound("Meeting does not exist.", description="conferenceId: it is a UUID") from None
    template = request.service.settings.meeting_provider_url
    return RedirectResponse(template.format(conferenceId=conference_id), 302)
