from __future__ import annotations

import os
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from rili.delivery.callback_cipher import CallbackCipher, Undecipherable

KEY = "1234567890123456789012345678901234567890123"
OWNER = "dingsnotzck6pm5veliw"
ENCRYPTED = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA=="
SIGNED = ("1614767836", "A7Co0cJLMzIDtMMI")


def cipher(token: str = "123456", key: str = KEY, owner: str = OWNER) -> CallbackCipher:
    return CallbackCipher(token, key, owner, os.urandom)


def test_the_published_example() -> None:
    known = cipher()
    assert known.decrypt(ENCRYPTED) == "success"
    assert known.signature(*SIGNED, ENCRYPTED) == "9a95a004dd16f5c307e849b994173f76aa26e5eb"
    known.verify("9a95a004dd16f5c307e849b994173f76aa26e5eb", *SIGNED, ENCRYPTED)


def test_the_published_example_is_what_its_random_part_gives() -> None:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    random = bytes(letters.index(letter) for letter in "dICkEDLj0eb6yAbc")
    known = CallbackCipher("123456", KEY, OWNER, lambda count: (random * 2)[:count])
    assert known.encrypt("success") == ENCRYPTED


@given(text=st.text(st.characters(codec="utf-8")), owner=st.text("abc123", min_size=1, max_size=40))
def test_there_and_back(text: str, owner: str) -> None:
    encrypted = cipher(owner=owner).encrypt(text)
    assert len(b64decode(encrypted)) % 32 == 0
    assert cipher(owner=owner).decrypt(encrypted) == text


def test_a_whole_block_is_padded_by_a_whole_block() -> None:
    for length in range(64):
        encrypted = cipher().encrypt("x" * length)
        assert len(b64decode(encrypted)) == (20 + length + len(OWNER)) // 32 * 32 + 32


def raw(plain: bytes) -> str:
    key = b64decode(KEY + "=")
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


@pytest.mark.parametrize(
    ("encrypted", "says"),
    [
        pytest.param("", "another key", id="nothing"),
        pytest.param("*", "Base64", id="no Base64"),
        pytest.param("小", "Base64", id="no ASCII"),
        pytest.param(ENCRYPTED[:20], "whole blocks", id="part of a block"),
        pytest.param(ENCRYPTED[:44], "whole blocks", id="another part"),
        pytest.param(cipher(key="a" * 43).encrypt("success"), "another key", id="another key"),
        pytest.param(cipher(owner="ding").encrypt("success"), "another owner", id="another owner"),
        pytest.param(cipher(owner="").encrypt("success"), "another owner", id="no owner"),
        pytest.param(raw(b"r" * 16 + b"\xff" * 16), "another key", id="longer than it is"),
        pytest.param(raw(bytes(16)), "another key", id="no length"),
        pytest.param(
            raw(b"r" * 16 + (2).to_bytes(4) + b"\xff\xfe" + OWNER.encode() + b"\x06" * 6),
            "no UTF-8",
            id="no UTF-8",
        ),
    ],
)
def test_what_cannot_be_read(encrypted: str, says: str) -> None:
    with pytest.raises(Undecipherable, match=says):
        cipher().decrypt(encrypted)


def test_padding_that_is_none_is_no_padding() -> None:
    """As the vendor's own decryptor: a last byte that says none of 1 to 32 takes nothing away."""
    plain = b"r" * 16 + (8).to_bytes(4) + b"success!" + OWNER.encode()
    assert len(plain) % 16 == 0
    assert cipher().decrypt(raw(plain)) == "success!"


@pytest.mark.parametrize("signature", ["", "0" * 40, "9A95A004DD16F5C307E849B994173F76AA26E5EB", "\ud800"])
def test_another_signature(signature: str) -> None:
    with pytest.raises(Undecipherable, match="signature"):
        cipher().verify(signature, *SIGNED, ENCRYPTED)
