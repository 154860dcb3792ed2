"""What is typed and what it may find: the keys of a document, and where a typed word is looked up.

Each word start of a title, question, heading or tag is a key; in Korean, Japanese and Chinese each
character starts one. Keys are keystrokes (search/analysis/keystrokes.py), so that any state of any
input method is the beginning of one. A letter in front tells apart what would collide: Hangul typed
on the Latin layout must not shadow English words. search/keystrokes/ keeps and matches them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.analysis.keystrokes import (
    canonical_pinyin,
    canonical_romaji,
    half_romaji,
    initials,
    is_han,
    is_hangul,
    is_ideographic,
    keystrokes,
    romaji,
    typed_runs,
    typed_spans,
    word_runs,
)
from search.analysis.normalise import fold, fold_letters
from search.analysis.question_words import is_question_word, said_between_phrases
from search.analysis.readings import Readings
from search.analysis.variants import fold_han
from search.document import Document

VERSION = 2
"""Part of the index manifest: raise it when the same document would give other keys."""

LONGEST_KEY = 32
"""Bytes of a key, its namespace among them; what is longer is cut, in the index and as typed."""
LATIN, HANGUL, CONSONANTS, IDEOGRAPHIC, PINYIN, PINYIN_INITIALS = "l", "h", "c", "j", "p", "i"
"""Namespaces, the first letter of each key."""

_MOST_WORDS = 12
_LONGEST_TEXT = 400
_MOST_WAITING = 24
_TITLE, _QUESTION, _TAG, _HEADING = 252, 229, 178, 153
_AT_THE_START, _INSIDE_A_WORD = 3, -4
_QUESTION_WORD_SHARE = 0.15
_UNCONVERTED = re.compile("[ぁ-ゖー]+[a-z]*$")
# What is looked up elsewhere counts for less: the reading may be another word's.
_OTHERWISE, _BY_INITIALS = 0.85, 0.7


@dataclass(frozen=True, slots=True)
class DocumentKeys:
    """The keys of one document, and what orders documents that match equally."""

    weights: dict[str, int]
    """Key -> weight of the weightiest field it stands in, 1..255 (255: begins the title)."""
    size: int
    """Letters of the title, as typed."""
    quality: float

    def dump(self) -> str:
        """Return this as a text; keys hold no white space."""
        grouped: dict[int, list[str]] = {}
        for key, weight in self.weights.items():
            grouped.setdefault(weight, []).append(key)
        lines = [f"{weight} {' '.join(keys)}" for weight, keys in grouped.items()]
        return "\n".join((f"{self.size} {self.quality!r}", *lines))

    @classmethod
    def load(cls, text: str) -> DocumentKeys:
        """Read what `dump` wrote. Raises ValueError."""
        first, *lines = text.split("\n")
        size, quality = first.split(" ")
        weights: dict[str, int] = {}
        for line in lines:
            weight, *keys = line.split(" ")
            weights.update(dict.fromkeys(keys, int(weight)))
        return cls(weights, int(size), float(quality))


@dataclass(frozen=True, slots=True)
class TypedWord:
    """One word of what was typed, and its share in whether all of it was matched."""

    text: str
    share: float
    finished: bool = False
    """Whether something was typed behind it."""
    composing: bool = False
    """Letters that an input method is showing: they stand behind Han or hold an apostrophe."""

    @property
    def size(self) -> int:
        """Letters of it, counted as for the size of a title; none of what is not yet converted."""
        return 0 if self.composing else _size(self.text)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A key to look up, and what finding it is worth, 0..1."""

    key: str
    factor: float


def document_keys(document: Document, readings: Readings) -> DocumentKeys:
    """Return the keys of one document, each with the weight of its weightiest field."""
    fields = [(document.title, _TITLE)]
    fields += [(question, _QUESTION) for question in document.questions]
    fields += [(tag, _TAG) for tag in document.tags]
    fields += [(section.path[-1], _HEADING) for section in document.sections if section.path]
    weights: dict[str, int] = {}
    for text, weight in fields:
        for key, change in _text_keys(text, document.locale, readings):
            weights[key] = max(weight + change, weights.get(key, 0))
    size = sum(map(_size, typed_runs(document.title)))
    return DocumentKeys(weights, size, document.quality)


def typed_words(text: str) -> list[TypedWord]:
    """Split what was typed into words; words of asking count little unless there are no others."""
    folded = fold(text[-_LONGEST_TEXT:])
    spans = list(_without_asking(folded))[-_MOST_WORDS:]
    only_asks = all(is_question_word(folded[start:end]) for start, end in spans)
    return [_typed_word(folded, start, end, only_asks=only_asks) for start, end in spans]


def _without_asking(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the runs that were typed, Chinese and Japanese ones without the phrases of asking.

    Words run together there: 我要退 begins no title, 退 does. All of it stays if that is all.
    """
    for start, end in typed_spans(folded):
        run = folded[start:end]
        pieces = list(said_between_phrases(run)) if is_ideographic(run[0]) else []
        # One character beside a longer stretch begins too many words to say anything.
        telling = [piece for piece in pieces if piece[1] - piece[0] > 1]
        for first, last in telling or pieces or [(0, end - start)]:
            yield start + first, start + last


def _typed_word(folded: str, start: int, end: int, *, only_asks: bool) -> TypedWord:
    run = folded[start:end].replace("\u2019", "'")
    share = _QUESTION_WORD_SHARE if is_question_word(run) and not only_asks else 1.0
    composing = run.isascii() and ("'" in run or is_han(folded[max(0, start - 1) : start]))
    return TypedWord(run.replace("'", ""), share, end < len(folded), composing)


def lookups(word: TypedWord) -> Iterator[list[Lookup]]:
    """Yield where to look a typed word up: first what it is, then what else it may stand for."""
    text = word.text
    typed = keystrokes(text[:LONGEST_KEY])
    if is_hangul(text[0]):
        yield [_lookup(HANGUL, typed)]
        if all("ㄱ" <= char <= "ㅎ" for char in text):
            yield [_lookup(CONSONANTS, typed)]
    elif is_ideographic(text[0]):
        yield [_lookup(IDEOGRAPHIC, half) for half in half_romaji(typed, text)]
    elif word.composing:
        romaji_too = [_lookup(IDEOGRAPHIC, canonical_romaji(text))]
        yield [*_pinyin_lookups(text, 1.0), *romaji_too, _lookup(LATIN, text)]
        yield list(_otherwise(text))
    else:
        yield [_lookup(LATIN, text)]
        yield [*_otherwise(text), *_pinyin_lookups(text, _OTHERWISE)]


def splits(word: TypedWord) -> Iterator[tuple[TypedWord, TypedWord]]:
    """Yield the ways to read a word with hiragana at its end as two: 支払いほう is 支払い and ほう.

    So stands what has been converted before what has not. The longest first word comes first.
    """
    text = word.text
    waiting = _UNCONVERTED.search(text)
    first = max(0, waiting.start() - 1, len(text) - _MOST_WAITING) if waiting else len(text)
    for at in range(len(text) - 1, first, -1):
        yield (
            TypedWord(text[:at], word.share / 2),
            TypedWord(text[at:], word.share / 2, composing=True),
        )


def _otherwise(text: str) -> Iterator[Lookup]:
    """Hangul on the Latin layout, and romaji."""
    if not text.isascii():
        return
    yield _lookup(HANGUL, text, _OTHERWISE)
    for half in half_romaji(canonical_romaji(text), text):
        yield _lookup(IDEOGRAPHIC, half, _OTHERWISE)
    if len(text) > 1:
        yield _lookup(CONSONANTS, text, _BY_INITIALS)


def _pinyin_lookups(text: str, factor: float) -> Iterator[Lookup]:
    if not text.isascii():
        return
    pinyin = canonical_pinyin(text)
    yield _lookup(PINYIN, pinyin, factor)
    if len(text) > 1:
        yield _lookup(PINYIN_INITIALS, re.sub("([zcs])h", "\\1", pinyin), factor * _BY_INITIALS)


def _lookup(namespace: str, typed: str, factor: float = 1.0) -> Lookup:
    return Lookup(namespace + typed, factor)


def _text_keys(text: str, locale: str, readings: Readings) -> Iterator[tuple[str, int]]:
    """Yield the keys of one text, each with what its place adds to the weight of the field."""
    letters = fold_letters(text)
    for i, (start, end) in enumerate(word_runs(letters)):
        run = letters[start:end].replace("\u2019", "'")
        for key, at in _run_keys(run, locale, readings):
            yield key[:LONGEST_KEY], (_INSIDE_A_WORD if at else 0 if i else _AT_THE_START)


def _run_keys(run: str, locale: str, readings: Readings) -> Iterator[tuple[str, int]]:
    """Yield the keys of a run of one script, each with the place in the run where it starts."""
    if is_hangul(run[0]):
        for i in range(len(run)):
            yield HANGUL + keystrokes(run[i : i + LONGEST_KEY]), i
            yield CONSONANTS + initials(run[i : i + LONGEST_KEY]), i
    elif is_ideographic(run[0]):
        folded = fold_han(run)
        for i in range(len(run)):
            yield IDEOGRAPHIC + keystrokes(folded[i : i + LONGEST_KEY]), i
        if locale.startswith("ja"):
            yield from _japanese_keys(run, readings)
        elif locale.startswith("zh"):
            yield from _chinese_keys(folded, readings)
    else:
        parts = run.split("'")
        yield LATIN + "".join(parts), 0
        yield from ((LATIN + part, 0) for part in parts[1:] if len(part) > 1)


def _japanese_keys(run: str, readings: Readings) -> Iterator[tuple[str, int]]:
    """Yield the run as it is read, from the beginning of each word in it."""
    if not any(map(is_han, run)):
        return
    words, start = readings.japanese(run), 0
    for i, (surface, _) in enumerate(words):
        yield IDEOGRAPHIC + romaji("".join(read for _, read in words[i : i + LONGEST_KEY])), start
        start += len(surface)


def _chinese_keys(run: str, readings: Readings) -> Iterator[tuple[str, int]]:
    """Yield the run in pinyin and in initials, from each character of it."""
    read = readings.chinese(run)
    likely = [canonical_pinyin(ways[0]) for ways in read]
    first = "".join(way[:1] for way in likely)
    for i, ways in enumerate(read):
        rest = "".join(likely[i + 1 : i + LONGEST_KEY])
        yield from ((PINYIN + canonical_pinyin(way) + rest, i) for way in ways)
        # Typed thuo, as many do: the first character by its initial only.
        yield PINYIN + first[i] + rest, i
        yield PINYIN_INITIALS + first[i : i + LONGEST_KEY], i


def _size(run: str) -> int:
    return len(keystrokes(run))


def encoded(keys: Iterable[str]) -> list[bytes]:
    """Return keys as the bytes that are sorted and compared."""
    return [key.encode()[:LONGEST_KEY] for key in keys]
