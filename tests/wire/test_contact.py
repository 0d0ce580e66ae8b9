from __future__ import annotations

import pytest

from rili.model.directory import User
from rili.wire.contact import ContactUser, masked

ANN = User(
    corp_id="c", userid="ann", union_id="annUnionId", name="Ann", mobile="15512343240", state_code="86",
    email="ann@example.com", created_ms=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("mobile", "shown"),
    [
        pytest.param("15512343240", "155****3240", id="as the page shows it"),
        pytest.param("12345678", "****5678", id="eight digits"),
        pytest.param("12345", "****2345", id="fewer"),
    ],
)
def test_a_number_is_masked(mobile: str, shown: str) -> None:
    assert masked(mobile) == shown


@pytest.mark.parametrize(
    ("internal", "with_mobile", "mobile"),
    [
        pytest.param(True, True, "15512343240", id="the organisation's own app"),
        pytest.param(False, True, "155****3240", id="another's app"),
        pytest.param(False, False, None, id="without the permission point"),
    ],
)
def test_who_is_shown_the_number(internal: bool, with_mobile: bool, mobile: str | None) -> None:
    shown = ContactUser.of(ANN, app_key="key", internal=internal, with_mobile=with_mobile)

    assert (shown.mobile, shown.state_code) == (mobile, "86" if with_mobile else None)


@pytest.mark.parametrize(
    ("email", "shown"),
    [("ann@example.com", "ann@example.com"), ("ann@DingTalk.com", None), (None, None)],
)
def test_the_vendors_own_mail_is_not_shown(email: str | None, shown: str | None) -> None:
    user = User(corp_id="c", userid="ann", union_id="annUnionId", name="Ann", email=email, created_ms=0)

    assert ContactUser.of(user, app_key="key", internal=True, with_mobile=True).email == shown
