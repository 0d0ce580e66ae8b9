"""Pages for people, in English and Chinese: templates, forms, and the headers that keep pages to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from rili.api.http import Request, storable
from rili.errors import InvalidParameter

Language = Literal["en", "zh"]

FORM_FIELDS = 50

_environment = Environment(
    loader=PackageLoader("rili.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str,
    language: Language,
    *,
    status: int = 200,
    form_action: str = "'self'",
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """*template* of `templates/`, filled in. It may load our style sheet and nothing else, and nobody may frame it.

    *form_action*: where its forms lead, redirects included, as Content-Security-Policy spells it.
    """
    text = _environment.get_template(template).render(language=language, **values)
    return Response(
        text,
        status,
        {
            "content-type": "text/html;charset=utf-8",
            "content-language": "zh-CN" if language == "zh" else "en",
            "cache-control": "no-store",
            "content-security-policy": f"default-src 'none'; style-src 'self'; form-action {form_action}; "
            "frame-ancestors 'none'; base-uri 'none'",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            **(headers or {}),
        },
    )


def language_of(request: Request, preferred: str | None = None) -> Language:
    """What `lang` in the query says, or *preferred* (a person's own language), or the browser."""
    for wish in (request.query.get("lang"), preferred, request.header("accept-language")):
        if wish is not None:
            return "zh" if wish.strip().lower().startswith("zh") else "en"
    return "en"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises InvalidParameter, RequestTooLarge."""
    try:
        pairs = parse_qsl(
            (await request.body()).decode(),
            keep_blank_values=True,
            max_num_fields=FORM_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidParameter(description="body: it is not a form in UTF-8") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if not (storable(name) and storable(value)):
            raise InvalidParameter(description="body: it holds NUL or is not UTF-8")
        fields.setdefault(name, value)
    return fields


async def style(request: Request) -> Response:
    """GET /assets/rili.css"""
    text = resources.files("rili.web").joinpath("rili.css").read_text("utf-8")
    return Response(text, 200, {"content-type": "text/css;charset=utf-8", "cache-control": "max-age=3600"})
