"""What `/metrics` tells, read as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rili.app import build
from rili.config import Settings
from rili.delivery.reading import Reading
from rili.delivery.sending import Sending
from rili.metrics import Metrics
from rili.store import deliveries, outbox
from rili.store.db import Database
from rili.store.outbox import Change
from tests.asgi import call
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.test_reading import Keeper
from tests.delivery.test_sending import Clock, Receivers, new, work


def watched(
    db: Database, run: Callable[..., Any], metrics: Metrics, now_ms: int
) -> dict[tuple[Any, ...], float]:
    """Samples by name and the values of their labels, of the histograms' the counts alone."""
    app = build(Settings(database="sqlite:unused"), db, clock=lambda: now_ms, metrics=metrics)
    answer = run(call(app, "GET", "/metrics"))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if sample.name.startswith("rili_") and not sample.name.endswith(("_bucket", "_sum", "_created"))
    }


def test_deliveries(db, run) -> None:
    clock, metrics = Clock(), Metrics()
    receivers = Receivers({"e1.1": 3, "e2.1": 1})
    run(
        db.write(
            lambda tx: deliveries.add(
                tx, CORP, [new("e1.1"), new("e1.2"), new("e2.1"), new("e3.1")], now_ms=NOW_MS
            )
        )
    )
    sending = Sending(db, receivers, clock, metrics)

    work(run, sending)
    seen = watched(db, run, metrics, NOW_MS + 7_000)
    assert seen["rili_deliveries_total", "http", "delivered"] == 1
    assert seen["rili_deliveries_total", "http", "failed"] == 2
    assert seen["rili_delivery_seconds_count", "http"] == 3
    assert seen["rili_deliveries_waiting", "http"] == 3
    assert seen["rili_deliveries_waiting_oldest_seconds", "http"] == 7
    assert seen["rili_deliveries_waiting", "mail"] == 0
    for wait_ms in (10_000, 30_000):
        clock.now_ms += wait_ms
        work(run, sending)
    seen = watched(db, run, metrics, NOW_MS)
    assert seen["rili_deliveries_total", "http", "delivered"] == 3
    assert seen["rili_deliveries_total", "http", "given_up"] == 1
    assert seen["rili_deliveries_waiting", "http"] == 0
    assert seen["rili_deliveries_given_up", "http"] == 1


def test_changes_that_nobody_read(db, run) -> None:
    for number in range(3):
        change = Change(CORP, f"e{number}", "update", "app", "u0", NOW_MS - number, ("u0",), after="{}")
        run(db.write(lambda tx, change=change: outbox.add(tx, change)))
    keeper = Keeper()
    keeper.name = "people"
    run(Reading(db, keeper).step())

    seen = watched(db, run, Metrics(), NOW_MS + 1_000)
    assert seen["rili_outbox_unread", "apps"] == 3
    assert seen["rili_outbox_unread_oldest_seconds", "apps"] == 1.002
    assert seen["rili_outbox_unread", "people"] == 0


def test_requests(db, run) -> None:
    metrics = Metrics()
    app = build(Settings(database="sqlite:unused"), db, clock=lambda: NOW_MS, metrics=metrics)
    for method, target in (
        ("GET", "/healthz"),
        ("GET", "/healthz"),
        ("GET", "/v1.0/contact/users/secret"),
        ("MAKEBELIEVE", "/healthz"),
        ("GET", "/nowhere"),
    ):
        run(call(app, method, target))
    seen = watched(db, run, metrics, NOW_MS)
    assert seen["rili_request_seconds_count", "GET", "/healthz", "200"] == 2
    assert seen["rili_request_seconds_count", "GET", "/v1.0/contact/users/{unionId}", "400"] == 1
    assert seen["rili_request_seconds_count", "-", "-", "405"] == 1
    assert seen["rili_request_seconds_count", "GET", "-", "404"] == 1
    assert not any("secret" in part or "nowhere" in part for key in seen for part in key)


@pytest.mark.parametrize(
    ("networks", "client", "status"),
    [
        pytest.param(None, "127.0.0.1", 200, id="this machine"),
        pytest.param(None, "::1", 200, id="this machine, IPv6"),
        pytest.param(None, "10.0.0.7", 403, id="another machine"),
        pytest.param(["10.0.0.0/8"], "10.0.0.7", 200, id="one that is allowed"),
        pytest.param(["10.0.0.0/8"], "::ffff:10.0.0.7", 200, id="the same, as IPv6"),
        pytest.param(["10.0.0.0/8"], "127.0.0.1", 403, id="this machine, not allowed"),
        pytest.param([], "127.0.0.1", 403, id="nobody"),
    ],
)
def test_who_may_look(db, run, networks, client, status) -> None:
    settings = Settings(
        database="sqlite:unused", **({} if networks is None else {"metrics_networks": networks})
    )
    answer = run(call(build(settings, db, clock=lambda: NOW_MS), "GET", "/metrics", client=client))
    assert answer.status == status
    if status == 403:
        assert answer.json["code"] == "Forbidden.AccessDenied.IpNotInWhiteList"
        assert "metrics_networks" in answer.json["description"]
