"""The change feed from inside: who waits is let go when the server stops, when nobody listens, and when another process
commits; and no answer, and no search for what an app may see, grows without bound.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rili.actions import app_range, changes
from rili.app import build
from rili.config import Settings
from rili.delivery.bell import Bell
from rili.model.directory import Range
from rili.store import outbox
from rili.store.outbox import Change
from tests.api.conftest import Office
from tests.asgi import Answered, call
from tests.people import NOW_MS, SharedDatabase

WAITING = "/v1.0/calendar/changes?cursor=latest&waitSeconds=30"


EVENT = (
    '{"corp_id":"c","id":"e1","calendar_id":"k","organizer_id":"u1","summary":"s","created_ms":0,"updated_ms":0,'
    '"when":{"type":"allDay","start":"2026-03-02","end":"2026-03-03"}}'
)


class WatchedBell(Bell):
    """Says when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._waited = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        self._waited.set()
        await super().wait(seconds)

    async def somebody(self) -> None:
        await self._waited.wait()
        self._waited.clear()

    @property
    def waited(self) -> bool:
        return self._waited.is_set()


class Door:
    """An office behind a server with a bell that the test holds."""

    def __init__(self, database: SharedDatabase) -> None:
        self.database = database
        self.bell = WatchedBell()
        settings = Settings(database="sqlite:unused")
        self.http = build(settings, database.db, clock=lambda: NOW_MS, bell=self.bell)
        self.office = Office(database, self.http)
        self.headers = self.office.token()

    async def ask(self, target: str = WAITING) -> Answered:
        return await call(self.http, "GET", target, headers=self.headers)

    async def change(self, event_id: str = "e1", after: str = EVENT) -> None:
        """As another process does it: no bell rings."""
        change = Change(self.office.corp_id, event_id, "create", "", "u1", NOW_MS, ("u1",), after=after)
        await self.database.db.write(lambda tx: outbox.add(tx, change))


def pages(door: Door) -> list[tuple[list[str], bool]]:
    """From the oldest on: the events of each page, and whether it says that there is more."""
    found: list[tuple[list[str], bool]] = []
    cursor = "oldest"
    while not found or found[-1][1]:
        answered = door.database.run(door.ask(f"/v1.0/calendar/changes?cursor={cursor}")).json
        found.append(([one["eventId"] for one in answered["changes"]], answered["hasMore"]))
        cursor = answered["nextCursor"]
    return found


@pytest.fixture
def door(shared_database: SharedDatabase) -> Door:
    return Door(shared_database)


def test_the_server_stops(door: Door) -> None:
    async def stop_while_it_waits() -> Answered:
        asking = asyncio.create_task(door.ask())
        await door.bell.somebody()
        door.bell.close()
        return await asking

    answered = door.database.run(stop_while_it_waits())
    assert (answered.status, answered.json["changes"]) == (200, [])
    assert door.database.run(door.ask()).json["changes"] == []  # and who comes late does not wait


@pytest.mark.parametrize("rings", [True, False], ids=["here", "in another process"])
def test_a_change(door: Door, *, rings: bool) -> None:
    async def change_while_it_waits() -> Answered:
        asking = asyncio.create_task(door.ask())
        await door.bell.somebody()
        await door.change()
        if rings:
            door.bell.ring()
        return await asking

    (told,) = door.database.run(change_while_it_waits()).json["changes"]
    assert (told["eventId"], told["operator"]) == ("e1", {"unionId": "u1"})


def test_what_rings_for_others(door: Door) -> None:
    """It looks, finds nothing, and goes on waiting."""

    async def ring_while_it_waits() -> Answered:
        asking = asyncio.create_task(door.ask())
        for _ in range(3):
            await door.bell.somebody()
            door.bell.ring()
        assert not asking.done()
        await door.change()
        return await asking

    assert len(door.database.run(ring_while_it_waits()).json["changes"]) == 1


def test_who_asked_is_gone(door: Door) -> None:
    """It does not wait for whom there is nobody to tell."""
    path, _, query = WAITING.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in door.headers.items()],
        "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8470),
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    door.database.run(door.http(scope, receive, send))
    assert not door.bell.waited


def test_a_page_of_large_changes_ends_early(door: Door) -> None:
    large = EVENT.replace('"when"', f'"description":"{"x" * 400_000}","when"')
    for number in range(5):
        door.database.run(door.change(f"e{number}", large))
    assert pages(door) == [(["e0", "e1", "e2"], True), (["e3", "e4"], False)]


def test_a_page_of_what_an_app_may_not_see(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is empty, and says that there may be more."""
    monkeypatch.setattr(changes, "PAGE_ROWS", 3)
    monkeypatch.setattr(changes, "ROWS", 2)
    nobody = Range()
    door.database.write(
        lambda tx: app_range.set_range(tx, door.office.corp_id, door.office.app_key, nobody, now_ms=NOW_MS)
    )
    for number in range(5):
        door.database.run(door.change(f"e{number}"))
    assert pages(door) == [([], True), ([], False)]
