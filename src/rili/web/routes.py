"""Every page."""

from __future__ import annotations

from rili.api.router import Route
from rili.web import page

PAGE = "page"
"""The tag of what is for people, and so not told of in `/openapi.json`."""

# fmt: off
PAGES = (
    Route("GET", "/assets/rili.css", page.style, "style", "The style sheet of all pages. 页面样式。", tag=PAGE),
)
# fmt: on
