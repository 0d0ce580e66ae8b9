"""What only PostgreSQL does: its own sessions, claims, deadlocks, and the driver's edges."""

from __future__ import annotations

import asyncio

import pytest
from psycopg.errors import DivisionByZero, InvalidTextRepresentation

from rili.errors import Unavailable
from rili.store import libpq
from rili.store.open import open_database
from tests.store.conftest import go_on_when, names, note, outside

postgres_only = pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)


@postgres_only
def test_another_division_by_zero_is_a_bug_and_runs_once(db, run):
    runs = []

    def action(tx):
        runs.append(1)
        tx.one("SELECT 1 / 0")

    with pytest.raises(DivisionByZero):
        run(db.write(action))
    assert runs == [1]


@postgres_only
def test_a_claim_excludes_other_processes(db, run, url):
    claimed, done = asyncio.Event(), asyncio.Event()

    def hold(tx):
        answers = tx.claim("a"), tx.claim("a")
        claimed.set()
        go_on_when(done, tx)
        return answers

    async def scenario():
        other = open_database(url, 1)
        holding = asyncio.create_task(db.write(hold))
        await claimed.wait()
        during = await other.write(lambda tx: (tx.claim("a"), tx.claim("b")))
        done.set()
        held = await holding
        after = await other.write(lambda tx: tx.claim("a"))
        await other.close()
        return held, during, after

    assert run(scenario()) == ((True, True), (False, True), True)


def break_own_connection(url, tx):
    pid = tx.one("SELECT pg_backend_pid()")[0]
    with outside(url) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))


@postgres_only
@pytest.mark.parametrize(
    ("breaks", "before_commit", "outcome", "runs"),
    [
        pytest.param(1, True, "done", 2, id="before the commit: once more"),
        pytest.param(9, True, Unavailable, 2, id="before the commit, twice: given up"),
        pytest.param(9, False, Unavailable, 1, id="at the commit: perhaps committed, not repeated"),
    ],
)
def test_a_lost_connection(db, run, url, breaks, before_commit, outcome, runs):
    ran = []

    def action(tx):
        ran.append(1)
        note("done")(tx)
        if len(ran) <= breaks:
            break_own_connection(url, tx)
            if before_commit:
                tx.one("SELECT 1")
        return "done"

    if outcome is Unavailable:
        with pytest.raises(Unavailable):
            run(db.write(action))
    else:
        assert run(db.write(action)) == outcome

    assert len(ran) == runs
    assert run(db.write(note("after"))) == "after"


@postgres_only
def test_connections_that_the_server_closed_are_made_again(db, run, url):
    async def all_of_them():
        return await asyncio.gather(*(db.read(lambda tx: tx.one("SELECT 1")) for _ in range(20)))

    run(all_of_them())
    with outside(url) as other:
        other.execute(
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )

    assert run(all_of_them()) == [(1,)] * 20


@postgres_only
def test_those_who_deadlock_run_again(db, run):
    run(db.write(lambda tx: [note("a")(tx), note("b")(tx)]))
    locked = []
    both = asyncio.Event()

    def action(first, second):
        def lock_both(tx):
            tx.run("SET LOCAL deadlock_timeout = '10ms'")
            tx.lock("SELECT name FROM notes WHERE name = :name", name=first)
            tx.one("SELECT 1")  # sends the lock
            locked.append(first)
            if len(locked) == 2:
                both.set()
            go_on_when(both, tx)
            tx.lock("SELECT name FROM notes WHERE name = :name", name=second)
            return first

        return lock_both

    async def scenario():
        return await asyncio.gather(db.write(action("a", "b")), db.write(action("b", "a")))

    assert run(scenario()) == ["a", "b"]


@postgres_only
def test_a_loop_that_ended_takes_what_ran_with_it(url):
    db = open_database(url, 2)
    holding = asyncio.Event()

    def hold(tx):
        note("half")(tx)
        holding.set()
        go_on_when(asyncio.Event(), tx)

    async def leave_it():
        held = [asyncio.create_task(db.write(hold)) for _ in range(3)]
        await holding.wait()
        return len(held)

    async def go_on():
        written = await asyncio.gather(*(db.write(note(name)) for name in ("a", "b", "half")))
        await db.close()
        return written

    assert asyncio.run(leave_it()) == 3
    assert asyncio.run(go_on()) == ["a", "b", "half"]
    assert names(url) == {"a", "b", "half"}


@postgres_only
def test_casts_are_not_parameters(db, run):
    assert run(db.read(lambda tx: tx.one("SELECT :a::text, 7::bigint", a=1))) == ("1", 7)


@postgres_only
def test_a_text_that_the_server_would_cut_is_refused(db, run):
    with pytest.raises(ValueError, match="NUL"):
        run(db.write(note("a\0b")))


@postgres_only
def test_statements_are_forgotten_in_time(migrated_url, monkeypatch):
    """Also when the first one after that fails, and when nothing but failures happens."""
    monkeypatch.setattr(libpq, "PREPARED", 5)
    session = libpq.Session(migrated_url)

    for number in range(20):
        with pytest.raises(InvalidTextRepresentation):
            session.begin().one(f"SELECT {number} + 'x'::bigint")
        session.leave()
        assert session.begin().one(f"SELECT {number}") == (number,)
        session.commit()

    held = session.begin().one("SELECT count(*) FROM pg_prepared_statements")
    session.close()
    assert held is not None
    assert held[0] < 15


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("postgresql://rili:pass%word@127.0.0.1:1/rili", id="a percent sign"),
        pytest.param("postgresql://rili:pass word@127.0.0.1:1/rili", id="a space"),
    ],
)
def test_a_password_that_breaks_the_address_is_not_repeated(address):
    with pytest.raises(Unavailable) as refused:
        open_database(address, 1)

    assert "word" not in (refused.value.description or "")
