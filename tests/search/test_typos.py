"""Words with a slip find what was meant, and little else."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.keystrokes import keystrokes
from search.analysis.readings import DictionaryReadings
from search.keys import document_keys, typed_words
from search.keystrokes.matching import match
from search.keystrokes.segment import Segment
from search.keystrokes.typos import distances, near_ranges
from tests.input_methods import LAYOUT, Hangul, letters_of
from tests.search_documents import make_document, sample_documents, shared_directory

READINGS = DictionaryReadings()
EDITS = 1_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SETS = {"en": ("astro_en", "arduino_en", "stackfaq"), "ko": ("astro_ko", "parakqc")}


def index_of(*titles, locale="en"):
    documents = [make_document(str(n), t, locale=locale) for n, t in enumerate(titles, 1)]
    return Segment.build([(n, document_keys(d, READINGS)) for n, d in enumerate(documents, 1)])


def found(index, typed):
    return match([index], typed_words(typed), [None])


@pytest.mark.parametrize(
    "typed",
    [
        "refnud",
        "refun",
        "refudn",
        "reund",
        "reffund",
        "tefund",
        "efund",
        "rrfu",
        "Refubd",
        "refund?",
    ],
)
def test_one_slip_in_a_word_is_forgiven_also_in_an_unfinished_one(typed):
    assert set(found(index_of("Get a refund", "Passwords"), typed).scores) == {1}


@pytest.mark.parametrize("typed", ["notificatoin", "notifcatoin", "notifictaoin", "notificashun"])
def test_two_slips_in_a_long_word_are_forgiven(typed):
    index = index_of("App notifications", "Passwords")
    assert set(found(index, typed).scores) == ({1} if typed != "notificashun" else set())


@pytest.mark.parametrize("typed", ["rxfxnd", "rfe", "efu", "xyz"])
def test_more_slips_than_that_or_a_short_word_are_not(typed):
    assert found(index_of("Get a refund"), typed).scores == {}


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("비밀벊호", "비밀번호 바꾸기"),
        ("환불글", "환불금 안내"),
        ("베송", "배송 조회"),
        ("빼송조히", "배송조회"),
    ],
)  # fmt: skip
def test_a_wrong_jamo_is_one_slip(typed, title):
    assert 1 in found(index_of(title, "영수증", locale="ko"), typed).scores


def test_a_slip_counts_less_than_what_was_typed_and_a_neighbouring_key_more_than_another():
    index = index_of("Refund")
    exact, beside, far = (found(index, typed).scores[1] for typed in ("refu", "rwfund", "rpfund"))
    assert exact > beside > far


def test_what_was_found_by_a_slip_says_so():
    index = index_of("Refund")
    assert found(index, "refnud").corrected
    assert not found(index, "refund").corrected


def test_slips_are_not_looked_for_when_the_word_is_there():
    index = index_of("Form", "From A", "From B", "From C")
    assert set(found(index, "from").scores) == {2, 3, 4}


def test_a_finished_word_is_not_taken_for_the_beginning_of_another():
    index = index_of("Openingsdays of shops")
    assert found(index, "shops openng").scores[1] > 0.7
    assert found(index, "shops openng ").scores[1] < 0.6
    assert found(index, "shops openn").scores[1] > 0.7
    assert found(index, "shops openn ").scores[1] < 0.6


def test_a_slip_is_not_believed_among_words_that_are_not_there():
    index = index_of("Opening hours")
    assert found(index, "any openng").scores
    assert found(index, "any job openng").scores == {}


def reference_distance(word, key):
    """Optimal string alignment, written plainly; a neighbouring key costs what any other does."""
    width = len(key) + 1
    table = [list(range(width)), *([i] + [0] * len(key) for i in range(1, len(word) + 1))]
    for i in range(1, len(word) + 1):
        for j in range(1, len(key) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (word[i - 1] != key[j - 1]),
            )
            if i > 1 and j > 1 and word[i - 1] == key[j - 2] and word[i - 2] == key[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table


@given(st.text("aqzpm", min_size=1, max_size=9), st.text("aqzpm", min_size=1, max_size=9))
def test_the_distance_is_the_plain_one_but_for_neighbouring_keys(word, key):
    letters = np.frombuffer(key.encode().ljust(31, b"\0"), np.uint8)[np.newaxis]
    table = reference_distance(word, key)
    for whole, expected in ((True, table[-1][-1]), (False, min(table[-1]))):
        (cost,) = distances(letters, word, 2, whole=whole)
        if expected <= 2:
            assert 0.7 * expected - 1e-3 <= cost <= expected + 1e-3
        else:
            assert cost > 2 * 0.7 - 1e-3


@given(st.text(LETTERS, min_size=4, max_size=12), st.data())
def test_every_word_one_edit_away_is_near(word, data):
    index = index_of(word)
    edited = edit(word, data.draw(st.randoms(use_true_random=False)))
    if edited != word:
        assert near_ranges(index, "l", edited, whole=True) or len(edited) < 4


def edit(word, chance, letters=LETTERS):
    at = chance.randrange(len(word))
    letter, head, tail = chance.choice(letters), word[:at], word[at:]
    return chance.choice(
        [
            head + tail[1:],
            head + letter + tail,
            head + letter + tail[1:],
            head + tail[1:2] + tail[:1] + tail[2:],
        ]
    )


def titles_of(locale):
    titles = [d.title for d in sample_documents() if d.locale == locale]
    for name in SETS[locale]:
        path = shared_directory() / "eval" / name / "corpus.jsonl"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            titles += [json.loads(line)["title"] for line in lines]
    return list(dict.fromkeys(titles))


def slips(locale, count):
    """Yield (title, the title with a slip in one word, the word with a slip), always the same."""
    chance = random.Random(20_261_122)
    titles = titles_of(locale)
    words = {"en": "[A-Za-z]{4,}", "ko": "[가-힣]{2,}"}[locale]
    while count:
        title = chance.choice(titles)
        spans = [m.span() for m in re.finditer(words, title) if len(keystrokes(m[0])) >= 4]
        if not spans:
            continue
        start, end = chance.choice(spans)
        word = title[start:end].lower() if locale == "en" else title[start:end]
        slip = edit(word, chance) if locale == "en" else wrong_letter(word, chance)
        if slip != word:
            yield title, title[:start] + slip + title[end:], slip, word
            count -= 1


def wrong_letter(word, chance):
    """A Korean word with one edit in what is typed, as the input method shows it."""
    typed = [letter for char in word for letter in letters_of(char)]
    typed = edit("".join(typed), chance, "".join(LAYOUT))
    method = Hangul()
    return [method.type(letter) for letter in typed][-1] if typed else word


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_title_with_one_slip_is_among_the_first_five(locale):
    titles = titles_of(locale)
    index = index_of(*titles, locale=locale)
    lost = []
    for title, typed, _, _ in slips(locale, EDITS):
        first = list(found(index, typed).scores)[:5]
        if title not in [titles[n - 1] for n in first]:
            lost.append((typed, title))
    print(f"{locale}: {len(titles)} titles, {1 - len(lost) / EDITS:.3f}")
    assert len(lost) <= 0.03 * EDITS, lost[:20]


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_word_with_one_slip_finds_the_title_that_alone_has_it(locale):
    """Alone: no more than five titles hold the word that was meant."""
    titles = titles_of(locale)
    index = index_of(*titles, locale=locale)
    held = Counter(
        {w: len(found(index, w).scores) for w in {word for *_, word in slips(locale, EDITS)}}
    )
    asked, lost = 0, []
    for title, _, slip, word in slips(locale, EDITS):
        if held[word] <= 5 and len(keystrokes(slip)) >= 4:
            asked += 1
            if title not in [titles[n - 1] for n in list(found(index, slip).scores)[:5]]:
                lost.append((slip, word, title))
    print(f"{locale}: {asked} words, {1 - len(lost) / asked:.3f}")
    assert len(lost) <= 0.05 * asked, lost[:20]
