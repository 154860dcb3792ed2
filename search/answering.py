"""What is answered from one view: the ranking, what of it is listed, and the hits shown of that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.analysis.keystrokes import typed_runs
from search.document import Query, Results
from search.explanation import explained
from search.fusion import Weights
from search.hits import count_facets, make_hits
from search.ranking import Mode, Ranked, confident, likely, rank
from search.view import View

LEAST_LISTED = 10
"""Results of a search, if that many were found at all; a search is not answered with nothing."""


def asks_something(text: str) -> bool:
    """Tell whether a text is more than marks and pictures, which ask nothing, whatever a model
    makes of them."""
    return bool(typed_runs(text))


def answer(
    view: View,
    query: Query,
    vector: NDArray[np.float32] | None,
    *,
    typing: bool,
    weights: Weights,
    degraded: bool,
    mode: Mode = "hybrid",
    spelling: bool = True,
) -> Results:
    """Answer a question, or what is typed of one. Raises LexicalDamaged, StoreDamaged.

    `vector`: the embedded text, shape (dimensions,), or None to rank without meaning. `degraded`:
    what the results say of themselves. `spelling`: whether to look for what may have been meant.
    """
    ranked: list[Ranked] = []
    if asks_something(query.text):
        ranked = rank(view, query, vector, typing=typing, mode=mode, weights=weights)
    good = confident(ranked, weights.floor)
    if typing:
        listed = good or likely(view, query, ranked, weights)
    else:
        listed = ranked[: max(len(good), LEAST_LISTED)]
    shown = listed[query.offset : query.offset + query.limit]
    hits = make_hits(view, query, shown, typing=typing)
    if query.explain:
        hits = explained(hits, view, query, shown, ranked, weights.floor, typing=typing)
    spelled = spelling and not typing and not _is_likely(ranked)
    return Results(
        hits=hits,
        total=len(listed),
        no_answer=not good,
        degraded=degraded,
        facets=count_facets(listed),
        did_you_mean=view.corrected(query) if spelled else None,
    )


def _is_likely(ranked: Sequence[Ranked]) -> bool:
    """Tell whether the first answer is more likely right than not: then no spelling is doubted."""
    return bool(ranked) and ranked[0].score >= 0.5
