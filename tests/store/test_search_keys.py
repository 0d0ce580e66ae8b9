"""Searching by one letter has rows of its own, and finds what the longer way would."""

from __future__ import annotations

from rili.model.search_words import EXACT, WITHIN, keys_of_person
from rili.store import search_keys
from rili.store.db import Tx
from tests.people import SharedDatabase, add_organisation

NAMES = {
    "one": ("王", None, None),
    "two": ("王伟", "Wa", "13900000001"),
    "three": ("李王", None, None),
    "four": ("W", None, "1"),
    "five": ("a w", None, None),
    "six": ("单雄", "老王", None),
    "seven": ("张三", None, None),
}


def found_by(word: str) -> list[str]:
    """Whole keys first, then names that begin so, then by id."""
    found: list[tuple[int, str]] = []
    for id_, names in NAMES.items():
        ranks = [
            0 if key.text == word and key.place != WITHIN else key.place + 1
            for key in keys_of_person(*names)
            if key.text == word or (key.text.startswith(word) and key.place != EXACT)
        ]
        if ranks:
            found.append((min(ranks), id_))
    return [id_ for _, id_ in sorted(found)]


def test_one_letter(shared_database: SharedDatabase) -> None:
    def fill(tx: Tx) -> str:
        corp_id = add_organisation(tx)
        for id_, names in NAMES.items():
            search_keys.put(tx, corp_id, "user", id_, keys_of_person("前", "Former", None))
            search_keys.put(tx, corp_id, "user", id_, keys_of_person(*names))
        return corp_id

    corp_id = shared_database.write(fill)

    def find(word: str, offset: int = 0, limit: int = 10) -> search_keys.Found:
        return shared_database.read(
            lambda tx: search_keys.find(tx, corp_id, "user", word, whole=False, offset=offset, limit=limit)
        )

    for word in ("w", "a", "l", "z", "s", "d", "王", "三", "1", "f", "前", "wa", "la"):
        expected = found_by(word)
        assert find(word) == (len(expected), expected), word
        assert find(word, 1, 2) == (len(expected), expected[1:3]), word
    assert find("w", 50) == (len(found_by("w")), [])
    assert len(found_by("w")) == 6
