"""What is marked in a title or an answer, in code points of the text as it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import Needle, highlights


def marked(text, question, *, typing=False):
    """The marked parts of a text."""
    spans = highlights(text, Needle.of(question, typing=typing))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] < right[0] for left, right in zip(spans, spans[1:], strict=False))
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "question", "parts"),
    [
        ("Get a refund to your card", "refund card", ["refund", "card"]),
        ("REFUNDS and Refund", "refund", ["REFUNDS", "Refund"]),
        ("Café crème", "CAFE creme", ["Café", "crème"]),
        ("환불은 언제 되나요", "환불", ["환불"]),
        ("비밀번호를 재설정하기", "비밀번호 재설정", ["비밀번호", "재설정"]),
        ("如何申请退款", "退款怎么申请", ["申请退款"]),
        ("パスワードを忘れた", "パスワード", ["パスワード"]),
        ("ﾊﾟｽﾜｰﾄﾞを変更", "パスワード", ["ﾊﾟｽﾜｰﾄﾞ"]),
        ("１２３円", "123", ["１２３"]),
        ("nothing here", "refund", []),
        ("", "refund", []),
        ("refund", "", []),
    ],
)
def test_the_words_of_the_question_are_marked(text, question, parts):
    assert marked(text, question) == parts


def test_words_of_asking_are_not_marked_where_there_are_others():
    assert marked("How to get a refund", "how do i get a refund") == ["refund"]


@pytest.mark.parametrize(
    "front",
    ["😀", "👨‍👩‍👧 ", "🇰🇷🏽", "\U00020bb7野家 ", "e\u0301\u0323 ", "a\u200bb "],
)
def test_positions_are_code_points_whatever_stands_in_front(front):
    text = f"{front} refund now"
    ((start, end),) = highlights(text, Needle.of("refund", typing=False))
    assert text[start:end] == "refund"


@pytest.mark.parametrize(
    ("text", "question"),
    [("전액 환불 안내", "환불"), ("café menu", "café"), ("がっこう 学校", "学校")],
)
def test_decomposed_text_is_marked_as_a_whole(text, question):
    decomposed = unicodedata.normalize("NFD", text)
    parts = marked(decomposed, question)
    assert [unicodedata.normalize("NFC", part) for part in parts] == [question]


def test_a_character_hidden_in_a_word_is_marked_with_it():
    assert marked("your re\u200bfund today", "refund") == ["re\u200bfund"]


@pytest.mark.parametrize(
    ("text", "typed", "parts"),
    [
        ("Money back", "get my mon", ["Money"]),
        ("Monday refunds", "refund mon", ["Monday", "refunds"]),
        ("Money back", "get my mon ", []),
        ("Money back", "m", []),
        ("Ångström", "ang", ["Ångström"]),
    ],
)
def test_while_typing_the_unfinished_last_word_marks_what_it_begins(text, typed, parts):
    assert marked(text, typed, typing=True) == parts


def test_a_finished_question_marks_no_beginnings():
    assert marked("Money back", "get my mon") == []


def test_a_single_syllable_of_a_longer_korean_word_is_no_match():
    assert marked("불만 접수", "환불") == []


def test_a_single_syllable_asked_for_is_a_match():
    assert marked("법", "법") == ["법"]


TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from("refund 환불 退款 パスワード é😀\u0301ﾞㅂ")),
    max_size=60,
)


@given(TEXTS, TEXTS, st.booleans())
def test_spans_lie_in_any_text_in_order_and_apart(text, question, typing):
    marked(text, question, typing=typing)
