"""Organisations."""

from __future__ import annotations

from rili.model.directory import Organisation
from rili.store.db import Tx


def add(tx: Tx, organisation: Organisation) -> None:
    tx.run(
        """
        INSERT INTO organisations (corp_id, name, zone, language, created_ms)
        VALUES (:corp_id, :name, :zone, :language, :created_ms)
        """,
        corp_id=organisation.corp_id,
        name=organisation.name,
        zone=organisation.zone,
        language=organisation.language,
        created_ms=organisation.created_ms,
    )


def get(tx: Tx, corp_id: str) -> Organisation | None:
    row = tx.one(
        "SELECT corp_id, name, zone, language, created_ms FROM organisations WHERE corp_id = :corp_id",
        corp_id=corp_id,
    )
    return (
        Organisation(corp_id=row[0], name=row[1], zone=row[2], language=row[3], created_ms=row[4])
        if row
        else None
    )


def list_all(tx: Tx) -> list[Organisation]:
    """Every organisation, the oldest first."""
    rows = tx.all(
        "SELECT corp_id, name, zone, language, created_ms FROM organisations ORDER BY created_ms, corp_id"
    )
    return [
        Organisation(corp_id=corp_id, name=name, zone=zone, language=language, created_ms=created_ms)
        for corp_id, name, zone, language, created_ms in rows
    ]


def replace(tx: Tx, organisation: Organisation) -> None:
    tx.run(
        "UPDATE organisations SET name = :name, zone = :zone, language = :language WHERE corp_id = :corp_id",
        corp_id=organisation.corp_id,
        name=organisation.name,
        zone=organisation.zone,
        language=organisation.language,
    )


def erase(tx: Tx, corp_id: str) -> None:
    """Delete the organisation and everything that is its own, children before what they point to."""
    tx.run("DELETE FROM usage WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM idempotency WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM outbox WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM check_ins WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM ai_minutes WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM categories WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM check_in_links WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM agenda WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM overrides WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM former_rules WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM answer_links WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM attendees WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM events WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM calendars WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM rooms WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM guests WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM grants WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM tokens WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_range_users WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_range_departments WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_ranges WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM apps WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM search_keys WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM role_members WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM roles WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM memberships WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM users WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM departments WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM organisations WHERE corp_id = :corp_id", corp_id=corp_id)
