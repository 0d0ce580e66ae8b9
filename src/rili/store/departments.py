"""Departments: a tree under number 1 in each organisation."""

from __future__ import annotations

from rili.model.directory import Department
from rili.store.db import Tx


def add(tx: Tx, department: Department) -> None:
    tx.run(
        """
        INSERT INTO departments (corp_id, dept_id, parent_id, name)
        VALUES (:corp_id, :dept_id, :parent_id, :name)
        """,
        corp_id=department.corp_id,
        dept_id=department.dept_id,
        parent_id=department.parent_id,
        name=department.name,
    )


def get(tx: Tx, corp_id: str, dept_id: int) -> Department | None:
    row = tx.one(
        "SELECT parent_id, name FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return Department(corp_id=corp_id, dept_id=dept_id, parent_id=row[0], name=row[1]) if row else None


def list_all(tx: Tx, corp_id: str) -> list[Department]:
    """The root first, then by number."""
    rows = tx.all(
        "SELECT dept_id, parent_id, name FROM departments WHERE corp_id = :corp_id ORDER BY dept_id",
        corp_id=corp_id,
    )
    return [
        Department(corp_id=corp_id, dept_id=dept_id, parent_id=parent_id, name=name)
        for dept_id, parent_id, name in rows
    ]


def replace(tx: Tx, department: Department) -> None:
    tx.run(
        """
        UPDATE departments SET parent_id = :parent_id, name = :name
         WHERE corp_id = :corp_id AND dept_id = :dept_id
        """,
        corp_id=department.corp_id,
        dept_id=department.dept_id,
        parent_id=department.parent_id,
        name=department.name,
    )


def remove(tx: Tx, corp_id: str, dept_id: int) -> None:
    tx.run(
        "DELETE FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )


def member_count(tx: Tx, corp_id: str, dept_id: int) -> int:
    """How many people are directly in it."""
    row = tx.one(
        "SELECT COUNT(*) FROM memberships WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return row[0] if row else 0
