"""Every page."""

from __future__ import annotations

from rili.api.router import Route
from rili.web import answer, page

PAGE = "page"
"""The tag of what is for people, and so not told of in `/openapi.json`."""

# fmt: off
PAGES = (
    Route("GET", "/answer/{code}", answer.show_invitation, "answer", "A guest's invitation. 外部参与人的邀请。",
          tag=PAGE),
    Route("POST", "/answer/{code}", answer.answer_invitation, "answer.send", "A guest's answer. 外部参与人的答复。",
          tag=PAGE),
    Route("GET", "/assets/rili.css", page.style, "style", "The style sheet of all pages. 页面样式。", tag=PAGE),
)
# fmt: on
