"""The tables of `scripts/bench suggest`, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.figures import markdown, megabytes, milliseconds
from benchmarks.questions import KINDS
from benchmarks.suggest_run import ALL, PEERS

BASE = "keys+lexical"
_P50, _P99 = 0, 2


def name_of(path: str) -> str:
    """Return what a path is called in tables and pictures."""
    return path if path in PEERS else f"Kotae, {path}"


def tables(run: dict[str, Any]) -> Iterator[str]:
    """Yield the text of a run, a table for each size and kind of figure."""
    for size, measured in run["sizes"].items():
        engines = measured["engines"]
        yield f"### {int(size):,} articles\n"
        yield f"{measured['note']}\n"
        yield _speed(engines) + "\n"
        yield "CPU ms, p50 / p99, by what is typed:\n"
        yield _by_kind(engines, lambda f: " / ".join(
            milliseconds(f["cpu_us"][i]) for i in (_P50, _P99))) + "\n"  # fmt: skip
        yield "The right title is among the first five, in % of the texts:\n"
        yield _by_kind(engines, lambda f: f"{100 * f['found']:.0f}") + "\n"
        yield _costs(engines) + "\n"


def _speed(engines: dict[str, Any]) -> str:
    base = engines[BASE]["kinds"][ALL]["cpu_us"][_P50]
    headings = ["engine", "CPU p50 ms", "p95", "p99", "wall p50 ms", "p95", "p99", "to Kotae"]
    rows = []
    for path, figures in engines.items():
        of_all = figures["kinds"][ALL]
        times = [milliseconds(value) for value in (*of_all["cpu_us"], *of_all["wall_us"])]
        rows.append([name_of(path), *times, f"{of_all['cpu_us'][_P50] / base:.2f}"])
    return markdown(headings, rows)


def _by_kind(engines: dict[str, Any], cell: Any) -> str:
    rows = [
        [name_of(path), *(cell(f["kinds"][k]) if k in f["kinds"] else "–" for k in KINDS)]
        for path, f in engines.items()
    ]
    return markdown(["engine", *KINDS], rows)


def _costs(engines: dict[str, Any]) -> str:
    rows = []
    for path, figures in engines.items():
        if path not in (BASE, *PEERS):
            continue
        before, held = figures.get("base_memory", 0), figures["memory"]
        rows.append([
            "Kotae" if path == BASE else path,
            f"{figures['build_s'] - figures.get('embedding_s', 0):.1f}",
            f"{figures['embedding_s']:.1f}" if figures.get("embedding_s") else "–",
            megabytes(figures.get("disk", 0)),
            megabytes(held),
            megabytes(held - before if before else 0),
        ])  # fmt: skip
    headings = ["engine", "build s", "embedding s", "on disk MB", "process MB", "of it index MB"]
    return markdown(headings, rows)


def comparison(run: dict[str, Any], before: dict[str, Any]) -> str:
    """Return how the times of a run relate to those of an earlier one; below 1 is faster."""
    rows = []
    for size, measured in run["sizes"].items():
        earlier = before["sizes"].get(size, {"engines": {}})["engines"]
        for path, figures in measured["engines"].items():
            if path in earlier:
                now, then = (f["kinds"][ALL]["cpu_us"] for f in (figures, earlier[path]))
                found, found_then = (f["kinds"][ALL]["found"] for f in (figures, earlier[path]))
                rows.append([
                    f"{int(size):,}: {name_of(path)}",
                    *(f"{a / b:.2f}" for a, b in zip(now, then, strict=True)),
                    f"{100 * (found - found_then):+.1f}",
                ])  # fmt: skip
    return markdown(["CPU time to the earlier run's", "p50", "p95", "p99", "found, points"], rows)
