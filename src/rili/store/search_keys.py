"""What finds a person or a department by name (`model/search_words.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rili.model.search_words import SearchKey
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
    tx.queue(
        "DELETE FROM search_keys WHERE corp_id = :corp_id AND kind = :kind AND id = :id",
        corp_id=corp_id,
        kind=kind,
        id=id_,
    )
    tx.run_many(
        """
        INSERT INTO search_keys (corp_id, kind, key, id, place) VALUES (:corp_id, :kind, :key, :id, :place)
        """,
        [{"corp_id": corp_id, "kind": kind, "key": key.text, "id": id_, "place": key.place} for key in keys],
    )


def find(tx: Tx, corp_id: str, kind: Kind, word: str, *, whole: bool, offset: int, limit: int) -> Found:
    """Those found by *word* (`search_word`); with *whole* by no part of it.

    Whole names first, then names that begin so, then by id.
    """
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
