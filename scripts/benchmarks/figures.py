"""What was measured, summed up: percentiles, tables in Markdown, comparison with an earlier run."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SHARES = (50, 95, 99)
Percentiles = list[float]
"""p50, p95, p99."""


def percentiles(values: Sequence[float]) -> Percentiles:
    """Return p50, p95 and p99 of the values."""
    return [float(each) for each in np.percentile(values, SHARES)]


def median_run(rounds: Iterable[Sequence[float]]) -> Percentiles:
    """Return the percentiles of each round, and of each of them the median round's."""
    return [statistics.median(each) for each in zip(*map(percentiles, rounds), strict=True)]


def machine() -> dict[str, Any]:
    """Return what kind of machine this is."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown"


def describe_machine(facts: dict[str, Any]) -> str:
    """Return one line about the machine."""
    return "{processor}, {cores} cores, {system}, Python {python}".format(**facts)


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is aligned left, the others right."""
    table = [[*headings], *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headings))]
    lines = [_line(row, widths) for row in table]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], "| " + " | ".join(rule) + " |", *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    cells = [first, *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
    return "| " + " | ".join(cells) + " |"


def milliseconds(microseconds: float) -> str:
    """Return a time with two digits that count."""
    value = microseconds / 1000
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def megabytes(size: float) -> str:
    """Return a size in MB; a dash where it is not known."""
    return f"{size / 1e6:.1f}" if 0 < size < 1e7 else f"{size / 1e6:.0f}" if size else "–"


def save(figures: Any, path: Path | None) -> None:
    """Write figures as JSON, where somebody wants to keep them."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def say(text: str) -> None:
    """Tell the person who waits, apart from the results."""
    print(text, file=sys.stderr, flush=True)
