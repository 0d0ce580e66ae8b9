from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import tzdata

from rili.store import facts, migrations
from rili.store.agenda import CELL_MS
from rili.store.migrations import UnknownMigration, migrate, pending, text_for
from rili.store.open import open_database
from tests.store.conftest import outside

NAMES = [
    "0001_calendar",
    "0002_series",
    "0003_agenda_cells",
    "0004_answers",
    "0005_sign_in",
    "0006_check_in",
    "0007_directory",
    "0008_usage",
    "0010_networks",
    "0011_kinds",
    "0012_app_ranges",
    "0013_rooms",
    "0014_bookings",
    "0015_calendars",
    "0016_letters",
    "0017_delivery",
    "0019_failed_callbacks",
    "0020_sync_http",
    "0021_stream_tickets",
    "0022_waiting",
    "0023_notification_numbers",
    "0024_mail",
    "0025_reminders",
]


def tables(url):
    return set(schema(url))


def test_every_migration_is_applied_once(database_url):
    told = []

    assert pending(database_url) == NAMES
    assert migrate(database_url, told.append, now_ms=lambda: 1234) == NAMES
    assert told == NAMES
    assert migrate(database_url) == pending(database_url) == []
    with outside(database_url) as other:
        rows = other.execute("SELECT name, applied_ms FROM schema_migrations").fetchall()
    assert rows == [(name, 1234) for name in NAMES]


def test_the_release_of_the_zones_is_that_of_the_first_start_until_derived_again(database_url, run):
    migrate(database_url)
    db = open_database(database_url, 1)

    assert run(db.read(lambda tx: (facts.get(tx, "tzdata"), facts.get(tx, "x")))) == (
        tzdata.IANA_VERSION,
        None,
    )
    with outside(database_url) as other:
        other.execute("UPDATE facts SET value = '1970a' WHERE name = 'tzdata'")
    migrate(database_url)
    assert run(db.read(lambda tx: facts.get(tx, "tzdata"))) == "1970a"
    run(db.close())


def test_processes_may_migrate_at_once(database_url):
    with ThreadPoolExecutor(4) as processes:
        applied = list(processes.map(lambda _: migrate(database_url), range(4)))

    assert sorted(name for names in applied for name in names) == NAMES  # each once, whoever was faster


STARTS_MS = (0, 1, CELL_MS - 1, CELL_MS, -1, -CELL_MS, -CELL_MS - 1, 1_790_557_200_000, -62_135_596_800_000)


def test_0003_puts_each_row_into_the_cell_of_its_start(database_url, monkeypatch):
    files = migrations._files()
    with monkeypatch.context() as before:
        before.setattr(migrations, "_files", lambda: {name: files[name] for name in NAMES[:2]})
        migrate(database_url)
    with outside(database_url) as other:
        if not database_url.startswith("sqlite:"):
            other.execute("SET session_replication_role = replica")  # rows without what they refer to
        for starts_ms in STARTS_MS:
            other.execute(
                "INSERT INTO agenda (corp_id, calendar_id, event_id, starts_ms, change_no)"
                f" VALUES ('c', 'k', '{starts_ms}', {starts_ms}, 1)"
            )

    assert migrate(database_url) == NAMES[2:]

    with outside(database_url) as other:
        cells = dict(other.execute("SELECT starts_ms, start_cell FROM agenda").fetchall())
    assert cells == {starts_ms: starts_ms // CELL_MS for starts_ms in STARTS_MS}


def test_0025_knows_whose_reminders_are_to_be_derived(database_url, monkeypatch):
    files = migrations._files()
    older = [name for name in NAMES if name < "0025"]
    with monkeypatch.context() as before:
        before.setattr(migrations, "_files", lambda: {name: files[name] for name in older})
        migrate(database_url)
    with outside(database_url) as other:
        for corp_id in ("full", "empty"):
            other.execute(
                "INSERT INTO organisations (corp_id, name, zone, language, created_ms)"
                f" VALUES ('{corp_id}', 'n', 'UTC', 'en_US', 0)"
            )
        if not database_url.startswith("sqlite:"):
            other.execute("SET session_replication_role = replica")  # a row without what it refers to
        other.execute(
            "INSERT INTO events (corp_id, id, calendar_id, version, starts_ms, ends_ms, body)"
            " VALUES ('full', 'e', 'k', 1, 0, 0, '{}')"
        )

    migrate(database_url)

    with outside(database_url) as other:
        assert other.execute("SELECT corp_id, event_id FROM reminder_backlogs").fetchall() == [("full", "")]


@pytest.mark.parametrize("function", [migrate, pending])
def test_a_newer_database_is_left_alone(database_url, function):
    migrate(database_url)
    with outside(database_url) as other:
        other.execute("INSERT INTO schema_migrations (name, applied_ms) VALUES ('9999_future', 0)")

    with pytest.raises(UnknownMigration, match="9999_future"):
        function(database_url)


def test_a_migration_that_fails_leaves_nothing(database_url, monkeypatch):
    whole = "CREATE TABLE facts (name TEXT NOT NULL PRIMARY KEY, value TEXT);"
    broken = "CREATE TABLE half (a INTEGER); INSERT INTO half VALUES (1); INSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(migrations, "_files", lambda: {"0001_facts": whole, "0002_half": broken})

    with pytest.raises(Exception, match="nowhere"):
        migrate(database_url)

    assert tables(database_url) == {"facts", "schema_migrations"}
    assert pending(database_url) == ["0002_half"]


@pytest.mark.parametrize(
    ("text", "sqlite", "postgres"),
    [
        pytest.param("a INTEGER", "a INTEGER", "a BIGINT", id="integers are wide"),
        pytest.param("INTEGERS", "INTEGERS", "INTEGERS", id="whole words"),
        pytest.param(") /*sqlite STRICT*/;", ")  STRICT;", ") /*sqlite STRICT*/;", id="for SQLite"),
        pytest.param("/*postgres A\nB*/;", "/*postgres A\nB*/;", " A\nB;", id="for PostgreSQL"),
        pytest.param("/* why */", "/* why */", "/* why */", id="for people"),
    ],
)
def test_one_text_for_both(text, sqlite, postgres):
    assert text_for("sqlite", text) == sqlite
    assert text_for("postgres", text) == postgres


ONLY_ON_SQLITE = {
    "counters",  # PostgreSQL numbers changes by its transaction ids
}


def test_both_databases_have_one_schema(postgres_server, tmp_path):
    sqlite_url, postgres_url = f"sqlite:{tmp_path / 'rili.db'}", postgres_server.create_database()
    migrate(sqlite_url)
    migrate(postgres_url)

    on_sqlite, on_postgres = schema(sqlite_url), schema(postgres_url)

    assert set(on_sqlite) - set(on_postgres) == ONLY_ON_SQLITE
    assert {name: on_sqlite[name] for name in on_postgres} == on_postgres
    assert len(on_postgres["attendees"]["columns"]) == 10  # it does read something
    assert on_postgres["attendees"]["indexes"]
    assert on_postgres["attendees"]["foreign"]


def schema(url):
    """Table to its columns (name, type, not null), primary key, unique keys, other indexes and foreign keys."""
    with outside(url) as other:
        read = sqlite_schema if url.startswith("sqlite:") else postgres_schema
        return read(lambda sql, *params: other.execute(sql, params).fetchall())


def sqlite_schema(ask):
    found = {}
    for (table,) in ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        columns = ask('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', table)
        indexes = ask('SELECT name, "unique", origin FROM pragma_index_list(?)', table)
        keys = [
            (unique, origin, tuple(name for (name,) in ask("SELECT name FROM pragma_index_info(?)", index)))
            for index, unique, origin in indexes
        ]
        parts = {}
        for number, to, column, other in ask(
            'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?)', table
        ):
            parts.setdefault((number, to), []).append((column, other))
        found[table] = {
            "columns": {(name, kind, bool(not_null)) for name, kind, not_null, _ in columns},
            "primary": tuple(
                name for name, _, _, place in sorted(columns, key=lambda each: each[3]) if place
            ),
            "unique": {names for unique, origin, names in keys if unique and origin != "pk"},
            "indexes": {names for unique, _, names in keys if not unique},
            "foreign": {(to, frozenset(pairs)) for (_, to), pairs in parts.items()},
        }
    return found


def postgres_schema(ask):
    found = {}
    types = {"bigint": "INTEGER", "text": "TEXT"}
    for oid, table in ask(
        "SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        columns = ask(
            """
            SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
             WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
            """,
            oid,
        )
        keys = ask(
            """
            SELECT indisprimary, indisunique, ARRAY(
                       SELECT attname FROM unnest(indkey) WITH ORDINALITY AS key (number, place)
                         JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place)::text[]
              FROM pg_index WHERE indrelid = %s AND NOT indisexclusion  -- on SQLite these are triggers
            """,
            oid,
        )
        foreign = ask(
            """
            SELECT confrelid::regclass::text, ARRAY(
                       SELECT ARRAY[here.attname, there.attname]
                         FROM unnest(conkey, confkey) AS pair (mine, theirs)
                         JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = mine
                         JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = theirs)::text[]
              FROM pg_constraint WHERE contype = 'f' AND conrelid = %s
            """,
            oid,
        )
        found[table] = {
            "columns": {(name, types[kind], not_null) for name, kind, not_null in columns},
            "primary": next(tuple(names) for primary, _, names in keys if primary),
            "unique": {tuple(names) for primary, unique, names in keys if unique and not primary},
            "indexes": {tuple(names) for _, unique, names in keys if not unique},
            "foreign": {(to, frozenset(map(tuple, pairs))) for to, pairs in foreign},
        }
    return found
