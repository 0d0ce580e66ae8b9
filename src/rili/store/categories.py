"""Kinds of meetings, by the names that an organisation gave them."""

from __future__ import annotations

from rili.model.event import Category
from rili.store.db import Tx


def add(tx: Tx, corp_id: str, category: Category, now_ms: int) -> None:
    tx.run(
        """
        INSERT INTO categories (corp_id, category_id, name, created_ms)
        VALUES (:corp_id, :category_id, :name, :created_ms)
        """,
        corp_id=corp_id,
        category_id=category.category_id,
        name=category.name,
        created_ms=now_ms,
    )


def list_all(tx: Tx, corp_id: str) -> list[Category]:
    """The organisation's categories, the oldest first."""
    rows = tx.all(
        "SELECT category_id, name FROM categories WHERE corp_id = :corp_id ORDER BY created_ms, category_id",
        corp_id=corp_id,
    )
    return [Category(category_id, name) for category_id, name in rows]


def rename(tx: Tx, corp_id: str, category_id: str, name: str) -> None:
    tx.run(
        "UPDATE categories SET name = :name WHERE corp_id = :corp_id AND category_id = :category_id",
        corp_id=corp_id,
        category_id=category_id,
        name=name,
    )


def remove(tx: Tx, corp_id: str, category_id: str) -> None:
    tx.run(
        "DELETE FROM categories WHERE corp_id = :corp_id AND category_id = :category_id",
        corp_id=corp_id,
        category_id=category_id,
    )
