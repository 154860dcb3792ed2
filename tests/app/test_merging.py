"""Merging: what only one side changed is taken, what both changed differently is a conflict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.merging import merge_sources, merge_texts

BASE = "one\ntwo\nthree\nfour\nfive\n"
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d"]), max_size=12).map("".join)


def kinds(merge):
    return [stretch.kind for stretch in merge.stretches]


def test_changes_in_different_places_are_both_taken():
    merge = merge_texts(BASE, BASE.replace("one", "ONE"), BASE.replace("five", "FIVE"))
    assert merge.is_clean
    assert merge.text == "ONE\ntwo\nthree\nfour\nFIVE\n"


def test_the_same_change_on_both_sides_is_taken_once():
    both = BASE.replace("two", "TWO")
    merge = merge_texts(BASE, both, both)
    assert kinds(merge) == ["same", "both", "same"]
    assert merge.text == both


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace("two", "2"), BASE.replace("two", "zwei")),
        (BASE.replace("two\n", ""), BASE.replace("two", "zwei")),
        (BASE.replace("two", "2"), BASE.replace("three", "3")),
        (BASE.replace("two\n", "two\nx\n"), BASE.replace("two\n", "two\ny\n")),
        (BASE + "x", BASE + "y"),
        (BASE.replace("\n", "\r\n"), BASE.replace("two", "2")),
    ],
    ids=["same line", "one removes", "neighbours", "same gap", "end", "line ends"],
)
def test_changes_in_one_place_conflict_and_both_texts_are_there(mine, theirs):
    merge = merge_texts(BASE, mine, theirs)
    assert not merge.is_clean
    assert "".join(stretch.mine for stretch in merge.stretches) == mine
    assert "".join(stretch.theirs for stretch in merge.stretches) == theirs


def test_a_clean_merge_that_breaks_the_front_matter_is_none():
    base = "---\ntitle: A\ntags: [x]\nid: y\n---\n"
    mine = base.replace("title: A", "owner: Kim\ntitle: A")
    theirs = base.replace("id: y", "id: y\nowner: Lee")
    assert merge_texts(base, mine, theirs).is_clean
    assert merge_sources(base, mine, theirs) is None
    assert merge_sources(base, mine, base) == mine


def test_a_text_of_a_million_equal_lines_is_merged_in_its_own_time():
    base = "a\n" + "\n" * 200_000 + "b\n"
    mine, theirs = "x" + base + "x", "y" + base + "y"
    merge = merge_texts(base, mine, theirs)
    is_whole = "".join(stretch.mine for stretch in merge.stretches) == mine
    assert (merge.is_clean, is_whole) == (False, True)


@given(LINES, LINES, LINES)
def test_nothing_is_lost_whatever_changed(base, mine, theirs):
    merge = merge_texts(base, mine, theirs)
    assert "".join(stretch.base for stretch in merge.stretches) == base
    assert "".join(stretch.mine for stretch in merge.stretches) == mine
    assert "".join(stretch.theirs for stretch in merge.stretches) == theirs
    assert merge_texts(base, theirs, mine).is_clean is merge.is_clean


@given(LINES, LINES)
def test_a_side_that_changed_nothing_yields(base, mine):
    assert merge_texts(base, mine, base).text == mine
    assert merge_texts(base, base, mine).text == mine
    assert merge_texts(base, mine, mine).text == mine
