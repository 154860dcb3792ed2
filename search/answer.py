"""The sentences of an article that answer, not its first lines.

Of the passages of an article the one nearest in meaning and richest in the question's terms is
taken; of its sentences, the run that holds most of the terms' weight and fits the space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from search.passages import estimated_tokens
from search.reading import ReadPassage

ANSWER_TOKENS = 60
"""About 240 Latin or 85 Chinese, Japanese or Korean characters."""
_NEAREST_BONUS = 0.3
_EARLIER_BONUS = 0.05
_LATER_COST = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown of an article: some sentences, and the heading they stand under."""

    text: str
    anchor: str
    heading: str


def choose_answer(
    passages: Sequence[ReadPassage], nearest: int | None, weights: Mapping[str, float]
) -> Answer:
    """Pick the answer from an article's passages.

    `nearest`: id of the passage nearest in meaning, if known. `weights`: each question term's idf.
    """
    texts = [passage for passage in passages if passage.passage.position > 0 and passage.sentences]
    if not texts:
        return Answer("", "", "")
    best = max(texts, key=lambda passage: _passage_score(passage, nearest, weights))
    path = best.passage.path
    return Answer(_best_sentences(best, weights), best.passage.anchor, path[-1] if path else "")


def _passage_score(
    passage: ReadPassage, nearest: int | None, weights: Mapping[str, float]
) -> float:
    share = _share(passage.heading_terms.union(*passage.terms), weights)
    bonus = _NEAREST_BONUS if passage.id == nearest else 0.0
    return share + bonus + _EARLIER_BONUS / passage.passage.position


def _share(terms: AbstractSet[str], weights: Mapping[str, float]) -> float:
    """Return how much of the question's weight is among `terms`, 0..1."""
    total = sum(weights.values())
    return sum(weights[term] for term in weights if term in terms) / total if total else 0.0


def _best_sentences(passage: ReadPassage, weights: Mapping[str, float]) -> str:
    """Return the run of whole sentences that fits and holds most of the question's weight."""
    runs = [range(start, _run_end(passage, start)) for start in range(len(passage.sentences))]
    best = max(runs, key=lambda run: _run_score(passage, run, weights))
    return _shortened(" ".join(passage.sentences[i] for i in best))


def _run_score(passage: ReadPassage, run: range, weights: Mapping[str, float]) -> float:
    terms = frozenset[str]().union(*(passage.terms[i] for i in run))
    return _share(terms, weights) - _LATER_COST * run.start / len(passage.sentences)


def _run_end(passage: ReadPassage, start: int) -> int:
    """Return where a run of sentences from `start` must end to fit; it has one at least."""
    space = ANSWER_TOKENS - estimated_tokens(passage.sentences[start])
    end = start + 1
    while end < len(passage.sentences):
        space -= estimated_tokens(passage.sentences[end])
        if space < 0:
            break
        end += 1
    return end


def _shortened(text: str) -> str:
    """Cut a sentence that is longer than the space at a word, and say so."""
    tokens = estimated_tokens(text)
    if tokens <= 2 * ANSWER_TOKENS:
        return text
    limit = int(len(text) * 2 * ANSWER_TOKENS / tokens)
    space = text.rfind(" ", limit // 2, limit)
    return text[: space if space > 0 else limit].rstrip() + "…"
