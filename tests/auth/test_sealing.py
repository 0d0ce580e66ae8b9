"""What is encrypted under the key that is not in the database."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from rili.auth.sealing import SecretKey, WrongSecretKey

KEY = SecretKey("0f" * 32, os.urandom)
PLACE = "suite1 secret"


def test_there_and_back() -> None:
    first, second = (KEY.seal("票据 ticket", of=PLACE) for _ in range(2))

    assert KEY.open(first, of=PLACE) == KEY.open(second, of=PLACE) == "票据 ticket"
    assert first != second
    assert b"ticket" not in urlsafe_b64decode(first)


@pytest.mark.parametrize(
    ("key", "place", "flipped"),
    [
        pytest.param("f0" * 32, PLACE, None, id="another key"),
        pytest.param("0f" * 32, "suite2 secret", None, id="another app's place"),
        pytest.param("0f" * 32, "suite1 ticket", None, id="another place"),
        pytest.param("0f" * 32, PLACE, 0, id="another nonce"),
        pytest.param("0f" * 32, PLACE, 12, id="a bit of the text"),
        pytest.param("0f" * 32, PLACE, -1, id="a bit of the tag"),
    ],
)
def test_what_does_not_open(key: str, place: str, flipped: int | None) -> None:
    raw = bytearray(urlsafe_b64decode(KEY.seal("ticket", of=PLACE)))
    if flipped is not None:
        raw[flipped] ^= 1

    with pytest.raises(WrongSecretKey, match="系统错误") as wrong:
        SecretKey(key, os.urandom).open(urlsafe_b64encode(raw).decode(), of=place)

    assert "secret_key is not the key" in (wrong.value.description or "")
