"""What the server measures about itself, in Prometheus' terms.

With several worker processes the environment variable PROMETHEUS_MULTIPROC_DIR must name an
empty folder before this module is imported; the client library then shares all values by files.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One server's counters. Each instance has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "requests",
            "Requests answered, by route pattern, method and status.",
            ("route", "method", "status"),
        )
        self._latency = self._histogram(
            "request_seconds", "Time to make a response, by route pattern.", ("route",)
        )
        self._answering = self._histogram(
            "answer_seconds", "Time to rank and check answers, by endpoint.", ("endpoint",)
        )
        self._silences = self._counter(
            "no_answer", "Questions that had no good answer, by endpoint.", ("endpoint",)
        )
        self._revision = self._gauge("index_revision", "Revision of the index that answers.")
        self._documents = self._gauge(
            "index_documents", "Articles in the search index, translations counted each."
        )
        self._degraded = self._gauge(
            "index_degraded", "1 while search lacks something, such as the embedding model."
        )

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Note one request that was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def count_answers(self, endpoint: str, seconds: float, *, no_answer: bool) -> None:
        """Note one question that was answered, or could not be."""
        self._answering.labels(endpoint).observe(seconds)
        if no_answer:
            self._silences.labels(endpoint).inc()

    def show_index(self, *, revision: int, documents: int, degraded: bool) -> None:
        """Note the state of the search index."""
        self._revision.set(revision)
        self._documents.set(documents)
        self._degraded.set(1 if degraded else 0)

    def exposition(self) -> bytes:
        """All values in Prometheus' text format, of all workers where there are several."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

    def _counter(self, name: str, meaning: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"kotae_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, labels: tuple[str, ...]) -> Histogram:
        return Histogram(
            f"kotae_{name}", meaning, labels, buckets=_SECONDS, registry=self._registry
        )

    def _gauge(self, name: str, meaning: str) -> Gauge:
        # Workers read one index, each in its own time: the newest of what they see is the truth.
        return Gauge(f"kotae_{name}", meaning, registry=self._registry, multiprocess_mode="livemax")
