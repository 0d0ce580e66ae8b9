from __future__ import annotations

import pytest

from rili.model.search_words import (
    CHARACTERS,
    EXACT,
    WHOLE,
    WITHIN,
    SearchKey,
    keys_of_name,
    keys_of_person,
    search_word,
)


@pytest.mark.parametrize(
    ("name", "whole", "within"),
    [
        pytest.param(
            "张小明",
            {"张小明", "zhangxiaoming"},
            {"zxm", "小明", "xiaoming", "xm", "明", "ming"},
            id="every character, pinyin, initials",
        ),
        pytest.param(
            "单雄", {"单雄", "danxiong", "shanxiong"}, {"sx", "dx", "雄", "xiong"}, id="two readings"
        ),
        pytest.param("吕", {"吕", "lv"}, set(), id="ü is v"),
        pytest.param("Zhang San", {"zhangsan"}, {"san", "zs"}, id="words, without case and space"),
        pytest.param("Ann 安", {"ann安", "annan"}, {"安", "an", "aa"}, id="two scripts"),
        pytest.param("阿依·买", {"阿依买", "ayimai", "eyimai"}, {"依买", "yimai", "aym"}, id="a dot between"),
        pytest.param("ＡＢ", {"ab"}, set(), id="wide letters"),
    ],
)
def test_what_a_name_is_found_by(name: str, whole: set[str], within: set[str]) -> None:
    keys = keys_of_name(name)

    assert whole <= {key.text for key in keys if key.place == WHOLE}
    assert within <= {key.text for key in keys if key.place == WITHIN}
    assert len({key.text for key in keys}) == len(keys)


def test_a_number_is_found_whole() -> None:
    assert keys_of_person("安", "Anna", "13900000001")[-1] == SearchKey("13900000001", EXACT)
    assert SearchKey("anna", WHOLE) in keys_of_person("安", "Anna", None)


@pytest.mark.parametrize("name", ["单" * 80, "a" * 80, "a " * 40, "单a" * 40])
def test_keys_are_bounded(name: str) -> None:
    keys = keys_of_name(name)

    assert len(keys) <= 16 * 17
    assert max(len(key.text) for key in keys) <= CHARACTERS


@pytest.mark.parametrize(
    ("text", "word"), [(" Zhang  San ", "zhangsan"), ("LÜ", "lv"), ("阿·依", "阿依"), ("·", "")]
)
def test_a_word_is_spelled_as_keys_are(text: str, word: str) -> None:
    assert search_word(text) == word
