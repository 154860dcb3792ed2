"""What a page of figures consists of: numbers with intervals, charts and tables, without words.

Everything has an id, by which pages name it in the reader's language and definitions are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.deflection.intervals import Interval, newcombe, wilson

SMALLEST_GROUP = 5
"""Rows about fewer people are not shown."""
LONGEST_TABLE = 50

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `kind`: count, share, mean, money, minutes or ratio."""

    id: str
    kind: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    of: int | None = None
    before: float | None = None
    """The same of the days before, where they are compared."""
    change: Interval | None = None
    """This less that, for shares (Newcombe)."""
    leads_to: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the list of episodes behind it; empty where there is none."""

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "id": self.id,
            "kind": self.kind,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "count": self.count,
            "of": self.of,
            "before": self.before,
            "change": self.change and self.change.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with members named by `columns`, each (id, kind); and how many are not shown."""

    id: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    hidden: int = 0
    about: str = ""
    """What it is of, where that is not the selection: an experiment's name, share and days."""
    part: str = ""
    """Tells tables with the same id apart."""

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        names = [name for name, _ in self.columns]
        rows = [{name: row.get(name) for name in names} for row in self.rows]
        about = {"about": self.about, "part": self.part} if self.about else {}
        return {"id": self.id, "rows": rows, "hidden": self.hidden, **about}


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers as `shape` says: bars side by side, their series stacked; steps of a funnel, one
    below the other; or a band, whose first series is a line between the other two."""

    id: str
    shape: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    """By the series' id, a number for each label."""
    about: str = ""
    part: str = ""
    """As a table's."""

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        series = {name: list(values) for name, values in self.series.items()}
        about = {"about": self.about, "part": self.part} if self.about else {}
        return {"id": self.id, "labels": list(self.labels), "series": series, **about}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of figures."""

    id: str
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    """Ids of what has to be said besides."""

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "id": self.id,
            "figures": [each.to_json() for each in self.figures],
            "charts": [each.to_json() for each in self.charts],
            "tables": [each.to_json() for each in self.tables],
            "notes": list(self.notes),
        }


def share(
    name: str,
    now: tuple[int, int],
    before: tuple[int, int] | None = None,
    leads_to: Mapping[str, str] | None = None,
) -> Figure:
    """`now` of (how many, of how many), with Wilson's interval and the change since `before`."""
    rate = wilson(*now)
    earlier = wilson(*before) if before else None
    return Figure(
        id=name,
        kind="share",
        value=rate.value if rate else None,
        low=rate.low if rate else None,
        high=rate.high if rate else None,
        count=now[0],
        of=now[1],
        before=earlier.value if earlier else None,
        change=newcombe(now, before) if before else None,
        leads_to=leads_to or {},
    )


def count(name: str, now: int, before: int | None = None, **leads_to: str) -> Figure:
    """A plain number."""
    return Figure(name, "count", now, before=before, leads_to=leads_to)


def shown_rows(rows: Sequence[Row], by: str, people: str = "people") -> tuple[list[Row], int]:
    """The rows about enough people, the largest by `by` first, and how many are left out."""
    large = sorted(
        (row for row in rows if row[people] >= SMALLEST_GROUP),
        key=lambda row: (-row[by], str(next(iter(row.values())))),
    )
    return large[:LONGEST_TABLE], len(rows) - len(large[:LONGEST_TABLE])
