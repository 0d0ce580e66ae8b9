"""Organisations."""

from __future__ import annotations

from rili.model.directory import Organisation
from rili.store.db import Row, Tx


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
    return _organisation(row) if row else None


def lock(tx: Tx, corp_id: str) -> None:
    """From here on nobody else who does so goes on, until the transaction ends.

    An update, since those who add what refers to the organisation wait for a SELECT FOR UPDATE, and not for that.
    """
    tx.queue("UPDATE organisations SET name = name WHERE corp_id = :corp_id", corp_id=corp_id)


def list_all(tx: Tx) -> list[Organisation]:
    """Every organisation, the oldest first."""
    rows = tx.all(
        "SELECT corp_id, name, zone, language, created_ms FROM organisations ORDER BY created_ms, corp_id"
    )
    return [_organisation(row) for row in rows]


def named(tx: Tx, name: str) -> list[Organisation]:
    """Those of that very name, two at most."""
    rows = tx.all(
        """
        SELECT corp_id, name, zone, language, created_ms FROM organisations
         WHERE name = :name ORDER BY corp_id LIMIT 2
        """,
        name=name,
    )
    return [_organisation(row) for row in rows]


def only(tx: Tx) -> Organisation | None:
    """The organisation of a server that has one; None when it has none or several."""
    rows = tx.all("SELECT corp_id, name, zone, language, created_ms FROM organisations LIMIT 2")
    return _organisation(rows[0]) if len(rows) == 1 else None


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
    # Who is adding something that refers to it, as readers of the outbox do unasked, is waited for, or waits.
    tx.lock("SELECT 1 FROM organisations WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM usage WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM idempotency WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM outbox WHERE corp_id = :corp_id", corp_id=corp_id)
    for table in (
        "outbox_readers", "announcements", "deliveries", "delivery_lines", "delivery_numbers", "notifications",
        "suite_events", "sync_http_organisations",
    ):  # fmt: skip
        tx.run(f"DELETE FROM {table} WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM check_ins WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM ai_minutes WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM categories WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM check_in_links WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM agenda WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM bookings WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM overrides WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM former_rules WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM answer_links WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM attendees WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM events WHERE corp_id = :corp_id", corp_id=corp_id)
    for table in ("acls", "calendar_managers", "subscriptions", "subscribed_calendars"):
        tx.run(f"DELETE FROM {table} WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM plugin_subscribers WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM plugins WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM calendars WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM booking_blacklist WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM room_group_admins WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM room_groups WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM room_members WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM rooms WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM guests WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM grants WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM tokens WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_range_users WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_range_departments WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM app_ranges WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM authorizations WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run(
        "DELETE FROM push_settings WHERE app_key IN (SELECT app_key FROM apps WHERE corp_id = :corp_id)",
        corp_id=corp_id,
    )
    tx.run("DELETE FROM apps WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM search_keys WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM search_letters WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM role_members WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM roles WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM memberships WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM users WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM departments WHERE corp_id = :corp_id", corp_id=corp_id)
    tx.run("DELETE FROM organisations WHERE corp_id = :corp_id", corp_id=corp_id)


def _organisation(row: Row) -> Organisation:
    return Organisation(corp_id=row[0], name=row[1], zone=row[2], language=row[3], created_ms=row[4])
