"""From a question to ranked articles: the three legs, their fusion, one entry per article."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.analysis.normalise import fold
from search.analysis.question_words import is_question_word
from search.analysis.tokens import query_terms, singular, unfinished_word, without_just_begun
from search.candidates import NOT_BY_MEANING, ByMeaning, Candidates, gather, pool
from search.completeness import completeness, demand
from search.document import Query
from search.fusion import (
    Scores,
    Weights,
    blend,
    calibrate,
    keys_settle,
    with_foreign_words,
    written_scores,
)
from search.keys import typed_words
from search.keystrokes.matching import NO_MATCHES, KeyMatches
from search.languages import Closeness, asked_language, closeness
from search.lexical.contract import Boosted, ideal_score
from search.store import Record
from search.view import Required, View, required_labels

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
    by_word, enough = mode != "semantic", _ENTRIES
    keys, settled = NO_MATCHES, False
    if typing and by_word:
        keys = view.match_keys(typed_words(query.text), required)
    if typing and not query.explain:
        enough = query.offset + query.limit + 1
        settled = vector is None and _settled(view, keys, query.text, enough, weights)
    found = gather(
        word_scores(view, query.text, required, typing=typing) if by_word and not settled else [],
        keys,
        NOT_BY_MEANING if vector is None else _meant(view, vector, required, weights, typing),
    )
    wanted = asked_language(query.text, query.locale)
    # Keys alone: a reading, a slip, a few letters, of which no word and no model makes sense.
    only_keys = not settled and not found.words.any() and keys.worth.max(initial=0.0) >= _ONLY_KEYS
    complete = (0.0 if only_keys else completeness(query.text)) if typing else 1.0
    fused = _fuse(view, found, wanted, complete, typing=typing, weights=weights)
    return _one_per_article(view, wanted, required, found, fused, weights, enough)


def _settled(view: View, keys: KeyMatches, text: str, enough: int, weights: Weights) -> bool:
    """Tell whether keys alone say which articles come first: then no words are looked up.

    Of the first letters they nearly always do. An article may be found once in each language.
    """
    last = enough * max(1, len(view.speaking))
    if len(keys.worth) < last:
        return False
    return keys_settle(float(keys.worth[last - 1]), completeness(text), weights)


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
    scores = dict(word_scores(view, said, required_labels(query), typing=True))
    return scores.get(first.record.number, 0.0) >= _SOME_WORDS


def word_scores(
    view: View, text: str, required: Required, *, typing: bool
) -> list[tuple[int, float]]:
    """Return (document number, BM25 over what the query could reach at best), best first.

    An unfinished word counts as what it may become. Raises LexicalDamaged.
    """
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
        return []
    rarest = sorted((t for t in terms if view.has_term(t)), key=lambda t: -weights[t])
    found = view.match_terms(rarest[:_SEARCHED_TERMS], _LEXICAL_DEPTH, required, unfinished)
    return [(number, score / ideal) for number, score in found]


def _meant(
    view: View, vector: NDArray[np.float32], required: Required, weights: Weights, begun: bool
) -> ByMeaning:
    return pool(view.nearest(vector, _MEANING_DEPTH, required, begun=begun), weights)


def _fuse(
    view: View,
    found: Candidates,
    wanted: str | None,
    complete: float,
    *,
    typing: bool,
    weights: Weights,
) -> Scores:
    """Return the fused score of each candidate, shape (documents,).

    `complete`: how much of the question seems to be typed, 0..1.
    """
    words = written_scores(found.words, found.keys, complete, weights)
    if np.isnan(found.meaning).all():
        return words
    if wanted:
        foreign = ~view.speaks(found.numbers, Closeness(wanted))
        words = with_foreign_words(words, found.meaning, foreign, weights)
    share = weights.typed_meaning * max(_LEAST_SHARE, complete) if typing else weights.meaning
    fused = blend(found.meaning, words, share)
    return fused if _speaks(view, wanted) else fused + weights.all_foreign


def _speaks(view: View, wanted: str | None) -> bool:
    """Tell whether any article is in the asker's language."""
    return wanted is None or any(closeness(locale, wanted) for locale in view.vectors)


def _one_per_article(
    view: View,
    wanted: str | None,
    required: Required,
    found: Candidates,
    fused: Scores,
    weights: Weights,
    enough: int,
) -> list[Ranked]:
    """Fold an article's languages into one entry, shown in the asker's if it has that.

    Ends when nothing that follows can be among the best `enough` articles.
    """
    # (-score, -quality, id, row, shown): what comes first in order is the better one.
    best: dict[str, tuple[float, float, str, int, Record]] = {}
    near, least = Closeness(wanted) if wanted is not None else None, -inf
    # Of a few letters hundreds are equally good: the cut must not take the best of them.
    order = np.lexsort((-view.quality_of(found.numbers), -fused))[:_ENTRIES]
    ordered = zip(order.tolist(), found.numbers[order].tolist(), fused[order].tolist(), strict=True)
    for row, number, score in ordered:
        if score + weights.own_language < least:
            break
        record = view.records.get(number)
        if record is None:
            continue
        shown = _shown_version(view, record, near, required)
        if near is not None and near[shown.locale]:
            score += weights.own_language
        known = best.get(record.article_id)
        if known is None or -score < known[0]:
            best[record.article_id] = (-score, -shown.quality, shown.id, row, shown)
            if known is None and len(best) == enough:
                least = -max(entry[0] for entry in best.values())
    return [
        _ranked(found, row, shown, -score, weights)
        for score, _, _, row, shown in sorted(best.values())[:enough]
    ]


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


def _ranked(found: Candidates, row: int, shown: Record, fused: float, weights: Weights) -> Ranked:
    meaning = float(found.meaning[row])
    return Ranked(
        shown,
        int(found.numbers[row]),
        calibrate(fused, weights),
        fused,
        found.passage_of(shown.number),
        float(found.words[row]),
        float(found.keys[row]),
        0.0 if isnan(meaning) else meaning,
    )
