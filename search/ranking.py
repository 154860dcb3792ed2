"""From a question to ranked articles: the three legs, their fusion, one entry per article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.analysis.normalise import fold
from search.analysis.question_words import is_question_word
from search.analysis.tokens import query_terms, singular, unfinished_word, without_just_begun
from search.completeness import completeness, demand
from search.document import Query
from search.fusion import (
    Weights,
    best_per_document,
    blend,
    calibrate,
    meaning_scores,
    with_foreign_words,
    word_score,
)
from search.keys import typed_words
from search.languages import Closeness, asked_language, closeness
from search.lexical.contract import Boosted, ideal_score
from search.store import Record
from search.view import Nearest, Required, View, required_labels

_LEXICAL_DEPTH = 100
_MEANING_DEPTH = 160
_LEAST_SHARE = 0.5
_ENTRIES = 250
"""Documents that are made entries of the ranking; with four languages, some sixty articles."""
_FOLLOWING = 0.8
_SOME_WORDS, _SOME_KEYS = 0.2, 0.5
_ONLY_KEYS = 0.65
_SEARCHED_TERMS = 32
EXPANSIONS = 24
"""Words that an unfinished one is taken to mean."""
LONGEST_QUERY = 128
"""Terms of a question that are weighed; the rarest of them are searched."""

Mode = Literal["hybrid", "keyword", "semantic"]
"""Which legs rank; the single legs are there to be compared with the whole."""


# Hundreds are made for each key, which a frozen dataclass would take thrice as long for.
class Ranked(NamedTuple):
    """One article in the language that is shown, and how each leg saw it."""

    record: Record
    found: int
    """Number of the version that was found, whose scores these are."""
    score: float
    """Calibrated, 0..1."""
    fused: float
    passage: int | None
    """The passage nearest in meaning, if the shown document has it."""
    words: float
    keys: float
    meaning: float


@dataclass(frozen=True, slots=True)
class Legs:
    """What each leg found, by document number, on the scale 0..1."""

    words: dict[int, float]
    keys: dict[int, float]
    meaning: dict[int, float]
    passages: dict[int, int]


def rank(
    view: View,
    query: Query,
    vector: NDArray[np.float32] | None,
    *,
    typing: bool,
    weights: Weights,
    mode: Mode = "hybrid",
) -> list[Ranked]:
    """Return the articles that any leg brought up, best first.

    `vector`: the embedded question, shape (dimensions,), or None to rank without meaning.
    `typing`: the last word may be unfinished; then those behind what is shown are left out, unless
    it is to be explained.
    """
    required = required_labels(query)
    by_word = mode != "semantic"
    legs = Legs(
        _word_scores(view, query.text, required, typing=typing) if by_word else {},
        view.match_keys(typed_words(query.text), required) if by_word and typing else {},
        *_meaning_scores(view, vector, required, weights, typing),
    )
    wanted = asked_language(query.text, query.locale)
    fused = _fuse(view, legs, query.text, wanted, typing=typing, weights=weights)
    enough = query.offset + query.limit + 1 if typing and not query.explain else _ENTRIES
    return _one_per_article(view, wanted, required, legs, fused, weights, enough)


def confident(ranked: Sequence[Ranked], floor: float) -> list[Ranked]:
    """Return the articles worth suggesting: none unless the first clears the floor.

    Those after it are held to less: the second answer may be the right one.
    """
    if not ranked or ranked[0].fused < floor:
        return []
    return [entry for entry in ranked if entry.fused >= _FOLLOWING * floor]


def likely(view: View, query: Query, ranked: Sequence[Ranked], weights: Weights) -> list[Ranked]:
    """Return what a text being typed may become a question about, when no answer is certain yet.

    Nothing that does not hold the words, if it could: what seems near in meaning alone is near to
    anything while little is typed. Raises LexicalDamaged.
    """
    listed = confident(ranked, weights.floor * demand(query.text, has_words=True))
    if listed and _holds_the_words(view, query, listed[0]):
        return listed
    return confident(ranked, weights.floor * demand(query.text, has_words=False))


def _holds_the_words(view: View, query: Query, first: Ranked) -> bool:
    """Tell whether an answer holds some of the words that say what is asked, not only "how"."""
    if first.keys >= _SOME_KEYS:
        return True
    said = " ".join(word for word in query.text.split() if not is_question_word(fold(word)))
    scores = _word_scores(view, said, required_labels(query), typing=True)
    return scores.get(first.record.number, 0.0) >= _SOME_WORDS


def _word_scores(view: View, text: str, required: Required, *, typing: bool) -> dict[int, float]:
    """BM25 over what the query could reach at best; an unfinished word counts as what it may be."""
    text = without_just_begun(text) if typing else text
    terms = query_terms(text)[:LONGEST_QUERY]
    unfinished: list[Boosted] = []
    prefix = unfinished_word(text) if typing else ""
    if prefix:
        unfinished, weight = view.expand(prefix, EXPANSIONS)
    weights = view.term_weights(terms)
    if unfinished:
        terms = [term for term in terms if term != singular(prefix)]
        weights = {term: weights[term] for term in terms} | {prefix: weight}
    ideal = ideal_score(weights)
    if not ideal:
        return {}
    rarest = sorted((t for t in terms if view.has_term(t)), key=lambda t: -weights[t])
    found = view.match_terms(rarest[:_SEARCHED_TERMS], _LEXICAL_DEPTH, required, unfinished)
    return {number: score / ideal for number, score in found}


def _meaning_scores(
    view: View,
    vector: NDArray[np.float32] | None,
    required: Required,
    weights: Weights,
    begun: bool,
) -> tuple[dict[int, float], dict[int, int]]:
    """Score documents by their best passage and their title; also return which passage it is."""
    if vector is None:
        return {}, {}
    found = view.nearest(vector, _MEANING_DEPTH, required, begun=begun)
    by_title: tuple[list[Nearest], list[Nearest]] = ([], [])
    for hit in found:
        by_title[hit[0] in view.titles].append(hit)
    texts, titles = map(best_per_document, by_title)
    # What did not come up is not nearer than the last that did.
    last = min((cosine for _, _, cosine in found), default=0.0)
    numbers = {*titles, *texts}
    unseen, untitled = (last, 0), (0.0, 0)
    scores = meaning_scores(
        np.array([texts.get(number, unseen)[0] for number in numbers]),
        np.array([titles.get(number, untitled)[0] for number in numbers]),
        weights,
    ).tolist()
    return dict(zip(numbers, scores, strict=True)), {
        number: passage for number, (_, passage) in texts.items()
    }


def _fuse(
    view: View, legs: Legs, text: str, wanted: str | None, *, typing: bool, weights: Weights
) -> dict[int, float]:
    # Keys alone: a reading, a slip, a few letters, of which no word and no model makes sense.
    only_keys = not legs.words and max(legs.keys.values(), default=0.0) >= _ONLY_KEYS
    complete = (0.0 if only_keys else completeness(text)) if typing else 1.0
    words = _written_scores(legs, complete, weights)
    if not legs.meaning:
        return words
    foreign = _foreign(view, legs.meaning, wanted) if wanted else set()
    words = with_foreign_words(words, legs.meaning, foreign, weights)
    share = weights.typed_meaning * max(_LEAST_SHARE, complete) if typing else weights.meaning
    fused = blend(legs.meaning, words, share)
    if not _speaks(view, wanted):
        return {number: score + weights.all_foreign for number, score in fused.items()}
    return fused


def _written_scores(legs: Legs, complete: float, weights: Weights) -> dict[int, float]:
    """Return each document's score by words and keys; many have the same of both."""
    known: dict[tuple[float, float], float] = {}
    scores: dict[int, float] = {}
    words, keys = legs.words, legs.keys
    for number in {*words, *keys}:
        pair = (words.get(number, 0.0), keys.get(number, 0.0))
        if pair not in known:
            known[pair] = word_score(*pair, complete, weights)
        scores[number] = known[pair]
    return scores


def _speaks(view: View, wanted: str | None) -> bool:
    """Tell whether any article is in the asker's language."""
    return wanted is None or any(closeness(locale, wanted) for locale in view.vectors)


def _foreign(view: View, numbers: Iterable[int], wanted: str) -> set[int]:
    """Return the documents whose articles do not exist in the asker's language.

    The words of the others can be looked at.
    """
    near, foreign = Closeness(wanted), set()
    for number in numbers:
        record = view.records.get(number)
        if record is None:
            foreign.add(number)
        elif not near[record.locale]:
            versions = view.versions[record.article_id]
            if len(versions) == 1 or not any(near[locale] for locale in versions):
                foreign.add(number)
    return foreign


def _one_per_article(
    view: View,
    wanted: str | None,
    required: Required,
    legs: Legs,
    fused: dict[int, float],
    weights: Weights,
    enough: int,
) -> list[Ranked]:
    """Fold an article's languages into one entry, shown in the asker's if it has that.

    Ends when nothing that follows can be among the best `enough` articles.
    """
    # (-score, -quality, id, found, shown): what comes first in order is the better one.
    best: dict[str, tuple[float, float, str, int, Record]] = {}
    near, least = Closeness(wanted) if wanted is not None else None, -inf
    for number, score in sorted(fused.items(), key=itemgetter(1), reverse=True)[:_ENTRIES]:
        if score + weights.own_language < least:
            break
        record = view.records.get(number)
        if record is None:
            continue
        raw, shown = score, _shown_version(view, record, near, required)
        if near is not None and near[shown.locale]:
            score += weights.own_language
        known = best.get(record.article_id)
        if known is None or -score < known[0]:
            best[record.article_id] = (-score, -shown.quality, shown.id, number, shown)
            if known is None and len(best) == enough:
                least = raw
    ordered = sorted(best.values())
    return [_ranked(legs, number, shown, -score, weights) for score, _, _, number, shown in ordered]


def _shown_version(view: View, found: Record, near: Closeness | None, required: Required) -> Record:
    """Return the version of an article to show for one that was found."""
    if near is None or near[found.locale] == 2:
        return found
    numbers = view.versions.get(found.article_id, {})
    if len(numbers) < 2:
        return found
    visible = view.visible(required)
    versions = [
        view.records[number]
        for number in numbers.values()
        if number in view.records and (visible is None or number in visible)
    ]
    return max([found, *versions], key=lambda version: near[version.locale])


def _ranked(legs: Legs, found: int, shown: Record, fused: float, weights: Weights) -> Ranked:
    return Ranked(
        shown,
        found,
        calibrate(fused, weights),
        fused,
        legs.passages.get(shown.number),
        legs.words.get(found, 0.0),
        legs.keys.get(found, 0.0),
        legs.meaning.get(found, 0.0),
    )
