"""What reading a text alone tells."""

import pytest

from app.editor.writing_checks import (
    count_wordless_pictures,
    find_skipped_headings,
    measure_sentences,
)


def sections(*texts):
    return [{"text": text} for text in texts]


def test_sentences_are_counted_in_words_where_there_are_blanks():
    long = " ".join(["word"] * 30) + "."
    found = measure_sentences(sections(f"Two words here. {long}", "Version 2.5 is out"), "en")
    assert (found.unit, found.longest, found.limit) == ("words", 30, 25)
    assert found.too_long == (long,)


@pytest.mark.parametrize(
    ("locale", "text", "limit"),
    [
        ("ja", "返金" * 31 + "。短い文。", 60),
        ("ko", "환불" * 26 + ". 짧다.", 50),
        ("zh-Hant", "退款" * 23 + "。好。", 45),
    ],
)
def test_and_in_characters_where_there_are_none(locale, text, limit):
    found = measure_sentences(sections(text), locale)
    assert (found.unit, found.limit, len(found.too_long)) == ("characters", limit, 1)


def test_no_text_has_no_sentences():
    assert measure_sentences(sections("", "\n"), "en") is None


def test_a_heading_two_levels_down_skips_one():
    levels = [{"level": 2, "text": "a"}, {"level": 4, "text": "b"}, {"level": 3, "text": "c"}]
    assert find_skipped_headings(levels) == ["b"]


def test_pictures_without_words_are_counted():
    html = '<img src="a" alt=""><img src="b"><img src="c" alt="A cat">'
    assert count_wordless_pictures(html) == 2
