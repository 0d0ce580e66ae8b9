"""What finds a person or a department by name: the name itself, its pinyin, the initials of that (decision 67)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

CHARACTERS = 64
"""Of a key; what is searched for is no longer."""

WHOLE, WITHIN, EXACT = 0, 1, 2
"""Where a key stands: a whole name; a part that begins within it, or abbreviates it; what must be given exactly."""

_STARTS = 16
"""From how many syllables or words of a name it is found, from the first on."""
_READINGS = 8
"""How many ways to read a name are kept."""

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNIT = re.compile(rf"[{_HAN}]|[^{_HAN}\s·•]+")
_IGNORED = re.compile(r"[\s·•]+")


class SearchKey(Struct, frozen=True, gc=False):
    """A text that finds something, and where it stands in a name: WHOLE, WITHIN, EXACT."""

    text: str
    place: int


def search_word(text: str) -> str:
    """*text* as keys are spelled: without case, width, spaces; ü is v."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold()).replace("ü", "v")


def keys_of_person(name: str, nickname: str | None, mobile: str | None) -> list[SearchKey]:
    """A number is found whole only: an app that may search is not told numbers digit by digit."""
    keys = keys_of_name(name)
    if nickname:
        keys += keys_of_name(nickname)
    if mobile:
        keys.append(SearchKey(mobile, EXACT))
    return _distinct(keys)


def letters_of(keys: Iterable[SearchKey]) -> dict[str, int]:
    """Each letter that alone finds what has *keys*, and how well: 0 it is a whole key, 1 a name begins so, 2 a part."""
    found: dict[str, int] = {}
    for key in keys:
        letter = key.text[0]
        if key.place == EXACT and key.text != letter:
            continue
        rank = 0 if key.text == letter and key.place != WITHIN else key.place + 1
        found[letter] = min(rank, found.get(letter, rank))
    return found


def keys_of_name(name: str) -> list[SearchKey]:
    """Each text that *name* is found by the beginning of: from every character or word of it, in every spelling."""
    units = [
        (search_word(unit), _readings(unit)) for unit in _UNIT.findall(unicodedata.normalize("NFKC", name))
    ]
    keys: list[SearchKey] = []
    for start in range(min(len(units), _STARTS)):
        rest = units[start:]
        place = WITHIN if start else WHOLE
        keys.append(SearchKey("".join(written for written, _ in rest), place))
        readings = [read for _, read in rest]
        keys += [SearchKey(text, place) for text in _spelled(readings)]
        if len(rest) > 1:
            initials = [tuple(dict.fromkeys(one[:1] for one in read)) for read in readings]
            keys += [SearchKey(text, WITHIN) for text in _spelled(initials)]
    return _distinct(keys)


def _spelled(units: list[tuple[str, ...]]) -> list[str]:
    """The units one after the other, read in as many ways as are kept."""
    texts = [""]
    for unit in units:
        kept = unit if len(texts) * len(unit) <= _READINGS else unit[:1]
        texts = [text + reading for text in texts for reading in kept]
    return texts


def _distinct(keys: list[SearchKey]) -> list[SearchKey]:
    """One key a text, the one that stands for most of the name; what is cut stands for no whole name."""
    found: dict[str, int] = {}
    for key in keys:
        text, place = key.text[:CHARACTERS], key.place if len(key.text) <= CHARACTERS else WITHIN
        if text and place < found.get(text, 3):
            found[text] = place
    return [SearchKey(text, place) for text, place in found.items()]


@lru_cache(maxsize=30_000)
def _readings(unit: str) -> tuple[str, ...]:
    """How a character is read, the usual reading first; a word of another script is read as it is written."""
    if not re.match(f"[{_HAN}]", unit):
        return (search_word(unit),)
    from pypinyin import Style, pinyin  # its tables take a while to load, and few processes write names

    (readings,) = pinyin(unit, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(search_word(one) for one in readings))[:4]
