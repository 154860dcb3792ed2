"""Articles are cut so that nothing is lost, nothing is too long, and each piece knows its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Section
from search.passages import PASSAGE_TOKENS, beginning, estimated_tokens, joined, sentences, split
from tests.search_documents import make_document, sample_documents

TEXTS = st.text(
    st.one_of(
        st.sampled_from("abc refund. Press it! Why? 1.5 e.g. … \n\n"),
        st.sampled_from("환불은 어떻게 하나요? 退款。怎么办！何をする？はい、😀"),
        st.characters(min_codepoint=32, max_codepoint=0x3000),
    ),
    max_size=400,
)


def visible(text):
    return "".join(text.split())


def sections_of(*texts):
    return tuple(Section((f"H{i}",), f"h{i}", text) for i, text in enumerate(texts))


@settings(max_examples=150)
@given(st.lists(TEXTS, max_size=3), st.integers(1, 6))
def test_no_character_is_lost_or_moved(texts, times):
    texts = [text * times for text in texts]
    passages = split(make_document("a", "Title", sections=sections_of(*texts)))
    for number, text in enumerate(texts):
        own = [p.text for p in passages[1:] if p.anchor == f"h{number}"]
        assert visible("".join(own)) == visible(text)


@settings(max_examples=150)
@given(TEXTS, st.integers(1, 8))
def test_no_passage_is_longer_than_the_bound(text, times):
    for passage in split(make_document("a", "T", sections=sections_of(text * times)))[1:]:
        assert estimated_tokens(passage.text) <= PASSAGE_TOKENS + len(passage.text.split("\n"))
        assert passage.text.strip()


@pytest.mark.parametrize("char", ["a", "환", "退", "😀", "x y "])
def test_a_sentence_without_an_end_is_cut_to_the_bound(char):
    text = char * 3_000
    passages = split(make_document("a", "T", text))[1:]
    assert all(estimated_tokens(p.text) <= PASSAGE_TOKENS for p in passages)
    assert visible("".join(p.text for p in passages)) == visible(text)
    # Neither many small pieces.
    assert len(passages) <= 2 * estimated_tokens(text) / PASSAGE_TOKENS + 1


def test_a_long_sentence_is_cut_between_words():
    passages = split(make_document("a", "T", "refund " * 500))[1:]
    assert {word for p in passages for word in p.text.split()} == {"refund"}


def test_position_0_is_the_title_and_the_questions():
    first = split(make_document("a", "Refunds", "Text.", questions=("money back?", "return")))[0]
    assert (first.position, first.anchor, first.path) == (0, "", ())
    assert first.text == "Refunds\nmoney back?\nreturn"
    assert first.embedded_text("Refunds") == first.text


@pytest.mark.parametrize(
    ("title", "half"),
    [
        ("Delete your private account", "Delete your private"),
        ("Track a delivery", "Track a"),
        ("How do I delete my account?", "How do I delete"),
        ("비밀번호를 바꾸는 두 방법", "비밀번호를 바"),
        ("パスワードを再設定する", "パスワードを"),
        ("如何重置密码和邮箱", "如何重置"),
    ],
)
def test_a_beginning_is_the_first_half_to_the_end_of_its_word(title, half):
    begun = beginning(make_document("a", title, "Text."))
    assert begun.text == half
    assert begun.position < 0
    assert begun.embedded_text(title) == half


def test_the_questions_begin_as_the_title_does():
    questions = ("Give back what I bought", "Return")
    begun = beginning(make_document("a", "Refund an order", questions=questions))
    assert begun.text == "Refund an\nGive back what\nReturn"


@pytest.mark.parametrize(
    "title", ["Refunds", "환", "Get a refund", "What can I do by telephone?", "如何退款"]
)
def test_where_a_half_is_the_whole_or_only_asks_there_is_no_beginning(title):
    assert beginning(make_document("a", title)) is None


@given(st.text(max_size=60))
def test_every_title_begins_with_its_beginning(title):
    begun = beginning(make_document("a", title))
    assert begun is None or title.startswith(begun.text)


def test_an_article_without_text_still_has_its_title():
    assert [p.text for p in split(make_document("a", "Refunds"))] == ["Refunds"]


def test_positions_count_up_and_sections_are_not_mixed():
    sections = (
        Section((), "", "Opening."),
        Section(("Pay",), "pay", "By card."),
        Section(("Pay", "Card"), "card", "Visa. " * 300),
    )
    passages = split(make_document("a", "T", sections=sections))
    assert [p.position for p in passages] == list(range(len(passages)))
    assert [p.path for p in passages[:3]] == [(), (), ("Pay",)]
    assert {p.path for p in passages[3:]} == {("Pay", "Card")}
    assert {p.anchor for p in passages[3:]} == {"card"}
    assert len(passages) > 4


def test_a_passage_is_embedded_with_its_title_and_headings():
    section = Section(("Pay", "Card"), "card", "Press it again.")
    passage = split(make_document("a", "Orders", sections=(section,)))[1]
    assert passage.embedded_text("Orders") == "Orders — Pay — Card\nPress it again."


def test_short_sentences_share_a_passage():
    assert len(split(make_document("a", "T", "One. Two. Three.\n\nFour."))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("退款需要三天。请耐心等待！好吗？", ["退款需要三天。", "请耐心等待！", "好吗？"]),
        ("環境です。はい", ["環境です。", "はい"]),
        ("환불됩니다. 감사합니다.", ["환불됩니다.", "감사합니다."]),
        ("Version 1.5 costs 3.50", ["Version 1.5 costs 3.50"]),
        ("first\nsecond\n\nthird", ["first", "second", "third"]),
        ("  \n ", []),
    ],
)
def test_sentences_end_where_they_do_in_each_language(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("Open settings.", "Choose a plan."), "Open settings. Choose a plan."),
        (("設定を開きます。", "プランを選びます。"), "設定を開きます。プランを選びます。"),
        (("打开设置！", "Choose a plan"), "打开设置！Choose a plan"),
        (("설정을 여세요.", "요금제를 고르세요."), "설정을 여세요. 요금제를 고르세요."),
        (("ログイン", "パスワード"), "ログイン パスワード"),
        ((), ""),
    ],
)
def test_sentences_are_joined_as_they_are_read(pieces, expected):
    assert joined(pieces) == expected


@pytest.mark.parametrize("locale", ["en", "ko", "ja", "zh"])
def test_the_sample_help_center_is_cut_within_the_bound(locale):
    for document in sample_documents():
        if document.locale == locale:
            for passage in split(document)[1:]:
                assert estimated_tokens(passage.text) <= 1.05 * PASSAGE_TOKENS
