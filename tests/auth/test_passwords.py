from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from rili.auth.passwords import hash_password, is_password
from rili.errors import InvalidParameter


def test_a_password_is_an_argon2id_hash():
    hashed = hash_password("correct horse")

    assert hashed.startswith("$argon2id$")
    assert PasswordHasher().verify(hashed, "correct horse")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        pytest.param("", "shorter than 8", id="empty"),
        pytest.param("1234567", "shorter than 8", id="short"),
        pytest.param("日" * 342, "longer than 1,024 bytes", id="long"),
        pytest.param("12345678\udcff", "no valid text", id="no valid text"),
    ],
)
def test_a_password_is_refused(password: str, problem: str):
    with pytest.raises(InvalidParameter, match=problem):
        hash_password(password)


@pytest.mark.parametrize(
    ("password", "kept", "right"),
    [
        pytest.param("correct horse", hash_password("correct horse"), True, id="right"),
        pytest.param("wrong horse", hash_password("correct horse"), False, id="wrong"),
        pytest.param("nobody's", None, False, id="nobody's"),
        pytest.param("correct horse", "no hash", False, id="a hash that is none"),
        pytest.param("x" * 1025, hash_password("correct horse"), False, id="too long to be one"),
        pytest.param("\ud800", hash_password("correct horse"), False, id="no valid text"),
    ],
)
def test_is_password(password, kept, right):
    assert is_password(password, kept) is right
