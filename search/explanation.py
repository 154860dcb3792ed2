"""How an article came to its place: what each leg saw, and what of the question it holds.

Read off the ranking that was made, never made again: it cannot disagree with the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from search.analysis.tokens import query_terms, terms, unfinished_word, without_just_begun
from search.document import Explanation, Hit, LegScore, Query
from search.ranking import EXPANSIONS, LONGEST_QUERY, Ranked
from search.read_passage import ReadPassage
from search.store import Record
from search.view import View

Leg = Literal["words", "keys", "meaning"]


def explained(
    hits: Sequence[Hit],
    view: View,
    query: Query,
    shown: Sequence[Ranked],
    ranked: Sequence[Ranked],
    floor: float,
    *,
    typing: bool,
) -> tuple[Hit, ...]:
    """Return `hits`, made of `shown`, with their explanations.

    `ranked`: all articles, which give a leg's score its rank. `floor`: what the first of them had
    to reach. Raises StoreDamaged, LexicalDamaged.
    """
    numbers = {number for entry in shown for number in (entry.found, entry.record.number)}
    passages = view.read(sorted(numbers))
    asked = _asked_terms(view, query.text, typing=typing)
    return tuple(
        replace(hit, explanation=_explain(entry, view, asked, passages, ranked, floor))
        for hit, entry in zip(hits, shown, strict=True)
    )


def _explain(
    entry: Ranked,
    view: View,
    asked: Sequence[str],
    passages: dict[int, tuple[ReadPassage, ...]],
    ranked: Sequence[Ranked],
    floor: float,
) -> Explanation:
    found = view.records[entry.found]
    held = _held_terms(found, passages.get(entry.found, ()))
    return Explanation(
        words=_leg(entry, ranked, "words"),
        keys=_leg(entry, ranked, "keys"),
        meaning=_leg(entry, ranked, "meaning"),
        fused=entry.fused,
        score=entry.score,
        floor=floor,
        terms=tuple(term for term in asked if term in held),
        locale=found.locale,
        heading=_heading(entry.passage, passages.get(entry.record.number, ())),
    )


def _leg(entry: Ranked, ranked: Sequence[Ranked], name: Leg) -> LegScore:
    score: float = getattr(entry, name)
    if not score:
        return LegScore(None, 0.0)
    return LegScore(1 + sum(getattr(other, name) > score for other in ranked), score)


def _asked_terms(view: View, text: str, *, typing: bool) -> list[str]:
    """Return the terms that were looked for, of an unfinished word those it may become."""
    text = without_just_begun(text) if typing else text
    asked = query_terms(text)[:LONGEST_QUERY]
    prefix = unfinished_word(text) if typing else ""
    expanded = view.expand(prefix, EXPANSIONS)[0] if prefix else ()
    return list(dict.fromkeys([*asked, *(term for term, _ in expanded)]))


def _held_terms(record: Record, passages: Sequence[ReadPassage]) -> frozenset[str]:
    """Return the terms by which the keyword index knows a document."""
    facts = terms("\n".join((record.title, *record.questions, *record.tags)))
    return frozenset(facts).union(*(passage.terms.spaced.split() for passage in passages))


def _heading(nearest: int | None, passages: Sequence[ReadPassage]) -> str:
    path = next((read.passage.path for read in passages if read.id == nearest), ())
    return path[-1] if path else ""
