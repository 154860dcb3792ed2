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

from search.evaluate import Outcome
from search.evaluation_set import EvaluationError
from search.measures import measure_each

RESAMPLES = 2_000
_SEED = 20_261_121

Values = dict[str, float]
"""Question id -> value of one measure."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95% percentile-bootstrap interval (Efron and Tibshirani 1993, ch. 13)."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Column:
    """One way of asking, such as hybrid search, and the measure it is judged by."""

    name: str
    measure: str


class Panel:
    """Values by set, column and question."""

    def __init__(self, values: Mapping[str, Mapping[str, Values]]) -> None:
        self._values = {name: dict(columns) for name, columns in values.items()}

    @classmethod
    def read(cls, path: Path) -> Panel:
        """Read a panel that was saved. Raises EvaluationError."""
        try:
            return cls(json.loads(path.read_text(encoding="utf-8"))["values"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path} is not a saved panel ({error})") from error

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write the values to `path`, with facts `about` the run."""
        content = {"about": dict(about), "values": self._values}
        path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")

    def add(
        self,
        name: str,
        column: Column,
        outcomes: Sequence[Outcome],
        judgments: Mapping[str, Mapping[str, int]],
    ) -> None:
        """Take in what one column got for the questions of the set called `name`."""
        values = measure_each(outcomes, judgments, column.measure)
        self._values.setdefault(name, {})[column.name] = values

    def sets(self) -> list[str]:
        """Return the names of the sets, in the order they came."""
        return list(self._values)

    def interval(self, name: str, column: str) -> Interval:
        """Return the mean over the questions of one set."""
        return bootstrap(np.array(list(self._values[name][column].values())))

    def overall(self, column: str) -> Interval:
        """Return the mean of the sets' means; questions are resampled within each set."""
        rows = [np.array(list(c[column].values())) for c in self._values.values() if column in c]
        means = np.mean([_resampled_means(row) for row in rows], axis=0)
        return Interval(float(np.mean([row.mean() for row in rows])), *_bounds(means))

    def differences(self, before: Panel, column: str) -> Iterator[tuple[str, Interval]]:
        """Yield, for each set of both panels, by how much the questions they share gained."""
        for name, columns in self._values.items():
            old, new = before._values.get(name, {}).get(column, {}), columns.get(column, {})
            shared = [question for question in new if question in old]
            if shared:
                gains = np.array([new[question] - old[question] for question in shared])
                yield name, bootstrap(gains)


def bootstrap(values: NDArray[np.float64]) -> Interval:
    """Return the mean of `values`, shape (n,), with its interval."""
    return Interval(float(values.mean()), *_bounds(_resampled_means(values)))


def _resampled_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    random = np.random.default_rng(_SEED)
    chosen = random.integers(0, len(values), (RESAMPLES, len(values)))
    means: NDArray[np.float64] = values[chosen].mean(axis=1)
    return means


def _bounds(means: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
