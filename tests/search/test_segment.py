"""Sorted keys in arrays and in a file: the same answers as a plain list, shared and checked."""

from __future__ import annotations

import mmap
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.damage import KeysDamaged
from search.keys import DocumentKeys, typed_words
from search.keystrokes.key_index import KEYS, KeyIndex, is_outgrown, last_in_file, write_keys
from search.keystrokes.matching import match
from search.keystrokes.segment import Segment
from search.keystrokes.segment_file import open_segment, write_segment
from search.keystrokes.tops import CHOSEN, CROWDED

KEY = st.text("ab退한\u0101", min_size=1, max_size=14).map(lambda text: "l" + text)
DOCUMENTS = st.lists(st.dictionaries(KEY, st.integers(1, 255), max_size=6), max_size=8)


def segment_of(documents, quality=0.0):
    listed = [(n, DocumentKeys(keys, 10, quality)) for n, keys in enumerate(documents, 1)]
    return Segment.build(listed)


def crowded_segment(count=3 * CROWDED):
    chance = random.Random(5)
    documents = [
        (n, DocumentKeys({f"lre{n:05d}": 250, f"lx{n % 7}": 240}, chance.randrange(20, 40),
                         chance.random()))
        for n in range(1, count + 1)
    ]  # fmt: skip
    return Segment.build(documents), documents


def scores(segment, typed, mask=None):
    return match([segment], typed_words(typed), [mask]).scores


@given(DOCUMENTS, KEY)
def test_behind_a_prefix_stand_the_documents_that_have_a_key_with_it(documents, prefix):
    segment = segment_of(documents)
    keys = segment.range_of(prefix.encode()[:32])
    rows, weights = segment.postings(keys)
    found = {}
    for number, weight in zip(segment.numbers[rows].tolist(), weights.tolist(), strict=True):
        found[number] = max(weight, found.get(number, 0))
    expected = {
        n: max(weight for key, weight in keys.items() if key.startswith(prefix))
        for n, keys in enumerate(documents, 1)
        if any(key.startswith(prefix) for key in keys)
    }
    assert found == expected
    assert segment.count(keys) == len(rows)


@given(DOCUMENTS)
def test_the_letters_of_a_key_come_back(documents):
    segment = segment_of(documents)
    every = np.arange(segment.columns.shape[1])
    keys = [bytes(letters).rstrip(b"\0") for letters in segment.letters(every)]
    assert keys == sorted({key.encode()[:32] for keys in documents for key in keys})


@given(st.builds(DocumentKeys, st.dictionaries(KEY, st.integers(1, 255)), st.integers(0, 99),
                 st.floats(0, 1)))  # fmt: skip
def test_keys_come_back_from_the_store_as_they_went_in(keys):
    assert DocumentKeys.load(keys.dump()) == keys


def test_of_a_crowded_prefix_the_most_useful_documents_are_chosen():
    segment, documents = crowded_segment()
    best = sorted(documents, key=lambda d: (-d[1].quality, d[1].size, d[0]))[:CHOSEN]
    assert list(scores(segment, "re")) == [number for number, _ in best]


def test_a_document_that_another_word_brings_up_is_found_behind_a_crowded_prefix():
    segment, documents = crowded_segment()
    worst, _ = min(documents, key=lambda d: d[1].quality)
    whole = next(key[1:] for key in documents[worst - 1][1].weights if key.startswith("lre"))
    assert next(iter(scores(segment, f"{whole} x"))) == worst


def test_two_crowded_words_find_the_documents_with_both():
    segment, documents = crowded_segment(20 * CROWDED)
    found = scores(segment, "re x3")
    assert min(list(found.values())[:CHOSEN]) > 0.9
    assert {number % 7 for number in list(found)[:CHOSEN]} == {3}


def test_of_a_crowded_prefix_those_are_found_that_may_be_seen():
    segment, documents = crowded_segment()
    hidden = {n for n, keys in documents if keys.quality > 0.01}
    mask = ~segment.rows_of(hidden)
    found = set(scores(segment, "re", mask))
    assert found == {n for n, _ in documents} - hidden
    assert found


def test_a_lookup_in_a_crowded_index_touches_little_of_it(monkeypatch):
    """The cost of a letter must not grow with the help center."""
    segment, _ = crowded_segment(20 * CROWDED)
    touched, postings = [], Segment.postings

    def watched(self, keys):
        touched.append(self.count(keys))
        return postings(self, keys)

    monkeypatch.setattr(Segment, "postings", watched)
    assert scores(segment, "re")
    assert sum(touched) == 0


@given(DOCUMENTS)
def test_a_file_holds_what_was_written(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("keys") / KEYS
    segment = segment_of(documents, quality=0.5)
    write_segment(path, segment)
    again = open_segment(path)
    for name, array in segment.arrays().items():
        assert np.array_equal(again.arrays()[name], array), name


def test_an_opened_file_is_shared_and_not_copied(tmp_path):
    write_segment(tmp_path / KEYS, crowded_segment()[0])
    for name, array in open_segment(tmp_path / KEYS).arrays().items():
        assert not array.flags.writeable, name
        owner = array
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(getattr(owner, "obj", owner), mmap.mmap), name


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "gone", "other", "header"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / KEYS
    write_segment(path, crowded_segment()[0])
    content = path.read_bytes()
    middle = len(content) // 2
    changed = {
        "cut": content[:-100],
        "changed": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "gone": b"",
        "other": b"PK\x03\x04" + content[4:],
        "header": content.replace(b'"rows"', b'"cows"', 1),
    }[damage]
    path.write_bytes(changed)
    if damage == "gone":
        path.unlink()
    with pytest.raises(KeysDamaged):
        open_segment(path)


def test_a_file_is_replaced_in_one_step_while_it_is_read(tmp_path):
    write_keys(tmp_path, [(1, DocumentKeys({"lrefund": 250}, 6, 0.0))])
    opened = open_segment(tmp_path / KEYS)
    write_keys(tmp_path, [(2, DocumentKeys({"lother": 250}, 5, 0.0))])
    assert set(scores(opened, "refund")) == {1}
    assert set(scores(open_segment(tmp_path / KEYS), "other")) == {2}
    assert [path.name for path in tmp_path.iterdir()] == [KEYS]


class TestKeyIndex:
    def keys(self, *words):
        return DocumentKeys({f"l{word}": 250 for word in words}, 6, 0.0)

    def found(self, index, typed):
        masks = [None] * len(index.segments)
        return set(match(index.segments, typed_words(typed), masks).scores)

    def test_what_comes_after_the_file_is_added(self, tmp_path):
        write_keys(tmp_path, [(1, self.keys("refund"))])
        index = KeyIndex.open(tmp_path)
        assert index.last == last_in_file(tmp_path) == 1
        index.change({2: self.keys("refunds")}, [])
        assert self.found(index, "refund") == {1, 2}

    def test_what_the_file_holds_is_not_added_twice(self, tmp_path):
        write_keys(tmp_path, [(1, self.keys("refund"))])
        index = KeyIndex.open(tmp_path)
        index.change({1: self.keys("refund")}, [])
        assert sum(map(len, index.segments)) == 1

    def test_small_segments_are_put_together(self, tmp_path):
        write_keys(tmp_path, [])
        index = KeyIndex.open(tmp_path)
        for number in range(1, 40):
            index.change({number: self.keys("refund")}, [number - 2])
            assert len(index.segments) <= 8
            assert {number, number - 1} - {0} <= self.found(index, "ref")

    def test_a_new_file_is_followed_and_what_came_after_it_is_kept(self, tmp_path):
        write_keys(tmp_path, [(1, self.keys("refund"))])
        index = KeyIndex.open(tmp_path)
        index.change({2: self.keys("refunds")}, [])
        index.change({3: self.keys("refunded")}, [])
        write_keys(tmp_path, [(1, self.keys("refund")), (2, self.keys("refunds"))])
        index.follow()
        assert self.found(index, "refund") == {1, 2, 3}
        assert sum(map(len, index.segments)) == 3

    def test_a_file_that_turns_out_damaged_leaves_what_was_there(self, tmp_path):
        write_keys(tmp_path, [(1, self.keys("refund"))])
        index = KeyIndex.open(tmp_path)
        temporary = tmp_path / "new"
        temporary.write_bytes(b"nothing")
        temporary.replace(tmp_path / KEYS)
        with pytest.raises(KeysDamaged):
            index.follow()
        index.follow()
        assert self.found(index, "refund") == {1}

    def test_a_file_is_outgrown_by_a_fair_share(self):
        assert not is_outgrown(newer=500, total=500)
        assert is_outgrown(newer=501, total=501)
        assert not is_outgrown(newer=2_000, total=10_000)
        assert is_outgrown(newer=3_000, total=10_000)


def test_the_same_documents_in_several_segments_are_found_alike():
    documents = [
        (n, DocumentKeys({f"lword{n}": 250, "lrefund": 240}, n, 0.0)) for n in range(1, 30)
    ]
    whole = Segment.build(documents)
    parts = [Segment.build(part) for part in (documents[:9], documents[9:10], documents[10:])]
    for typed in ("refund", "word7", "word refund", "wrod12", "zzz"):
        one = match([whole], typed_words(typed), [None])
        several = match(parts, typed_words(typed), [None] * 3)
        assert one.scores == several.scores
        assert one.corrected == several.corrected
