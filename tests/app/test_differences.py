"""Differences: every line of both texts is shown once, and what changed in a line is marked."""

from hypothesis import given
from hypothesis import strategies as st

from app.differences import CONTEXT, Gap, around_changes, compare_texts, count_changes, to_inline

TEXTS = st.lists(st.sampled_from(["a b\n", "a c\n", "返品\n", "\n", "환불 정책"]), max_size=10)


def marked(spans):
    return [span.text for span in spans if span.changed]


def test_the_words_that_changed_are_marked():
    (row,) = compare_texts("Send it back within 14 days", "Send it back within 30 days")
    assert row.kind == "changed"
    assert (marked(row.old.spans), marked(row.new.spans)) == (["14"], ["30"])


def test_characters_are_marked_where_a_script_has_no_spaces():
    (row,) = compare_texts("返品は受け付けます", "交換は受け付けます")
    assert (marked(row.old.spans), marked(row.new.spans)) == (["返品"], ["交換"])


def test_lines_are_numbered_on_their_own_side():
    rows = compare_texts("a\nb\nc\n", "a\nc\nd\n")
    shown = [(row.kind, row.old and row.old.number, row.new and row.new.number) for row in rows]
    assert shown == [("same", 1, 1), ("removed", 2, None), ("same", 3, 2), ("added", None, 3)]
    assert count_changes(rows) == (1, 1)


def test_in_one_column_what_goes_stands_before_what_comes():
    lines = to_inline(compare_texts("x\na1\nb1\ny\n", "x\na2\nb2\ny\n"))
    shown = [(line.kind, "".join(span.text for span in line.spans)) for line in lines]
    assert shown == [
        ("same", "x"),
        ("removed", "a1"),
        ("removed", "b1"),
        ("added", "a2"),
        ("added", "b2"),
        ("same", "y"),
    ]


def test_a_different_line_end_is_a_difference():
    assert [row.kind for row in compare_texts("a\n", "a\r\n")] == ["changed"]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_either_form(old, new):
    old, new = "".join(old), "".join(new)
    rows = compare_texts(old, new)
    assert [row.old.text for row in rows if row.old] == old.splitlines()
    assert [row.new.text for row in rows if row.new] == new.splitlines()
    lines = to_inline(rows)
    assert [line.old_number for line in lines if line.old_number] == [
        row.old.number for row in rows if row.old
    ]
    assert [line.new_number for line in lines if line.new_number] == [
        row.new.number for row in rows if row.new
    ]


def test_what_changed_is_shown_with_some_lines_around_it():
    old = [f"{number}\n" for number in range(1, 31)]
    new = [*old[:14], "changed\n", *old[15:]]
    rows = compare_texts("".join(old), "".join(new))
    for lines in (rows, to_inline(rows)):
        shown = around_changes(lines)
        assert (shown[0], shown[-1]) == (Gap(14 - CONTEXT), Gap(15 - CONTEXT))
        assert [line.kind for line in shown[1:4]] == ["same"] * CONTEXT
        assert len(shown) == 2 + 2 * CONTEXT + (1 if lines is rows else 2)


@given(TEXTS, TEXTS)
def test_no_line_is_lost_in_a_gap(old, new):
    rows = compare_texts("".join(old), "".join(new))
    shown = around_changes(rows)
    left_out = sum(line.lines for line in shown if isinstance(line, Gap))
    kept = [line for line in shown if not isinstance(line, Gap)]
    assert len(kept) + left_out == len(rows)
    assert [row for row in rows if row.kind != "same"] == [
        row for row in kept if row.kind != "same"
    ]
    assert all(line.lines > 1 for line in shown if isinstance(line, Gap))
