"""The sentences of an article that answer, not its first lines.

Of the passages of an article the one nearest in meaning and richest in the question's terms is
taken; of its sentences, the run that holds most of the terms' weight and fits the space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from search.passages import estimated_tokens, joined
from search.read_passage import ReadPassage

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


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """The terms of a question, as they are looked for in what `PassageTerms.spaced` gives."""

    weights: tuple[tuple[str, float], ...]
    """Each term between spaces, and its idf."""
    total: float

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> AskedTerms:
        """Take each term's idf."""
        spaced = tuple((f" {term} ", weight) for term, weight in weights.items())
        return cls(spaced, sum(weights.values()))

    def held(self, text: str) -> frozenset[str]:
        """Return those of the terms that a text holds."""
        return frozenset([term for term, _ in self.weights if term in text])

    def share(self, held: AbstractSet[str]) -> float:
        """Return how much of the question's weight some of its terms have, 0..1."""
        if not held or not self.total:
            return 0.0
        return sum(weight for term, weight in self.weights if term in held) / self.total


def choose_answer(
    passages: Sequence[ReadPassage], nearest: int | None, asked: AskedTerms
) -> Answer:
    """Pick the answer from an article's passages.

    `nearest`: id of the passage nearest in meaning, if known.
    """
    texts = [passage for passage in passages if passage.passage.position > 0]
    if not texts:
        return Answer("", "", "")
    best = max(texts, key=lambda passage: _passage_score(passage, nearest, asked))
    path = best.passage.path
    text = _best_sentences(best, asked)
    return Answer(text, best.passage.anchor, path[-1] if path else "")


def _passage_score(passage: ReadPassage, nearest: int | None, asked: AskedTerms) -> float:
    share = asked.share(asked.held(passage.terms.spaced))
    bonus = _NEAREST_BONUS if passage.id == nearest else 0.0
    return share + bonus + _EARLIER_BONUS / passage.passage.position


def _best_sentences(passage: ReadPassage, asked: AskedTerms) -> str:
    """Return the run of whole sentences that fits and holds most of the question's weight."""
    sentences = passage.sentences
    if len(sentences) < 2:
        return _shortened("".join(sentences))
    sizes = [estimated_tokens(sentence) for sentence in sentences]
    held = [asked.held(line) for line in passage.terms.sentences]
    runs = [range(start, _run_end(sizes, start)) for start in range(len(sizes))]
    best = max(runs, key=lambda run: _run_score(held, run, asked))
    return _shortened(joined(sentences[i] for i in best))


def _run_score(held: Sequence[AbstractSet[str]], run: range, asked: AskedTerms) -> float:
    terms = frozenset[str]().union(*(held[i] for i in run))
    return asked.share(terms) - _LATER_COST * run.start / len(held)


def _run_end(sizes: Sequence[float], start: int) -> int:
    """Return where a run of sentences from `start` must end to fit; it has one at least."""
    space = ANSWER_TOKENS - sizes[start]
    end = start + 1
    while end < len(sizes):
        space -= sizes[end]
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
