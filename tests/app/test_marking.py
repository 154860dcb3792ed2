"""Marking in an article the words that somebody came for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.marking import mark_passage

MARK = re.compile(r'<mark class="passage">(.*?)</mark>', re.S)


def marked(html, wanted):
    return MARK.findall(mark_passage(html, wanted))


def unmarked(html):
    return html.replace('<mark class="passage">', "").replace("</mark>", "")


@pytest.mark.parametrize(
    ("html", "wanted", "pieces"),
    [
        ("<p>One. Two three. Four.</p>", "Two three", ["Two three."]),
        (
            "<p>Within <strong>five</strong> days. More.</p>",
            "Within five",
            ["Within ", "five", " days."],
        ),
        (
            "<p>한 문장이에요. 환불은 5일 안에\n돌려드려요. 끝.</p>",
            "환불은 5일 안에 돌려",
            ["환불은 5일 안에\n돌려드려요."],
        ),
        (
            "<p>前の文。返金は五日以内です。</p><p>次。</p>",
            "返金は 五日以内",
            ["返金は五日以内です。"],
        ),
        (
            "<tr><td>Card</td><td>Days</td></tr>\n<tr><td>Visa</td><td>3 to 5</td></tr>",
            "Days Visa — 3 to",
            ["Days", "Visa", "3 to 5"],
        ),
        ("<li>First step</li><li>Second step</li>", "First step", ["First step"]),
        ("<p>a &amp; b &lt;c&gt; d</p>", "a & b <c>", ["a &amp; b &lt;c&gt; d"]),
    ],
)
def test_the_words_are_marked_to_the_end_of_the_sentence(html, wanted, pieces):
    assert marked(html, wanted) == pieces


@pytest.mark.parametrize("wanted", ["", "  ", "abc", "not in the text", "<b>bold</b>", "x" * 300])
def test_html_without_the_words_stays_as_it_is(wanted):
    html = "<p>One. Two three. Four.</p>"
    assert mark_passage(html, wanted) == html


def test_what_was_asked_for_is_never_written_into_the_page():
    html = "<p>Safe &lt;script&gt;alert(1)&lt;/script&gt; text.</p>"
    found = mark_passage(html, "<script>alert(1)</script>")
    assert "<script>" not in found
    assert MARK.search(found)


@given(st.text("ab .<&한。", min_size=4, max_size=12))
def test_marking_changes_nothing_but_the_marks(wanted):
    html = "<p>a b<em>ab . a</em>b</p><ul><li>한ab。ba</li></ul><pre>a &lt; b &amp; a</pre>"
    assert unmarked(mark_passage(html, wanted)) == html


def test_a_huge_article_is_left_alone():
    html = f"<p>{'word ' * 120_000}</p>"
    assert mark_passage(html, "word word") == html
