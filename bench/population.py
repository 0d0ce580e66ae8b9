"""An organisation to measure in: 1,000 people, and events of five of them each, made by the actions themselves."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from msgspec import Struct
from msgspec.structs import replace
from psycopg import sql

from rili.actions import directory, events, register, sign_in
from rili.auth.callers import Caller
from rili.model import scopes
from rili.model.directory import (
    App,
    Organisation,
    User,
    new_app_key,
    new_app_secret,
    new_corp_id,
    new_union_id,
)
from rili.model.event import EventChange
from rili.model.ids import opaque_id
from rili.model.moment import Instant
from rili.model.people import GivenAttendee
from rili.model.when import GivenTime, GivenWhen
from rili.store.db import Database, Tx
from rili.store.migrations import migrate
from rili.store.open import open_database

PEOPLE = 1_000
ATTENDEES = 5
ZONE = "Asia/Shanghai"
DESCRIPTION = "Where we stand, what is next, what we need from each other."
FIRST_DAY = datetime(2026, 11, 1, 9)
AT_ONCE = 256

Plan = Callable[[int], tuple[list[int], EventChange]]
"""What event a number means: its people, by number, the organizer first, and the rest of it."""


class Population(Struct, frozen=True):
    """Who may update what: a token, and for each event its organizer's unionId and its id."""

    corp_id: str
    app_key: str
    token: str
    people: list[str]
    """Everybody's unionId."""
    events: list[tuple[str, str]]

    def caller(self, now_ms: int) -> Caller:
        """The app, at that instant."""
        return Caller(
            corp_id=self.corp_id, app_key=self.app_key, kind="internal", scopes=scopes.ALL, now_ms=now_ms
        )

    def write_targets(self, path: Path) -> Path:
        """A line an event, as `put.lua` reads it. Neighbours in the file lie far apart in the database."""
        stride = 7919  # a prime
        count = len(self.events)
        order = (self.events[number * stride % count] for number in range(count))
        path.write_text("".join(f"{user}\t{event}\n" for user, event in order))
        return path


def planned(number: int) -> tuple[list[int], EventChange]:
    """An event as the load of updates finds it, within the weeks in which that moves it; each person has as many."""
    starts = FIRST_DAY + timedelta(days=number // PEOPLE % 28, minutes=15 * (number % 32))
    draft = EventChange(
        when=GivenWhen(given_time(starts), given_time(starts + timedelta(minutes=30)), all_day=False),
        summary=f"Planning {number}",
        description=DESCRIPTION,
        location="West Lake",
    )
    return [(number + step * 37) % PEOPLE for step in range(ATTENDEES)], draft


async def populate(database: str, count: int, now_ms: int, plan: Plan = planned) -> Population:
    """Migrate *database*, fill it with *count* events, and sign in."""
    await asyncio.to_thread(migrate, database)
    db = open_database(database)
    try:
        population = await db.write(lambda tx: _organisation(tx, now_ms))
        by = population.caller(now_ms)
        for first in range(0, count, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, count))
            made = await asyncio.gather(
                *(_event(db, by, population.people, *plan(number)) for number in numbers)
            )
            population.events.extend(made)
        return population
    finally:
        await db.close()


def copy_to_postgres(sqlite_url: str, postgres_url: str) -> None:
    """Fill an empty PostgreSQL database with the rows of an SQLite one, so that both hold the same organisation."""
    migrate(postgres_url)
    source = sqlite3.connect(sqlite_url.removeprefix("sqlite:"))
    with psycopg.connect(postgres_url) as target:
        there = {
            name for (name,) in target.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        for table in _in_order(source):
            if table not in there:
                continue
            rows = source.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            target.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
            with target.cursor().copy(into) as copy:
                for row in rows:
                    copy.write_row([_renumbered(*pair) for pair in zip(names, row, strict=True)])
    source.close()
    with psycopg.connect(postgres_url, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")


def moved(number: int) -> EventChange:
    """What one update of the load says, without HTTP: the members that `put.lua` sends."""
    starts = FIRST_DAY + timedelta(days=number % 28, hours=number % 9, minutes=number % 60)
    return EventChange(
        when=GivenWhen(given_time(starts), given_time(starts + timedelta(hours=1))),
        summary=f"Planning {number}",
        description=f"What we know after change {number}",
    )


def given_time(wall: datetime) -> GivenTime:
    """As a request would say it."""
    return GivenTime(date_time=Instant(wall), zone=ZONE)


async def _event(
    db: Database, by: Caller, people: list[str], numbers: list[int], draft: EventChange
) -> tuple[str, str]:
    invited = [people[number] for number in numbers]
    draft = replace(draft, attendees=tuple(GivenAttendee(id=union_id) for union_id in invited[1:]))
    place = events.Place(invited[0], events.PRIMARY)
    seen = await db.write(
        lambda tx: events.create_event(tx, by, place, draft, rules="documented", new_bytes=os.urandom)
    )
    return invited[0], seen.event.id


def _organisation(tx: Tx, now_ms: int) -> Population:
    """The organisation without events."""
    corp_id, app_key, token = new_corp_id(os.urandom), new_app_key(os.urandom), os.urandom(16).hex()
    register.add_organisation(tx, Organisation(corp_id=corp_id, name="Bench", zone=ZONE, created_ms=now_ms))
    register.add_app(
        tx,
        App(app_key=app_key, corp_id=corp_id, agent_id=1, name="Bench", scopes=scopes.ALL, created_ms=now_ms),
        new_app_secret(os.urandom),
    )
    sign_in.issue_token(tx, app_key, new_token=token, now_ms=now_ms)
    people = [new_union_id(os.urandom) for _ in range(PEOPLE)]
    for number, union_id in enumerate(people):
        user = User(
            corp_id=corp_id,
            userid=f"user{number}",
            union_id=union_id,
            name=f"User {number}",
            email=f"user{number}@example.com",
            created_ms=now_ms,
        )
        directory.add_user(tx, user, (), new_calendar_id=opaque_id(os.urandom))
    return Population(corp_id, app_key, token, people, [])


def _renumbered(column: str, value: object) -> object:
    """A change number of PostgreSQL is a transaction's: those of SQLite must lie below all of them."""
    return -value if column == "change_no" and isinstance(value, int) else value


def _in_order(source: sqlite3.Connection) -> list[str]:
    """Tables so that what a row refers to comes before it: the order in which the migrations made them."""
    rows = source.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in rows if not name.startswith("sqlite_")]
