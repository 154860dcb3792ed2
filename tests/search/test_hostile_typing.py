"""Whatever is typed, the keys answer and never raise, and what they do is bounded by its length."""

from __future__ import annotations

import random
import unicodedata

import pytest

from search.analysis.readings import DictionaryReadings
from search.keys import LONGEST_KEY, document_keys, lookups, splits, typed_words
from search.keystrokes.matching import MOST_FOUND, match
from search.keystrokes.segment import Segment
from tests.search_documents import make_document, sample_documents

READINGS = DictionaryReadings()
STRINGS = 10_000
ALPHABETS = [
    "abcxyz'’-_ ",
    "환불비밀ㅂㅎㅏㅢㆍ ",
    "退款國国々〇𠮷 ",
    "へんぴんヘンピンーっゃｶﾞ・ゝ",
    "\ud800\udfff\udc00a",
    "\x00\x01\x07\x1b\x7f\x85",
    "\u202a\u202e\u2066\u2069\u200b\u200d\ufeff\u00ad",
    "e\u0301\u0302\u0303\u0327\u0489",
    "".join(map(chr, range(0x1100, 0x1200))),
    "٣३๓１①½ⅷ㍿㌔ﬁ",
    "İıßẞΣςﬀŉǰ",
    "👨\u200d👩\U0001f1f0\U0001f1f7\ufe0f",
    "\U000e0001\U000f0000\U0010ffff\uffff\ufffe",
    "ไทยКириллицаעבריתالعربية",
]


@pytest.fixture(scope="module")
def index():
    documents = enumerate(sample_documents(), 1)
    return Segment.build([(n, document_keys(d, READINGS)) for n, d in documents])


def hostile(count):
    chance = random.Random(4)
    for _ in range(count):
        letters = "".join(chance.sample(ALPHABETS, chance.randint(1, 3)))
        if chance.random() < 0.2:
            letters += chr(chance.randrange(0x110000))
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 60)))
        form = chance.choice(["NFC", "NFD", "NFKC", "NFKD", None])
        yield unicodedata.normalize(form, text) if form else text


def test_ten_thousand_hostile_strings_are_answered(index):
    for text in hostile(STRINGS):
        found = match([index], typed_words(text), [None])
        assert len(found.scores) <= MOST_FOUND, ascii(text)
        assert all(0 < score <= 1.000001 for score in found.scores.values()), ascii(text)


@pytest.mark.parametrize(
    "unit",
    ["a", "a ", "환", "ㅂ", "退", "へ", "へn", "'", "e\u0301", "\ud800", "退a", "re ", "\u202e"],
)
def test_a_megabyte_is_no_more_work_than_its_end(index, unit):
    words = typed_words(unit * (1_000_000 // len(unit)))
    looked_up = [each for word in words for several in lookups(word) for each in several]
    assert len(words) <= 12
    assert len(looked_up) <= 12 * 12
    assert all(len(list(splits(word))) <= 400 for word in words)
    match([index], words, [None])


def test_hostile_titles_have_keys_that_can_be_stored():
    for n, text in enumerate(hostile(600)):
        document = make_document(str(n), text, locale=("en", "ko", "ja", "zh")[n % 4]).storable()
        keys = document_keys(document, READINGS)
        assert type(keys).load(keys.dump()) == keys, ascii(text)
        Segment.build([(1, keys)])


def test_a_long_title_has_keys_of_bounded_length():
    keys = document_keys(make_document("a", "退" * 3_000, locale="zh"), READINGS)
    assert all(len(key) <= LONGEST_KEY for key in keys.weights)
