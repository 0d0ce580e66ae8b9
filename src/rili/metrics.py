"""What a process counts, for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol, get_args

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from rili import __version__

Outcome = Literal["delivered", "failed", "given_up"]
"""Of an attempt; one that failed is made again."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Queue(Protocol):
    """What waits in one queue, and since when, in epoch milliseconds."""

    @property
    def name(self) -> str: ...
    @property
    def length(self) -> int: ...
    @property
    def oldest_ms(self) -> int | None: ...


class Queues(Struct, frozen=True):
    """What the database says of delivery at one moment."""

    waiting: Sequence[Queue] = ()
    """By channel: to be delivered."""
    given_up: Sequence[Queue] = ()
    """By channel."""
    unread: Sequence[Queue] = ()
    """By reader of the outbox: changes that it has not read."""


class Metrics:
    """The counters of one process; the queues are the database's, and so the same for every process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._requests = Histogram(
            "rili_request_seconds",
            "Time from a request's head to the end of its answer",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._attempts = Histogram(
            "rili_delivery_seconds",
            "Time of an attempt to deliver",
            ("channel",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._outcomes = Counter(
            "rili_deliveries",
            "Attempts to deliver: delivered, failed (tried again later), given_up",
            ("channel", "outcome"),
            registry=self._registry,
        )
        for channel in ("http", "stream", "sync_http", "mail"):
            for outcome in get_args(Outcome):  # from the start on: a rise from nothing is not seen
                self._outcomes.labels(channel, outcome)
        # A lookup of the library's costs more than counting: these are made once for each set of labels.
        self._observe_request: dict[tuple[str, str, int], Callable[[float], None]] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. *route* is a template, or `-`."""
        key = (method, route, status)
        observe = self._observe_request.get(key)
        if observe is None:
            observe = self._requests.labels(method, route, str(status)).observe
            self._observe_request[key] = observe
        observe(seconds)

    def attempt(self, channel: str, outcome: Outcome, seconds: float) -> None:
        """Count one attempt to deliver."""
        self._attempts.labels(channel).observe(seconds)
        self._outcomes.labels(channel, outcome).inc()

    def text(self, queues: Queues, now_ms: int) -> bytes:
        """The exposition of what this process counted, and of *queues*."""
        registry = CollectorRegistry()
        registry.register(_Now(queues, now_ms))
        return generate_latest(self._registry) + generate_latest(registry)


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Now:
    def __init__(self, queues: Queues, now_ms: int) -> None:
        self._queues = queues
        self._now_ms = now_ms

    def collect(self) -> Iterable[Metric]:
        info = InfoMetricFamily("rili", "Which Rili this is")
        info.add_metric([], {"version": __version__})
        yield info
        yield from self._of(
            "rili_deliveries_waiting", "Deliveries that wait", "channel", self._queues.waiting
        )
        yield from self._of(
            "rili_deliveries_given_up", "Deliveries given up", "channel", self._queues.given_up
        )
        yield from self._of("rili_outbox_unread", "Changes not read yet", "reader", self._queues.unread)

    def _of(self, name: str, meaning: str, label: str, queues: Sequence[Queue]) -> Iterable[Metric]:
        length = GaugeMetricFamily(name, meaning, labels=(label,))
        age = GaugeMetricFamily(f"{name}_oldest_seconds", f"{meaning}: age of the oldest", labels=(label,))
        for queue in queues:
            length.add_metric((queue.name,), queue.length)
            age_ms = 0 if queue.oldest_ms is None else max(0, self._now_ms - queue.oldest_ms)
            age.add_metric((queue.name,), age_ms / 1000)
        yield length
        yield age
