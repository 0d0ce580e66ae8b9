"""What every page for people has in common."""

from __future__ import annotations

import pytest

from rili.web.page import page


@pytest.mark.parametrize(
    ("language", "tag"),
    [pytest.param("en", 'lang="en"', id="English"), pytest.param("zh", 'lang="zh-CN"', id="Chinese")],
)
def test_a_page_keeps_to_itself(language, tag):
    answer = page("base.html", language, form_action="'self' https://app.example")

    assert tag in bytes(answer.body).decode()
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self' https://app.example; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
