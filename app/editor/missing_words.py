"""Words of customers' questions that an article lacks, in scripts with blanks and without."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from search.analysis.keystrokes import is_hangul, is_ideographic, word_runs
from search.analysis.normalise import FoldedText, fold
from search.analysis.question_words import (
    is_japanese_grammar,
    is_question_word,
    said_between_phrases,
)
from search.analysis.tokens import singular, strip_particle
from search.analysis.variants import fold_kana

_MOST = 10
_HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
# Chinese particles and persons, none of which is part of a Japanese word.
_NOT_SAID = "我你您她它们吗呢吧啊"
# A kana between Han characters is part of a word (払い戻し) unless it is a particle (返品の送料).
_LINK = "[いうえきくけこしすせそたちつてっぬねひふほまみむめらりるれろわんげぎぐごじずべびぶめ]"
_PIECE = re.compile(
    f"(?P<linked>[{_HAN}]+(?:{_LINK}[{_HAN}]+)+{_LINK}?)|(?P<han>[{_HAN}]+)|[\u30a1-\u30fa\u30fc]+"
)
_HIRAGANA_ONLY = re.compile("[\u3041-\u309f\u30fc]+")

_Span = tuple[int, int]


def find_missing_words(queries: Sequence[str], text: str) -> list[str]:
    """Words of questions that the text lacks, as they are asked; the most frequent first, ten at
    most. What only asks, and particles and endings where words are written together, is none."""
    have = fold_kana(fold(text))
    counts: Counter[str] = Counter()
    for query in queries:
        asked = query.casefold()
        folded = FoldedText.of(asked)
        spans = (folded.original_span(*span) for span in _missing_spans(folded.text, have))
        counts.update({asked[start:end] for start, end in spans})
    return sorted(counts, key=lambda word: (-counts[word], word))[:_MOST]


def _missing_spans(folded: str, have: str) -> Iterator[_Span]:
    for start, end in said_between_phrases(folded):
        for first, last in word_runs(folded[start:end]):
            run = folded[start + first : start + last]
            for left, right in _missing_in_run(run, have):
                if right - left > 1:
                    yield start + first + left, start + first + right


def _missing_in_run(run: str, have: str) -> Iterator[_Span]:
    """Where words of a run of one script stand that `have` lacks."""
    if is_hangul(run[0]):
        # Endings of verbs differ from text to text; what leads a word says what it is about.
        stem = strip_particle(run)
        if stem[:2] not in have:
            yield 0, len(stem)
    elif not is_ideographic(run[0]):
        if not is_question_word(run) and singular(run) not in have:
            yield 0, len(run)
    elif _HIRAGANA_ONLY.fullmatch(run):
        if not is_japanese_grammar(run) and fold_kana(run) not in have:
            yield 0, len(run)
    else:
        yield from _missing_pieces(run, have)


def _missing_pieces(run: str, have: str) -> Iterator[_Span]:
    for piece in _PIECE.finditer(run):
        if piece.lastgroup == "han":
            for start, end in _uncovered(piece.group(), have):
                yield piece.start() + start, piece.start() + end
        elif fold_kana(piece.group()) not in have:
            yield piece.span()


def _uncovered(han: str, have: str) -> Iterator[_Span]:
    """The stretches of which no pair of characters is in `have`: nothing tells where words end."""
    pairs = {at for at in range(len(han) - 1) if han[at : at + 2] in have}
    bare = "".join(
        "-" if at in pairs or at - 1 in pairs or char in _NOT_SAID else "x"
        for at, char in enumerate(han)
    )
    yield from (found.span() for found in re.finditer("x+", bare))
