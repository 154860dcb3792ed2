"""Marking in an article the words that somebody came for."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.addresses import passage_url
from app.content import read_content
from app.marking import mark_passage
from app.render import render
from search.analysis.tokens import terms
from search.answer import AskedTerms, choose_answer
from search.document import Document
from search.passages import joined, sentences, split
from search.read_passage import PassageTerms, ReadPassage

ARTICLES = Path(__file__).resolve().parents[2] / "articles"
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


PICTURE = '<p><img alt="A code on a phone" src="/a.svg"></p>'
LABELLED = '<p>Before.</p><div class="admonition"><div class="admonition-title{}">Tip</div>{}</div>'


@pytest.mark.parametrize(
    ("html", "wanted", "pieces"),
    [
        (
            LABELLED.format(" admonition-default", "<p>Then.</p>"),
            "Before. Then",
            ["Before.", "Then."],
        ),
        (LABELLED.format("", "<p>Then.</p>"), "Before. Tip Then", ["Before.", "Tip", "Then."]),
        (
            '<p>One<sup class="footnote-ref">1</sup> and more.</p>',
            "One and more.",
            ["One", " and more."],
        ),
        (f"{PICTURE}<p>Read it. Type it.</p>", "A code on a phone Read it", ["Read it."]),
        (f"<p>Read it.</p>{PICTURE}", "Read it. A code on", ["Read it."]),
        (
            f"{PICTURE}<p>Read it. Type it.</p>",
            "A code on",
            ['<img alt="A code on a phone" src="/a.svg">'],
        ),
        (
            '<p>Look.</p><video aria-label="A film"><a href="/f">A film</a></video><p>Seen.</p>',
            "Look. A film Seen.",
            ["Look.", "Seen."],
        ),
    ],
)
def test_what_plain_text_has_or_lacks_beside_the_page_is_no_hindrance(html, wanted, pieces):
    assert marked(html, wanted) == pieces


@pytest.mark.parametrize(
    ("wanted", "pieces"),
    [
        ("It was once elsewhere. It takes five days now. And mo", ["It takes five days now."]),
        ("It takes five days now. Something that has gone.", ["It takes five days now."]),
        ("以前是别的写法。退款五天内到账。", ["退款五天内到账。"]),
        ("It was once elsewhere. Yes. And no.", []),
    ],
)
def test_where_the_words_do_not_stand_together_the_first_telling_sentence_is_marked(wanted, pieces):
    html = "<p>Yes. It takes five days now.</p><p>And no.</p><p>退款五天内到账。</p>"
    assert marked(html, wanted) == pieces


def sample_articles():
    for path in sorted(ARTICLES.glob("*/*/*.md")):
        if path.stem in ("index", "_category"):
            continue
        content, locale = read_content(path.read_bytes()), path.parts[-3]
        rendered = render(
            content.body, resolve_link=lambda a: a, resolve_media=lambda a: a, locale=locale
        )
        asked = content.questions
        yield (
            rendered.html,
            Document(str(path), path.stem, locale, content.title, rendered.sections, asked),
        )


def answers_of(document):
    """What search answers from an article, to its questions and from each of its sentences."""
    passages = [
        ReadPassage(number, passage, PassageTerms.of(passage))
        for number, passage in enumerate(split(document))
    ]
    for question in (document.title, *document.questions):
        asked = AskedTerms.of(dict.fromkeys(terms(question), 1.0))
        for nearest in range(1, len(passages)):
            yield choose_answer(passages, nearest, asked).text
    for passage in passages[1:]:
        lines = sentences(passage.passage.text)
        yield from (joined(lines[start:]) for start in range(len(lines)))


def test_every_answer_of_the_sample_articles_is_marked_where_it_leads():
    unmarked_answers, asked = [], 0
    for html, document in sample_articles():
        for answer in dict.fromkeys(answers_of(document)):
            query = parse_qs(urlsplit(passage_url("/a#b", answer)).query)
            asked += 1
            # 60 code points are what the widget sends.
            for words in (query["mark"][0], answer[:60]):
                if not marked(html, words):
                    unmarked_answers.append((document.id, words))
    assert asked > 3_000
    assert unmarked_answers == []


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
