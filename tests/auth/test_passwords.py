from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters

from rili.auth.passwords import _NOBODYS, hash_password, verify_password
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


HASHED = hash_password("correct horse")


@pytest.mark.parametrize(
    ("password", "password_hash", "right"),
    [
        pytest.param("correct horse", HASHED, True, id="right"),
        pytest.param("Correct horse", HASHED, False, id="wrong"),
        pytest.param("", HASHED, False, id="empty"),
        pytest.param("x" * 100_000, HASHED, False, id="long"),
        pytest.param("correct horse", None, False, id="nobody's"),
        pytest.param("correct horse", "no hash", False, id="no hash"),
    ],
)
def test_a_password_is_held_against_its_hash(password: str, password_hash: str | None, right: bool):
    assert asyncio.run(verify_password(password, password_hash)) is right


def test_nobodys_password_is_as_much_work():
    """The stand-in has the parameters that a real hash has, so that the time does not tell who exists."""
    assert extract_parameters(_NOBODYS) == extract_parameters(HASHED)
