"""A running server on each kind of database, and an app that has signed in to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rili.config import Rules
from rili.store.open import open_database
from rili.testing import START, Rili, running
from tests.people import SharedDatabase
from tests.postgres import PostgresServer

pytest.register_assert_rewrite(
    "tests.conformance.clients"
)  # before its first import: its asserts show values

from tests.conformance.backdoor import add_people  # noqa: E402
from tests.conformance.clients import App  # noqa: E402

KINDS = ["sqlite", "postgres"]


@pytest.fixture(scope="session", params=KINDS)
def shared_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rili]:
    """One server for all tests, on each kind of database: every test makes events of its own."""
    with _on(request.param, request, tmp_path_factory, "documented") as server:
        yield server


@pytest.fixture(scope="session", params=KINDS)
def shared_lenient_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rili]:
    """Like `shared_server`, with rules = "lenient"."""
    with _on(request.param, request, tmp_path_factory, "lenient") as server:
        yield server


@pytest.fixture
def server(shared_server: Rili) -> Rili:
    """The shared server, its clock set back."""
    shared_server.clock.set(START)
    return shared_server


@pytest.fixture
def app(server: Rili) -> App:
    """An app with every permission point, freshly signed in."""
    return App(server)


@pytest.fixture
def lenient_app(shared_lenient_server: Rili) -> App:
    shared_lenient_server.clock.set(START)
    return App(shared_lenient_server)


@pytest.fixture
def database(server: Rili) -> Iterator[SharedDatabase]:
    """The server's database, opened a second time: for what no operation can set or show."""
    with asyncio.Runner() as runner:
        db = open_database(server.database)
        yield SharedDatabase(db, runner)
        runner.run(db.close())


@pytest.fixture
def own_app(app: App, database: SharedDatabase) -> App:
    """An app whose people are new: what is listed of them is the test's own."""
    add_people(app, database)
    return app


@contextmanager
def _on(
    kind: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory, rules: Rules
) -> Iterator[Rili]:
    if kind == "sqlite":
        path: Path = folders.mktemp("conformance") / "rili.db"
        with running(database=f"sqlite:{path}", rules=rules) as server:
            yield server
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    url = postgres.create_database()
    with running(database=url, rules=rules) as server:
        yield server
    postgres.drop_database(url)
