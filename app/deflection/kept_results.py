"""Results of an experiment's visitors, kept as sums when the visitors themselves are forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from app.deflection.holdout import VisitorResult
from app.deflection.tallies import Tally
from app.models import Experiment

_KIND = "visitor"


def tally_results(experiment: Experiment, results: Mapping[VisitorResult, int]) -> Tally:
    """How many visitors of each arm had so many episodes and tickets."""
    tally: Tally = Counter()
    for result, count in results.items():
        key = f"{experiment.id}|{result.arm}|{result.episodes}|{result.tickets}"
        tally[_KIND, key, ""] += count
    return tally


def results_in(experiment: Experiment, tally: Tally) -> Counter[VisitorResult]:
    """The visitors' results that `tally` holds of the experiment, and how many had each."""
    results: Counter[VisitorResult] = Counter()
    for (kind, key, _), count in tally.items():
        if kind == _KIND:
            number, arm, episodes, tickets = key.split("|")
            if number == str(experiment.id):
                results[VisitorResult(arm, int(episodes), int(tickets))] += count
    return results
