"""The types of meeting that an organisation has."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class Category(Struct, frozen=True, gc=False):
    """One type of meeting."""

    category_id: str
    name: str


def list_all(tx: Tx, corp_id: str) -> list[Category]:
    """All of an organisation's, the oldest first."""
    rows = tx.all(
        "SELECT category_id, name FROM categories WHERE corp_id = :corp_id ORDER BY created_ms, category_id",
        corp_id=corp_id,
    )
    return [Category(*row) for row in rows]


def add(tx: Tx, corp_id: str, category: Category, now_ms: int) -> None:
    tx.run(
        """
        INSERT INTO categories (corp_id, category_id, name, created_ms)
        VALUES (:corp_id, :category_id, :name, :now_ms)
        """,
        corp_id=corp_id,
        category_id=category.category_id,
        name=category.name,
        now_ms=now_ms,
    )


def rename(tx: Tx, corp_id: str, category: Category) -> None:
    tx.run(
        "UPDATE categories SET name = :name WHERE corp_id = :corp_id AND category_id = :category_id",
        corp_id=corp_id,
        category_id=category.category_id,
        name=category.name,
    )


def remove(tx: Tx, corp_id: str, category_id: str) -> None:
    tx.run(
        "DELETE FROM categories WHERE corp_id = :corp_id AND category_id = :category_id",
        corp_id=corp_id,
        category_id=category_id,
    )
