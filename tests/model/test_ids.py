from __future__ import annotations

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rili.model.ids import event_id, opaque_id
from tests.properties import everyday


@everyday
@given(st.binary(min_size=16, max_size=16))
def test_event_id_is_base64_twice_and_safe_in_a_path(seed: bytes) -> None:
    text = event_id(seed)

    assert re.fullmatch("[A-Za-z0-9]{32}", text)
    assert b64decode(b64decode(text)) == seed


@pytest.mark.parametrize("length", [1, 28, 40])
def test_opaque_id_takes_as_many_characters_as_asked(length: int) -> None:
    text = opaque_id(lambda count: bytes(range(count)), length)

    assert re.fullmatch(f"[A-Za-z0-9]{{{length}}}", text)


def test_opaque_id_favours_no_character() -> None:
    every_byte_once = bytes(range(256))

    text = opaque_id(lambda _: every_byte_once, 248)

    assert {text.count(char) for char in text} == {4}
    assert len(set(text)) == 62


def test_opaque_id_asks_again_when_bytes_are_of_no_use() -> None:
    answers = [b"\xff" * 8, b"\x00" * 8]

    assert opaque_id(lambda _: answers.pop(0), 4) == "0000"
