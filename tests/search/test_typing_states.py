"""Every state of an input method on the way to a title finds the title, once the state tells it.

A state tells a title when it fits fewer than six documents: the keys of a document fit a state if
each typed word, as itself or as anything else it may stand for, begins one of them.
What fits more is ambiguous, and nobody can say which title belongs among the first five. Readings
of Japanese titles were made with UniDic, which the code under test does not use.
"""

from __future__ import annotations

import bisect
import json
import re
from functools import cache
from pathlib import Path

import pytest

from search.analysis.readings import DictionaryReadings
from search.keys import document_keys, lookups, splits, typed_words
from search.keystrokes.matching import match
from search.keystrokes.segment import Segment
from tests.input_methods import (
    initials_of,
    japanese_states,
    korean_states,
    on_latin_layout,
    pinyin_states,
    prefixes,
    steps,
    unconverted_states,
)
from tests.search_documents import make_document, sample_documents, shared_directory

READINGS = DictionaryReadings()
JAPANESE_READINGS = Path(__file__).with_name("japanese_readings.tsv")
AMBIGUOUS_FROM = 6
SHOWN = 5
TITLES_TYPED = 330
SETS = {
    "ko": ("astro_ko", "fastapi_sections_ko", "parakqc"),
    "ja": ("astro_ja", "fastapi_sections_ja"),
    "zh": ("astro_zh", "fastapi_sections_zh"),
}
WRITTEN_IN = {"ko": "[가-힣]", "ja": "[ぁ-ゖァ-ヺ一-鿿]", "zh": "[一-鿿]"}


class Library:
    """Titles of one language, as the search sees them and as a plain list of keys."""

    def __init__(self, locale, titles):
        self.locale, self.titles = locale, titles
        documents = [make_document(str(n), t, locale=locale) for n, t in enumerate(titles, 1)]
        keys = [(n, document_keys(d, READINGS)) for n, d in enumerate(documents, 1)]
        self._segment = Segment.build(keys)
        self._keys = sorted((key, n) for n, each in keys for key in each.weights)

    def first(self, text):
        """The titles that are shown first."""
        found = match([self._segment], typed_words(text), [None]).scores
        return [self.titles[n - 1] for n in list(found)[:SHOWN]]

    def fitting(self, text):
        """The numbers of the documents that fit, found without the index."""
        fitting = None
        for word in typed_words(text):
            if word.share < 1:
                continue
            fit = self._fit(word)
            fitting = fit if fitting is None else fitting & fit
        return fitting or set()

    def _fit(self, word):
        found = [self._beginning(each.key) for several in lookups(word) for each in several]
        if any(found):
            return set().union(*found)
        for one, other in splits(word):
            if fit := self._fit(one) & self._fit(other):
                return fit
        return set()

    def _beginning(self, prefix):
        prefix = prefix.encode()[:32].decode(errors="ignore")
        at = bisect.bisect_left(self._keys, (prefix,))
        found = set()
        while at < len(self._keys) and self._keys[at][0].startswith(prefix):
            found.add(self._keys[at][1])
            at += 1
        return found


@cache
def library(locale, *, everything):
    """The sample help center's titles, and those of the measuring sets."""
    documents = [d for d in sample_documents() if d.locale == locale]
    titles = [d.title for d in documents]
    for name in SETS[locale] if everything else ():
        lines = (shared_directory() / "eval" / name / "corpus.jsonl").read_text(encoding="utf-8")
        titles += [json.loads(line)["title"] for line in lines.splitlines()]
    # Questions make up the number, as titles of documents of their own.
    titles += [question for d in documents for question in d.questions] if everything else []
    written = re.compile(WRITTEN_IN[locale])
    titles = [t for t in dict.fromkeys(titles) if written.search(t) and len(t) <= 40]
    return Library(locale, titles[: 2 * TITLES_TYPED])


@pytest.fixture(params=["sample", "everything"])
def everything(request):
    """Whether the measuring sets are typed too; they need not exist."""
    if request.param == "everything" and not (shared_directory() / "eval" / "astro_ko").is_dir():
        pytest.skip("the measuring sets are not here")
    return request.param == "everything"


def share_found(library, typed):
    """Of (title, state), the share that is found where the state tells it, and the failures."""
    found, lost = 0, []
    for title, state in typed:
        if len(library.fitting(state)) >= AMBIGUOUS_FROM:
            continue
        if title in library.first(state):
            found += 1
        else:
            lost.append((state, title))
    assert found + len(lost) > 100
    return found / (found + len(lost)), lost[:30]


def assert_found(library, typed, least):
    share, lost = share_found(library, typed)
    print(f"{library.locale}: {len(library.titles)} titles, {share:.4f}")
    assert share >= least, lost


def test_every_state_of_a_korean_input_method(everything):
    korean = library("ko", everything=everything)
    typed = [(t, s) for t in korean.titles[:TITLES_TYPED] for s in steps(korean_states(t))]
    assert_found(korean, typed, 0.99)


@pytest.mark.parametrize("form", [initials_of, on_latin_layout])
def test_korean_words_by_their_initials_and_on_the_latin_layout(everything, form):
    korean = library("ko", everything=everything)
    typed = [
        (title, state)
        for title in korean.titles[:TITLES_TYPED]
        for word in re.findall("[가-힣]{2,}", title)
        for state in prefixes(form(word), 2)
    ]
    assert_found(korean, typed, 0.99)


def readings():
    """Title -> words as (written, read)."""
    lines = JAPANESE_READINGS.read_text(encoding="utf-8").splitlines()
    for line in lines:
        title, *words = line.split("\t")
        pairs = (word.split("|") for word in words)
        yield title, [(pair[0], pair[-1]) for pair in pairs]


@pytest.mark.parametrize("states", [japanese_states, unconverted_states])
def test_every_state_of_a_japanese_input_method(everything, states):
    japanese = library("ja", everything=everything)
    known = [(title, words) for title, words in readings() if title in japanese.titles]
    typed = [(t, s) for t, words in known[:TITLES_TYPED] for s in steps(states(words))]
    assert_found(japanese, typed, 0.95)


@pytest.mark.parametrize("together", [2, 4, 40])
def test_every_state_of_a_chinese_input_method(everything, together):
    """From two letters: one begins too much."""
    chinese = library("zh", everything=everything)
    typed = [
        (title, state)
        for title in chinese.titles[:TITLES_TYPED]
        for state in chinese_states(title, together)
        if len(state) > 1
    ]
    assert_found(chinese, typed, 0.97)


def chinese_states(title, together):
    done = ""
    for run in re.findall("[一-鿿]+|[^一-鿿]+", title):
        if "一" <= run[0] <= "鿿":
            syllables = [ways[0] for ways in READINGS.chinese(run)]
            yield from pinyin_states(syllables, run, done=done, together=together)
        done += run
        yield done
