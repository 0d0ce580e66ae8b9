"""Every page."""

from __future__ import annotations

from rili.api.router import Route
from rili.web import page, sign

PAGE = "page"
"""The tag of what is for people, and so not told of in `/openapi.json`."""

# fmt: off
PAGES = (
    Route("GET", "/assets/rili.css", page.style, "style", "The style sheet of all pages. 页面样式。", tag=PAGE),
    Route("GET", "/signin/{code}", sign.ask, "signInPage", "Sign in to an event. 签到页面。", tag=PAGE),
    Route("POST", "/signin/{code}", sign.answer, "signInPageSent", "The same, sent. 提交签到。", tag=PAGE),
    Route("GET", "/signout/{code}", sign.ask, "signOutPage", "Sign out of an event. 签退页面。", tag=PAGE),
    Route("POST", "/signout/{code}", sign.answer, "signOutPageSent", "The same, sent. 提交签退。", tag=PAGE),
)
# fmt: on
