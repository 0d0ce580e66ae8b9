"""Fixtures that every room's tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rili.store.db import Database
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.people import SharedDatabase
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL of this worker's own. It may lose what a crash of the machine would take: tests are faster so.

    Workers do not share one: what a sync tells begins where the oldest transaction of the whole server does.
    """
    with PostgresServer() as server:
        try:
            server.start(durable=False)
        except RuntimeError as error:
            # Once, not at each of hundreds of tests.
            request.session.shouldfail = f"the tests need a PostgreSQL: {error}"
            pytest.fail(str(error), pytrace=False)
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, as the setting `database` takes it; the test runs on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'rili.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def run() -> Iterator[Callable[..., Any]]:
    """Runs coroutines, all on one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a new database with the schema, of the kind that the fixture's parameter says."""
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('rili') / 'rili.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    migrate(url)
    return url


def _shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedDatabase]:
    url = migrated(request, tmp_path_factory)
    with asyncio.Runner() as runner:
        db = runner.run(_opened(url))
        try:
            yield SharedDatabase(db, runner)
        finally:
            runner.run(db.close())


# One migrated database of each kind for tests that work in an organisation of their own: for all of them, or for those
# of a module that again and again look at everything that is stored.
KINDS = ["sqlite", "postgres"]
shared_database = pytest.fixture(_shared, scope="session", params=KINDS, name="shared_database")
module_database = pytest.fixture(_shared, scope="module", params=KINDS, name="module_database")


async def _opened(url: str) -> Database:
    """Opened where it will be used: connections belong to the running loop."""
    return open_database(url)
