from __future__ import annotations

import asyncio

import pytest

from rili.errors import ItemNotFound, Stale, Unavailable
from rili.store import libpq, sqlite
from rili.store.db import ATTEMPTS, Refused
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.store.conftest import names, note, outside

sqlite_only = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def raising(error):
    def action(tx):
        note("half")(tx)
        raise error

    return action


def refused_at_once(tx):
    note("half")(tx)
    note("half")(tx)


def refused_later(tx):
    tx.queue("INSERT INTO notes (name) VALUES ('half')")
    tx.queue("INSERT INTO notes (name) VALUES ('half')")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        pytest.param(raising(ItemNotFound()), ItemNotFound, id="a failure a caller may read"),
        pytest.param(raising(ZeroDivisionError()), ZeroDivisionError, id="a bug"),
        pytest.param(raising(StopIteration()), RuntimeError, id="an exception that futures cannot carry"),
        pytest.param(raising(Stale("again and again")), Unavailable, id="stale whenever it runs"),
        pytest.param(refused_at_once, Refused, id="a constraint"),
        pytest.param(refused_later, Refused, id="a constraint, met by a queued statement"),
        pytest.param(lambda tx: tx.one("SELECT nonsense FROM notes"), Exception, id="no SQL"),
    ],
)
def test_one_fails_alone(db, run, url, action, expected):
    async def scenario():
        return await asyncio.gather(
            db.write(note("a")), db.write(action), db.write(note("b")), return_exceptions=True
        )

    first, failure, last = run(scenario())

    assert (first, last) == ("a", "b")
    assert isinstance(failure, expected)
    assert names(url) == {"a", "b"}
    assert run(db.write(note("after"))) == "after"


@pytest.mark.parametrize("stale", [1, ATTEMPTS - 1])
def test_a_stale_action_runs_again_from_the_start(db, run, url, stale):
    runs = []

    def action(tx):
        note(f"run {len(runs)}")(tx)
        runs.append(1)
        if len(runs) <= stale:
            raise Stale
        return len(runs)

    assert run(db.write(action)) == stale + 1
    assert names(url) == {f"run {stale}"}


def touch(tx, name):
    tx.run_one("UPDATE notes SET value = 1 WHERE name = :name", name=name)


def test_a_row_that_must_be_there_and_is_not_makes_the_action_run_again(db, run, url):
    runs = []

    def action(tx):
        runs.append(1)
        note("there")(tx)
        touch(tx, "there" if len(runs) == 3 else "elsewhere")
        return len(runs)

    assert run(db.write(action)) == 3
    assert names(url) == {"there"}


def test_a_row_that_is_never_there_is_told(db, run, url):
    with pytest.raises(Unavailable):
        run(db.write(lambda tx: touch(tx, "elsewhere")))


def test_an_answer_is_durable(db, run, url):
    async def write(name):
        await db.write(note(name))
        return name in names(url)

    async def scenario():
        return await asyncio.gather(*(write(f"n{number}") for number in range(100)))

    assert all(run(scenario()))


def test_change_numbers_are_never_given_twice(db, run, url):
    def action(number):
        def add(tx):
            change_no = tx.change_no()
            tx.queue(
                "INSERT INTO notes (name, value) VALUES (:name, :value)", name=f"n{number}", value=change_no
            )
            assert tx.change_no() == change_no
            if number % 3 == 0:
                raise ItemNotFound
            return change_no

        return add

    async def scenario():
        other = open_database(url, 2)  # as the command line beside a server
        given = await asyncio.gather(
            *((db, other)[number % 2].write(action(number)) for number in range(200)), return_exceptions=True
        )
        later = [await db.write(action(1000)), await other.write(action(1001)), await db.write(action(1003))]
        await other.close()
        return [one for one in given if isinstance(one, int)], later

    given, later = run(scenario())

    assert len(given) == 133
    assert len({*given, *later}) == 136
    assert later == sorted(later)
    assert later[0] > max(given)


def test_what_was_seen_is_the_same_until_something_is_numbered(db, run):
    def numbered(tx):
        tx.queue("INSERT INTO notes (name, value) VALUES (:name, :value)", name="n", value=tx.change_no())

    def seen():
        return run(db.read(lambda tx: tx.seen()))

    first = seen()
    assert seen() == first

    run(db.write(numbered))

    assert seen() != first
    assert seen() == seen()
    assert run(db.write(lambda tx: tx.seen())) not in (first, seen())


def test_a_failed_action_is_over_when_its_failure_is_known(db, run):
    """Who then asks again at once finds nothing of it, not even the claim."""
    slow = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT max(x) FROM n"

    def fail(tx):
        assert tx.claim("a")
        tx.queue(slow)
        raise ZeroDivisionError

    async def ask_again():
        with pytest.raises(ZeroDivisionError):
            await db.write(fail)
        return await db.write(lambda tx: tx.claim("a"))

    assert run(ask_again())


def test_a_commit_that_fails_fails_everybody_in_it(db, run, url):
    def orphan(tx):
        tx.run("INSERT INTO answers (name) VALUES ('nobody')")

    async def scenario():
        return await asyncio.gather(db.write(note("a")), db.write(orphan), return_exceptions=True)

    shared, own = run(scenario())

    assert isinstance(own, Refused)
    if url.startswith("sqlite:"):
        assert isinstance(shared, Refused)
        assert names(url) == set()
    assert run(db.write(note("after"))) == "after"


def test_a_reader_sees_one_moment(db, run, url):
    def query(tx):
        before = tx.all("SELECT name FROM notes")
        with outside(url) as other:
            other.execute("INSERT INTO notes (name) VALUES ('meanwhile')")
        return before, tx.all("SELECT name FROM notes")

    assert run(db.read(query)) == ([], [])
    assert run(db.read(lambda tx: tx.all("SELECT name FROM notes"))) == [("meanwhile",)]


def test_a_reader_cannot_write(db, run, url):
    with pytest.raises(Exception, match=r"readonly|read-only"):
        run(db.read(note("a")))

    assert names(url) == set()
    assert run(db.write(note("b"))) == "b"


def test_closing_finishes_what_waits(db, run, url):
    async def scenario():
        writes = [asyncio.create_task(db.write(note(f"n{number}"))) for number in range(200)]
        await asyncio.sleep(0)
        await db.close()
        await db.close()
        return {await write for write in writes}

    assert run(scenario()) == names(url) == {f"n{number}" for number in range(200)}
    for call in (db.write, db.read):
        with pytest.raises(Unavailable):
            run(call(lambda tx: None))


def test_closing_leaves_one_file_that_is_the_owners(run, tmp_path):
    path = tmp_path / "rili.db"
    db = open_database(f"sqlite:{path}")
    run(db.write(lambda tx: tx.run("CREATE TABLE notes (name TEXT)")))
    run(db.close())

    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o077 == 0


TAKE = {"sqlite": "BEGIN IMMEDIATE", "postgres": "BEGIN; LOCK TABLE notes IN SHARE MODE"}


def take_the_lock(other, url):
    for statement in TAKE["sqlite" if url.startswith("sqlite:") else "postgres"].split(";"):
        other.execute(statement)


def test_another_writer_is_waited_for(db, run, url):
    async def scenario(other):
        take_the_lock(other, url)
        writing = [asyncio.create_task(db.write(note(name))) for name in "abc"]
        for _ in range(3):
            assert await db.read(lambda tx: tx.all("SELECT name FROM notes")) == []
        assert not any(write.done() for write in writing)
        other.execute("COMMIT")
        return await asyncio.gather(*writing)

    with outside(url) as other:
        assert run(scenario(other)) == ["a", "b", "c"]
    assert names(url) == {"a", "b", "c"}


def test_a_lock_that_stays_taken(url, run, monkeypatch):
    monkeypatch.setattr(sqlite, "LOCK_WAIT_MS", 10)
    monkeypatch.setattr(libpq, "LOCK_WAIT_MS", 10)
    db = open_database(url, 1)

    with outside(url) as other:
        take_the_lock(other, url)
        with pytest.raises(Unavailable):
            run(db.write(note("a")))
        other.execute("COMMIT")

    assert run(db.write(note("b"))) == "b"
    run(db.close())


def test_a_cancelled_caller_harms_nobody(db, run, url):
    async def scenario():
        writing = [asyncio.create_task(db.write(note(name))) for name in "abc"]
        await asyncio.sleep(0)
        writing[1].cancel()
        return await asyncio.gather(*writing, return_exceptions=True)

    first, cancelled, last = run(scenario())

    assert (first, last) == ("a", "c")
    assert isinstance(cancelled, asyncio.CancelledError)
    assert names(url) >= {"a", "c"}
    assert run(db.write(note("d"))) == "d"


def test_a_file_that_is_no_database_any_more(run, tmp_path):
    """Whoever asks is told, and the server can still be stopped."""
    url = f"sqlite:{tmp_path / 'rili.db'}"
    migrate(url)
    db = open_database(url)
    for path in tmp_path.iterdir():
        with path.open("r+b") as file:  # never shorter: it is mapped into memory
            file.write(b"\xff" * path.stat().st_size)

    for _ in range(2):
        with pytest.raises(Unavailable):
            run(asyncio.wait_for(db.write(note("a")), 5))

    run(db.close())


@sqlite_only
def test_what_ends_the_process_ends_the_batch(db, run, url):
    async def scenario():
        writing = [asyncio.create_task(db.write(action)) for action in (note("a"), raising(SystemExit()))]
        return await asyncio.gather(*writing, return_exceptions=True)

    with pytest.raises(SystemExit):
        run(scenario())

    assert names(url) == set()
    assert run(db.write(note("b"))) == "b"


@pytest.mark.parametrize(
    ("sql", "params", "expected"),
    [
        pytest.param("SELECT :a, :b, :a", {"a": 1, "b": "x"}, (1, "x", 1), id="names repeat"),
        pytest.param("SELECT :sql, :self", {"sql": "a", "self": "b"}, ("a", "b"), id="names of arguments"),
        pytest.param("SELECT ':a', 'it''s :a', :a", {"a": 1}, (":a", "it's :a", 1), id="quoted text"),
        pytest.param('SELECT :a AS ":a" -- not :this\n', {"a": 1}, (1,), id="quoted name, comment"),
        pytest.param("SELECT '100%', 5 % 3", {}, ("100%", 2), id="per cent"),
        pytest.param("SELECT :a", {"a": None}, (None,), id="nothing"),
        pytest.param("SELECT :a - 1", {"a": 2**62}, (2**62 - 1,), id="64 bits"),
        pytest.param(
            "SELECT :a", {"a": "日历 😀 '\"\\ %s $1 :b"}, ("日历 😀 '\"\\ %s $1 :b",), id="any text"
        ),
        pytest.param("SELECT count(*), sum(value) FROM notes", {}, (0, None), id="sum of nothing"),
        pytest.param("SELECT name FROM notes", {}, None, id="no row"),
    ],
)
def test_parameters_and_values(db, run, sql, params, expected):
    for _ in range(2):  # prepared, then known
        assert run(db.read(lambda tx: tx.one(sql, **params))) == expected


def test_many_rows_are_more_than_any_buffer_holds(db, run):
    rows = [{"name": f"n{number}" + "x" * 500, "value": number} for number in range(5_000)]

    def action(tx):
        tx.run_many("INSERT INTO notes (name, value) VALUES (:name, :value)", rows)
        return tx.one("SELECT count(*), sum(value) FROM notes")

    assert run(db.write(action)) == (5_000, 12_497_500)


def test_a_statement_that_a_failure_kept_from_being_prepared_works_later(db, run, url):
    later = "INSERT INTO notes (name, value) VALUES ('later', 1)"

    def action(tx):
        tx.queue("INSERT INTO notes (name) VALUES ('twice')")
        tx.queue("INSERT INTO notes (name) VALUES ('twice')")
        tx.queue(later)

    async def scenario():
        one_connection = open_database(url, 1)
        with pytest.raises(Refused):
            await one_connection.write(action)
        await one_connection.write(lambda tx: tx.run(later))
        await one_connection.close()

    run(scenario())

    assert names(url) == {"later"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("sqlite:", ValueError, id="no path"),
        pytest.param("mysql://host/db", ValueError, id="another database"),
        pytest.param("sqlite:/nowhere/at/all/rili.db", Unavailable, id="no such folder"),
        pytest.param("postgresql://rili@127.0.0.1:1/rili", Unavailable, id="nobody listens"),
        pytest.param("postgresql://rili@[/rili", Unavailable, id="not an address"),
    ],
)
def test_addresses_that_lead_nowhere(address, expected):
    with pytest.raises(expected):
        open_database(address, 1)
