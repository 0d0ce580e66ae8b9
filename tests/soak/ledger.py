"""What a database must hold after a crash: every answered update, and nothing torn."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from rili.actions import derived
from rili.store.db import Tx
from tests.soak.load import Answered, Sent


def findings(tx: Tx, corp_id: str, sent: Mapping[int, Sent], answered: Iterable[Answered]) -> list[str]:
    """Everything in *corp_id* that is not as it must be."""
    committed = _outbox(tx, corp_id)
    return [
        *derived.check(tx),
        *_torn(tx, corp_id, committed),
        *_lost(committed, answered),
        *_invented(committed, sent),
    ]


def _outbox(tx: Tx, corp_id: str) -> dict[str, list[dict[str, Any]]]:
    """The bodies of each event's changes, in the order of their versions.

    Not of their change numbers: on PostgreSQL a transaction has its number before it has waited for the row.
    """
    rows = tx.all("SELECT event_id, body FROM outbox WHERE corp_id = :corp_id", corp_id=corp_id)
    changes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event_id, body in rows:
        changes[event_id].append(json.loads(body))
    for bodies in changes.values():
        bodies.sort(key=lambda change: _version(change["after"]))
    return changes


def _torn(tx: Tx, corp_id: str, committed: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Rows of one event that do not agree with each other."""
    found: list[str] = []
    people, shown = _people(tx, corp_id), _shown(tx, corp_id)
    rows = tx.all(
        "SELECT id, version, body, starts_ms, until_ms FROM events WHERE corp_id = :corp_id", corp_id=corp_id
    )
    for event_id, version, body, starts_ms, until_ms in rows:
        event, changes = json.loads(body), committed[event_id]
        versions = [_version(change["after"]) for change in changes]
        if _version(event) != version:
            found.append(f"{event_id}: version {version} beside a body of {_version(event)}")
        if versions != list(range(1, version + 1)):
            found.append(f"{event_id}: version {version}, and the outbox has {versions}")
        if changes and changes[-1]["after"] != event:
            found.append(f"{event_id}: the last change queued is not what is stored")
        if any(one["after"] != two["before"] for one, two in pairwise(changes)):
            found.append(f"{event_id}: a change does not begin where the one before it ended")
        if shown[event_id] != {(person_id, starts_ms, until_ms) for person_id in people[event_id]}:
            found.append(f"{event_id}: agenda and attendees differ, in people or in span")
        if changes and set(changes[-1]["recipients"]) - set(changes[-1].get("left", ())) != people[event_id]:
            found.append(f"{event_id}: the last change queued has other people than the event")
    return found


def _lost(committed: Mapping[str, list[dict[str, Any]]], answered: Iterable[Answered]) -> list[str]:
    """Answered updates that are not there as they were answered."""
    there = {
        (event_id, _version(change["after"])): change["after"]["summary"]
        for event_id, changes in committed.items()
        for change in changes
    }
    return [
        f"{one.sent.event.id}: version {one.version}, answered for {one.sent.summary}, is lost"
        for one in answered
        if there.get((one.sent.event.id, one.version)) != one.sent.summary
    ]


def _invented(committed: Mapping[str, list[dict[str, Any]]], sent: Mapping[int, Sent]) -> list[str]:
    """Changes that nobody sent, or that happened twice."""
    counted = Counter(change["after"]["summary"] for changes in committed.values() for change in changes)
    del counted["change 0"]  # how every event began
    known = {one.summary for one in sent.values()}
    return [
        f"{summary}: {count} times" for summary, count in counted.items() if count > 1 or summary not in known
    ]


def _people(tx: Tx, corp_id: str) -> dict[str, set[str]]:
    people: dict[str, set[str]] = defaultdict(set)
    for event_id, person_id in tx.all(
        "SELECT event_id, person_id FROM attendees WHERE corp_id = :corp_id", corp_id=corp_id
    ):
        people[event_id].add(person_id)
    return people


def _shown(tx: Tx, corp_id: str) -> dict[str, set[tuple[str, int, int | None]]]:
    """Whose calendars show each event, and in which span."""
    shown: dict[str, set[tuple[str, int, int | None]]] = defaultdict(set)
    rows = tx.all(
        """
        SELECT event_id, owner_id, starts_ms, until_ms
          FROM agenda JOIN calendars ON calendars.corp_id = agenda.corp_id
                                    AND calendars.calendar_id = agenda.calendar_id
         WHERE agenda.corp_id = :corp_id AND gone_ms IS NULL
        """,
        corp_id=corp_id,
    )
    for event_id, owner_id, starts_ms, until_ms in rows:
        shown[event_id].add((owner_id, starts_ms, until_ms))
    return shown


def _version(body: Mapping[str, Any]) -> int:
    """1 is the default, which the stored text leaves out."""
    return int(body.get("version", 1))
