"""Kinds of meetings, which an administrator names and everybody may choose from."""

from __future__ import annotations

from rili.actions import checks
from rili.errors import InvalidParameter, ItemNotFound
from rili.model.event import Category
from rili.model.ids import NewBytes, opaque_id
from rili.store import categories
from rili.store.db import Tx

MOST = 500
"""Categories of an organisation: they are answered all at once."""


def list_categories(tx: Tx, corp_id: str) -> list[Category]:
    """The oldest first."""
    return categories.list_all(tx, corp_id)


def get_category(tx: Tx, corp_id: str, category_id: str) -> Category:
    """Raises ItemNotFound."""
    for category in categories.list_all(tx, corp_id):
        if category.category_id == category_id:
            return category
    raise ItemNotFound(f"No category {category_id}")


def add_category(tx: Tx, corp_id: str, name: str, *, new_bytes: NewBytes, now_ms: int) -> Category:
    """Raises InvalidParameter for a name that is taken, or one too many."""
    there = categories.list_all(tx, corp_id)
    if len(there) >= MOST:
        raise InvalidParameter(f"There are {MOST} categories already")
    category = Category(opaque_id(new_bytes), _free(there, name))
    categories.add(tx, corp_id, category, now_ms)
    return category


def rename_category(tx: Tx, corp_id: str, category_id: str, name: str) -> Category:
    """Events that were given it keep the name that they have. Raises ItemNotFound, InvalidParameter."""
    category = get_category(tx, corp_id, category_id)
    others = [one for one in categories.list_all(tx, corp_id) if one != category]
    renamed = Category(category_id, _free(others, name))
    categories.rename(tx, corp_id, category_id, _free(others, name))
    return renamed


def remove_category(tx: Tx, corp_id: str, category_id: str) -> None:
    """Events keep what they were given. Raises ItemNotFound."""
    get_category(tx, corp_id, category_id)
    categories.remove(tx, corp_id, category_id)


def _free(there: list[Category], name: str) -> str:
    name = checks.text("name", name, 64)
    if any(one.name == name for one in there):
        raise InvalidParameter(f"The category {name} exists already")
    return name
