"""Every page."""

from __future__ import annotations

from rili.api.router import Route
from rili.web import consent, page

PAGE = "page"
"""The tag of what is for people, and so not told of in `/openapi.json`."""

# fmt: off
PAGES = (
    Route("GET", "/assets/rili.css", page.style, "style", "The style sheet of all pages. 页面样式。", tag=PAGE),
    Route("GET", "/oauth2/auth", consent.show, "consent", "Sign in to let an app act for you. 登录授权。", tag=PAGE),
    Route("POST", "/oauth2/auth", consent.decide, "consent", "Sign in, agree or refuse. 登录、同意或拒绝。", tag=PAGE),
)
# fmt: on
