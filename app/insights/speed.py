"""How quickly the help center answers and how often it could not, since its server started."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from app.health import IndexState
from app.insights.figures import Figure, Sheet, Table, share


def make_speed(exposition: bytes, state: IndexState) -> Sheet:
    """The sheet, from what the server measures of itself (Prometheus' text format)."""
    samples = [
        sample
        for family in text_string_to_metric_families(exposition.decode())
        for sample in family.samples
    ]
    total, failed = _requests(samples)
    return Sheet(
        id="speed",
        figures=(
            share("available", (total - failed, total)),
            Figure("index_documents", "count", state.documents),
        ),
        tables=(
            _latencies(samples, "kotae_answer_seconds", "endpoint", "answering"),
            _latencies(samples, "kotae_request_seconds", "route", "requests"),
        ),
        notes=("degraded",) if state.degraded else (),
    )


def _requests(samples: Iterable[Sample]) -> tuple[int, int]:
    total = failed = 0
    for sample in samples:
        if sample.name == "kotae_requests_total":
            total += int(sample.value)
            failed += int(sample.value) if sample.labels["status"].startswith("5") else 0
    return total, failed


def _latencies(samples: Iterable[Sample], name: str, label: str, table: str) -> Table:
    buckets: dict[str, list[tuple[float, float]]] = {}
    for sample in samples:
        if sample.name == f"{name}_bucket":
            limit = float(sample.labels["le"])
            buckets.setdefault(sample.labels[label], []).append((limit, sample.value))
    rows = [
        {
            "what": what,
            "count": int(max(value for _, value in steps)),
            "p50": _quantile(sorted(steps), 0.5),
            "p95": _quantile(sorted(steps), 0.95),
            "p99": _quantile(sorted(steps), 0.99),
        }
        for what, steps in buckets.items()
    ]
    rows.sort(key=lambda row: -int(str(row["count"])))
    columns = (("what", "text"), ("count", "count"), ("p50", "seconds"))
    return Table(table, (*columns, ("p95", "seconds"), ("p99", "seconds")), rows[:20])


def _quantile(steps: list[tuple[float, float]], wanted: float) -> float | None:
    """Seconds within which that share was answered, interpolated within its bucket."""
    total = steps[-1][1] if steps else 0
    below, counted = 0.0, 0.0
    for limit, value in steps:
        if total and value >= wanted * total:
            if limit == float("inf") or value == counted:
                return below
            return below + (limit - below) * (wanted * total - counted) / (value - counted)
        below, counted = limit, value
    return None
