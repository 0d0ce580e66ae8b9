"""What finds a person or a department by name (`model/search_words.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rili.model.search_words import SearchKey, letters_of
from rili.store.db import Tx

Kind = Literal["user", "department"]

LAST = "\U0010ffff"
"""After all that goes on from a word."""


class Found(NamedTuple):
    """How many there are, and one page of their ids."""

    total: int
    ids: list[str]


def put(tx: Tx, corp_id: str, kind: Kind, id_: str, keys: Iterable[SearchKey]) -> None:
    """Let *id_* be found by *keys*, and by nothing else."""
    keys = list(keys)
    of = {"corp_id": corp_id, "kind": kind, "id": id_}
    tx.queue("DELETE FROM search_keys WHERE corp_id = :corp_id AND kind = :kind AND id = :id", **of)
    tx.queue("DELETE FROM search_letters WHERE corp_id = :corp_id AND kind = :kind AND id = :id", **of)
    tx.run_many(
        """
        INSERT INTO search_keys (corp_id, kind, key, id, place) VALUES (:corp_id, :kind, :key, :id, :place)
        """,
        [of | {"key": key.text, "place": key.place} for key in keys],
    )
    tx.run_many(
        """
        INSERT INTO search_letters (corp_id, kind, letter, rank, id) VALUES (:corp_id, :kind, :letter, :rank, :id)
        """,
        [of | {"letter": letter, "rank": rank} for letter, rank in letters_of(keys).items()],
    )


def find(tx: Tx, corp_id: str, kind: Kind, word: str, *, whole: bool, offset: int, limit: int) -> Found:
    """Those found by *word* (`search_word`); with *whole* by no part of it.

    Whole names first, then names that begin so, then by id.
    """
    if len(word) == 1 and not whole:
        return _find_letter(tx, corp_id, kind, word, offset=offset, limit=limit)
    asked = {"corp_id": corp_id, "kind": kind, "word": word, "last": word if whole else word + LAST}
    rows = tx.all(
        """
        SELECT id, COUNT(*) OVER () FROM search_keys
         WHERE corp_id = :corp_id AND kind = :kind AND key BETWEEN :word AND :last
           AND (place = 0 OR (place = 1 AND :word <> :last) OR (place = 2 AND key = :word))
         GROUP BY id
         ORDER BY MIN(CASE WHEN key = :word AND place <> 1 THEN 0 ELSE place + 1 END), id
         LIMIT :limit OFFSET :offset
        """,
        **asked,
        limit=limit,
        offset=offset,
    )
    if rows or offset == 0:
        return Found(rows[0][1] if rows else 0, [id_ for id_, _ in rows])
    beyond = tx.one(
        """
        SELECT COUNT(DISTINCT id) FROM search_keys
         WHERE corp_id = :corp_id AND kind = :kind AND key BETWEEN :word AND :last
           AND (place = 0 OR (place = 1 AND :word <> :last) OR (place = 2 AND key = :word))
        """,
        **asked,
    )
    return Found(beyond[0] if beyond else 0, [])


def _find_letter(tx: Tx, corp_id: str, kind: Kind, letter: str, *, offset: int, limit: int) -> Found:
    """The same by one letter, which may find thousands: in the order of an index, and each once."""
    asked = {"corp_id": corp_id, "kind": kind, "letter": letter}
    counted = tx.one(
        "SELECT COUNT(*) FROM search_letters WHERE corp_id = :corp_id AND kind = :kind AND letter = :letter",
        **asked,
    )
    rows = tx.all(
        """
        SELECT id FROM search_letters
         WHERE corp_id = :corp_id AND kind = :kind AND letter = :letter
         ORDER BY rank, id
         LIMIT :limit OFFSET :offset
        """,
        **asked,
        limit=limit,
        offset=offset,
    )
    return Found(counted[0] if counted else 0, [id_ for (id_,) in rows])
