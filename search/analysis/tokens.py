"""Words where a script has spaces, n-grams where it has none.

Measured on public Korean, Japanese and Chinese retrieval sets, word tokens alone find next to
nothing in Japanese and Chinese, and bigrams find most (docs/architecture.md). So: Latin and other
alphabets by word; Korean by syllable pair, and short words by their first syllable too; Chinese and
Japanese by character pair, where pairs of plain hiragana are grammar and carry no meaning unless a
whole word is written in it: くーぽん is クーポン typed and not converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from search.analysis.normalise import fold
from search.analysis.question_words import is_japanese_grammar, without_question_phrases
from search.analysis.variants import fold_kana

_HANGUL = "\uac00-\ud7a3\u3131-\u318e"
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
_RUN = re.compile(
    f"(?P<hangul>[{_HANGUL}]+)|(?P<ideographs>[{_HAN}{_KANA}]+)"
    f"|(?P<word>[^\\W_{_HANGUL}{_HAN}{_KANA}]+(?:['’][^\\W_{_HANGUL}{_HAN}{_KANA}]+)*)"
)
_SHORTEST_PREFIX = 2
_LETTER = f"[^\\W_{_HANGUL}{_HAN}{_KANA}]"
_JUST_BEGUN = re.compile(f"[\u3131-\u318e]+$|(?<!{_LETTER})(?<!{_LETTER}['’])(?!\\d){_LETTER}$")
_HIRAGANA_ONLY = re.compile("[\u3041-\u309f\u30fc]+")
_KATAKANA_ONLY = re.compile("[\u30a1-\u30fa\u30fc]+")
# Longest first, so that 에서는 is not cut to 에서.
_PARTICLES = re.compile(
    "(?:에서는|에서도|으로는|으로도|에게서|이라는|라는|에서|에게|으로|까지|부터|보다|처럼|만큼|하고"
    "|이나|이며|에는|에도|와의|과의|께서|은|는|이|가|을|를|에|의|도|로|와|과|만|나|요)$"
)


# Thousands are made for one page of text, which a frozen dataclass would take thrice as long for.
class Token(NamedTuple):
    """A term and where it stands in the folded text it was cut from."""

    term: str
    start: int
    end: int


def tokenise(folded: str, firsts: AbstractSet[str] | None = None) -> Iterator[Token]:
    """Yield the terms of a text already folded by `normalise.fold`, in reading order.

    `firsts`: what `first_letters` says of some terms; none of these is missed, and most others are.
    """
    for run in _RUN.finditer(folded):
        if run.lastgroup == "word":
            if firsts is None or run.group()[0] in firsts:
                yield Token(singular(run.group().replace("’", "'")), run.start(), run.end())
        elif run.lastgroup == "hangul":
            if firsts is None or not firsts.isdisjoint(run.group()):
                yield from _korean(run.group(), run.start())
        else:
            yield from _ideographs(run.group(), run.start(), firsts)


def first_letters(terms: Iterable[str]) -> frozenset[str]:
    """Return the letters that `terms` begin with, as `tokenise` looks at them."""
    return frozenset(fold_kana(term[:1]) for term in terms)


def terms(text: str) -> list[str]:
    """Return the terms of a raw text, in reading order, repeated as they occur."""
    return [token.term for token in tokenise(fold(text))]


def query_terms(text: str) -> list[str]:
    """Return the distinct terms of a question, without the phrases of asking if others remain.

    English words of asking stay: they cost nothing where they are common, and among short
    questions and answers ("how do I", "can I") they tell kinds of questions apart.
    """
    folded = fold(text)
    asked = dict.fromkeys(token.term for token in tokenise(without_question_phrases(folded)))
    return list(asked or dict.fromkeys(token.term for token in tokenise(folded)))


def unfinished_word(text: str) -> str:
    """Return the last word of a text that is being typed, folded; empty if it is not one.

    Of two letters at least, in an alphabet: what an unfinished Hangul or kana stands for is known
    to the keys only.
    """
    folded = fold(text)
    runs = list(_RUN.finditer(folded))
    if not runs or runs[-1].lastgroup != "word" or runs[-1].end() != len(folded):
        return ""
    word = runs[-1].group().replace("’", "'")
    return word if len(word) >= _SHORTEST_PREFIX else ""


def without_just_begun(text: str) -> str:
    """Return a text being typed without the letter of a word, or of a syllable, that it ends with.

    One letter may become anything: what happens to hold it as a word is no answer, and a model
    reads it as a word of its own. All of the text comes back if that is all there is.
    """
    begun = _JUST_BEGUN.sub("", text)
    return begun if begun.strip() else text


def _korean(word: str, start: int) -> Iterator[Token]:
    """Yield pairs of syllables, and what may be a word of one syllable: 돈 of 돈이 and 돈을.

    Whole words and all single syllables beside the pairs bring up what shares little
    (docs/relevance.md).
    """
    if len(word) <= 2:
        yield Token(word[0], start, start + 1)
    for i in range(len(word) - 1):
        yield Token(word[i : i + 2], start + i, start + i + 2)


def singular(word: str) -> str:
    """Return an English word without the s of its plural; other words keep theirs, harmlessly.

    The "S" stemmer of Harman (1991), "How effective is suffixing?".
    """
    if len(word) < 4 or not word.endswith("s") or not word.isascii():
        return word
    if word.endswith("ies"):
        return word if word[-4] in "ae" else word[:-3] + "y"
    if word.endswith("es"):
        return word if word[-3] in "aeo" else word[:-1]
    return word if word[-2] in "us" else word[:-1]


def strip_particle(word: str) -> str:
    """Return a Korean word without the particle behind it; two syllables always remain."""
    found = _PARTICLES.search(word, 2)
    return word[: found.start()] if found else word


def _ideographs(run: str, start: int, firsts: AbstractSet[str] | None = None) -> Iterator[Token]:
    """Yield pairs of characters, and what is one of a kind as hiragana.

    A pair of katakana stands for the same in hiragana; one half of it does not, or it would be
    taken for grammar. A run of nothing but hiragana is a word if it is not grammar.
    """
    if len(run) == 1:
        yield Token(run, start, start + 1)
    is_word = bool(_HIRAGANA_ONLY.fullmatch(run)) and not is_japanese_grammar(run)
    letters = run if firsts is None else fold_kana(run)
    for i in range(len(run) - 1):
        if firsts is not None and letters[i] not in firsts:
            continue
        pair = run[i : i + 2]
        if _KATAKANA_ONLY.fullmatch(pair):
            yield Token(fold_kana(pair), start + i, start + i + 2)
        elif is_word or not _HIRAGANA_ONLY.fullmatch(pair):
            yield Token(fold_kana(pair) if is_word else pair, start + i, start + i + 2)
