"""Change numbers after a dump was restored into another PostgreSQL, whose transaction ids begin lower."""

from __future__ import annotations

import pytest

from rili.store import migrations
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.store.conftest import outside

HIGH = 10**12


ROWS = {
    "outbox": "(corp_id, change_no, event_id, kind, created_ms, body) VALUES ('c', %s, 'e', 'update', 0, '{}')",
    # Its rows may have been pruned since.
    "outbox_readers": "(corp_id, reader, change_no, event_id, people_done) VALUES ('c', 'apps', %s, 'e', 0)",
    "announcements": "(corp_id, change_no, place, event_type, subject, created_ms, body)"
    " VALUES ('c', %s, 1, 'user_add_org', 'u', 0, '{}')",
}


@pytest.fixture(params=ROWS)
def restored_url(request, postgres_server):
    """A database whose rows carry numbers of another cluster."""
    url = postgres_server.create_database()
    migrate(url)
    with outside(url) as other:
        other.execute("UPDATE facts SET value = '1' WHERE name = 'cluster'")
        other.execute(
            "INSERT INTO organisations (corp_id, name, zone, language, created_ms) VALUES ('c', 'c', 'UTC', 'en_US', 0)"
        )
        other.execute(f"INSERT INTO {request.param} {ROWS[request.param]}", (HIGH,))
    yield url
    postgres_server.drop_database(url)


def test_numbers_go_on_above_those_that_are_stored(restored_url, run):
    assert migrations.moved(restored_url)

    migrate(restored_url)

    assert not migrations.moved(restored_url)
    db = open_database(restored_url, 1)
    numbers = [run(db.write(lambda tx: tx.change_no())) for _ in range(2)]
    known = run(db.read(lambda tx: tx.known_below()))
    run(db.close())
    assert HIGH < numbers[0] < numbers[1] < known


def test_in_its_own_cluster_nothing_is_lifted(database_url, run):
    migrate(database_url)
    migrate(database_url)

    assert not migrations.moved(database_url)
    db = open_database(database_url, 1)
    number = run(db.write(lambda tx: tx.change_no()))
    known = run(db.read(lambda tx: tx.known_below()))
    run(db.close())
    assert number < known
    assert number < HIGH
