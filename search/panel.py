"""Many evaluation sets in one table, with intervals, so that two versions can be compared.

A change to the ranking is kept only if the panel gets better, not one set. Values are kept for each
question: the interval of a mean is a bootstrap over questions, and two versions are compared on the
same questions, which is far sharper than comparing two intervals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.evaluation_set import EvaluationError

RESAMPLES = 2_000
_SEED = 20_261_121

Values = Mapping[str, float]
"""Question id -> value of one measure."""
Facts = Mapping[str, float]
"""What is known of a whole set rather than of each question, by name."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95% percentile-bootstrap interval (Efron and Tibshirani 1993, ch. 13)."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @property
    def half_width(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Column:
    """One way of asking, such as hybrid search, and the measure it is judged by."""

    name: str
    measure: str
    lower_is_better: bool = False

    def verdict(self, gain: Interval) -> str:
        """Return "better" or "worse" where a difference is beyond doubt, else ""."""
        better, worse = gain.low > 0, gain.high < 0
        if self.lower_is_better:
            better, worse = worse, better
        return "better" if better else "worse" if worse else ""


class Panel:
    """Values by set, column and question, and facts by set and name."""

    def __init__(
        self,
        values: Mapping[str, Mapping[str, Values]],
        facts: Mapping[str, Facts] | None = None,
    ) -> None:
        self._values = {name: dict(columns) for name, columns in values.items()}
        self._facts = {name: dict(known) for name, known in (facts or {}).items()}

    @classmethod
    def read(cls, path: Path) -> Panel:
        """Read a panel that was saved. Raises EvaluationError."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(content["values"], content.get("facts"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path} is not a saved panel ({error})") from error

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write the values to `path`, with facts `about` the run. Raises EvaluationError."""
        content = {"about": dict(about), "facts": self._facts, "values": self._values}
        try:
            path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise EvaluationError(f"{path} cannot be written ({error})") from error

    def add(self, name: str, column: Column, values: Values) -> None:
        """Take in what each question of the set called `name` got; without any, no column."""
        columns = self._values.setdefault(name, {})
        if values:
            columns[column.name] = dict(values)

    def add_facts(self, name: str, facts: Facts) -> None:
        """Take in what is known of the set called `name` as a whole."""
        self._facts.setdefault(name, {}).update(facts)

    def sets(self) -> list[str]:
        """Return the names of the sets, in the order they came."""
        return list(self._values)

    def fact(self, name: str, fact: str) -> float | None:
        """Return what is known of a set; None where that is nothing."""
        return self._facts.get(name, {}).get(fact)

    def interval(self, name: str, column: Column) -> Interval | None:
        """Return the mean over the questions of one set; None where it has no such column."""
        values = self._values[name].get(column.name)
        return bootstrap(_array(values)) if values else None

    def overall(self, column: Column) -> Interval | None:
        """Return the mean of the sets' means; questions are resampled within each set."""
        return _mean_of_means(
            [_array(c[column.name]) for c in self._values.values() if column.name in c]
        )

    def differences(self, before: Panel, column: Column) -> Iterator[tuple[str, Interval]]:
        """Yield, for each set of both panels, by how much the questions they share rose."""
        for name, rises in self._rises(before, column):
            yield name, bootstrap(rises)

    def overall_difference(self, before: Panel, column: Column) -> Interval | None:
        """Return the mean of `differences`, with its interval; None where no set is in both."""
        return _mean_of_means([rises for _, rises in self._rises(before, column)])

    def _rises(self, before: Panel, column: Column) -> Iterator[tuple[str, NDArray[np.float64]]]:
        for name, columns in self._values.items():
            old = before._values.get(name, {}).get(column.name, {})
            new = columns.get(column.name, {})
            shared = [question for question in new if question in old]
            if shared:
                yield name, np.array([new[question] - old[question] for question in shared])


def bootstrap(values: NDArray[np.float64]) -> Interval:
    """Return the mean of `values`, shape (n,), with its interval."""
    return Interval(float(values.mean()), *bounds(resampled_means(values)))


def _mean_of_means(rows: Sequence[NDArray[np.float64]]) -> Interval | None:
    if not rows:
        return None
    means = np.mean([resampled_means(row) for row in rows], axis=0)
    return Interval(float(np.mean([row.mean() for row in rows])), *bounds(means))


def _array(values: Values) -> NDArray[np.float64]:
    return np.array(list(values.values()), np.float64)


def resampled_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each bootstrap resample of `values`, shape (RESAMPLES,).

    Arrays of one length are resampled alike, so that two facts of a question stay together.
    """
    random = np.random.default_rng(_SEED)
    chosen = random.integers(0, len(values), (RESAMPLES, len(values)))
    means: NDArray[np.float64] = values[chosen].mean(axis=1)
    return means


def bounds(means: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the 95% percentile interval of resampled means."""
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
