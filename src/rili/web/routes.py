"""Every page."""

from __future__ import annotations

from rili.api.router import Route
from rili.web import answer, consent, page, sign

PAGE = "page"
"""The tag of what is for people, and so not told of in `/openapi.json`."""

# fmt: off
PAGES = (
    Route("GET", "/answer/{code}", answer.show_invitation, "answer", "A guest's invitation. 外部参与人的邀请。",
          tag=PAGE),
    Route("POST", "/answer/{code}", answer.answer_invitation, "answer.send", "A guest's answer. 外部参与人的答复。",
          tag=PAGE),
    Route("GET", "/assets/rili.css", page.style, "style", "The style sheet of all pages. 页面样式。", tag=PAGE),
    Route("GET", "/oauth2/auth", consent.show, "consent", "Sign in to let an app act for you. 登录授权。", tag=PAGE),
    Route("POST", "/oauth2/auth", consent.decide, "consent", "Sign in, agree or refuse. 登录、同意或拒绝。", tag=PAGE),
    Route("GET", "/signin/{code}", sign.ask, "signInPage", "Sign in to an event. 签到页面。", tag=PAGE),
    Route("POST", "/signin/{code}", sign.answer, "signInPageSent", "The same, sent. 提交签到。", tag=PAGE),
    Route("GET", "/signout/{code}", sign.ask, "signOutPage", "Sign out of an event. 签退页面。", tag=PAGE),
    Route("POST", "/signout/{code}", sign.answer, "signOutPageSent", "The same, sent. 提交签退。", tag=PAGE),
)
# fmt: on
