"""Text to terms in every script, and the words that only ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.normalise import fold
from search.analysis.question_words import is_question_word
from search.analysis.tokens import (
    first_letters,
    query_terms,
    singular,
    strip_particle,
    terms,
    tokenise,
    without_just_begun,
)
from search.analysis.variants import fold_kana


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reset your password", ["reset", "your", "password"]),
        ("I can’t sign-in (error 404)", ["i", "can't", "sign", "in", "error", "404"]),
        ("snake_case and C++", ["snake", "case", "and", "c"]),
        ("Où est ma commande?", ["ou", "est", "ma", "commande"]),
        ("Где мой заказ", ["где", "мои".replace("и", "й"), "заказ"]),
        ("退款", ["退款"]),
        ("申请退款", ["申请", "请退", "退款"]),
        ("退 款", ["退", "款"]),
        ("パスワード", ["ぱす", "すわ", "わー", "ーど"]),
        ("環境を作る", ["环境", "境を", "を作", "作る"]),
        ("ありがとう", ["あり", "りが", "がと", "とう"]),
        ("Astroのような", ["astro"]),
        ("について", []),
        ("환불", ["환", "환불"]),
        ("\U00020bb7野家", ["\U00020bb7野", "野家"]),
        ("iPhone로 결제", ["iphone", "로", "결", "결제"]),
        ("Wi-Fi設定", ["wi", "fi", "设定"]),
        ("", []),
        ("?!… 。、 😀", []),
    ],
)
def test_each_script_is_cut_its_own_way(text, expected):
    assert terms(text) == expected


def test_a_korean_word_is_found_with_and_without_its_particle():
    assert set(terms("비밀번호")) <= set(terms("비밀번호를 바꾸고 싶어요"))
    assert "환불" in terms("환불은")
    assert "환불" in terms("환불")


def test_a_korean_word_of_one_syllable_is_found_with_and_without_its_particle():
    assert {"돈"} == set(terms("돈")) & set(terms("돈이")) & set(terms("돈을"))


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("비밀번호를", "비밀번호"),
        ("고객센터에서는", "고객센터"),
        ("서울에서", "서울"),
        ("환불은", "환불"),
        ("환불", "환불"),
        ("나", "나"),
        ("우리", "우리"),
        ("배송도", "배송"),
    ],
)
def test_a_particle_is_taken_off_but_two_syllables_remain(word, stem):
    assert strip_particle(word) == stem


def test_width_and_composition_do_not_change_the_terms():
    assert terms("ﾊﾟｽﾜｰﾄﾞ ＡＢＣ") == terms("パスワード ABC")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("申請退款", "申请退款"),
        ("怎麼更改帳號", "怎么更改帐号"),
        ("国際発送", "國際發送"),
        ("ウェブサイト", "ウエブサイト"),
        ("人々の声", "人人の声"),
        ("ｸｰﾎﾟﾝ", "クーポン"),
    ],
)
def test_ways_of_writing_one_word_give_the_same_terms(one, other):
    assert terms(one) == terms(other)
    assert query_terms(one) == query_terms(other)


def test_a_word_typed_in_hiragana_finds_the_one_in_katakana():
    assert set(query_terms("くーぽん")) == set(terms("クーポン"))
    assert set(terms("クーポン")) <= set(query_terms("くーぽんのつかいかた"))


def test_a_particle_behind_katakana_is_not_taken_for_katakana():
    assert "とで" not in terms("ソフトで")


@given(
    st.text(
        st.one_of(
            st.characters(min_codepoint=32, max_codepoint=0x24F),
            st.sampled_from("환불을비밀번호パスワードありがとう退款帳號ー々ｱﾞㅂ'’_ 😀"),
        ),
        max_size=60,
    )
)
def test_every_term_stands_where_it_says(text):
    folded = fold(text)
    for token in tokenise(folded):
        written = folded[token.start : token.end].replace("’", "'")
        assert token.term in (singular(written), fold_kana(written))
        assert not any(char.isspace() for char in token.term)


@given(
    st.text(
        st.sampled_from("refundsies환불을비밀パスワードぱすーありがとう退款帳々’'_ a1"), max_size=40
    ),
    st.text(
        st.sampled_from("refundsies환불을비밀パスワードぱすーありがとう退款帳々’'_ a1"), max_size=40
    ),
)
def test_looking_for_some_terms_misses_none_of_them(text, sought):
    wanted = set(terms(sought))
    found = [token for token in tokenise(fold(text), first_letters(wanted))]
    assert [t for t in found if t.term in wanted] == [
        t for t in tokenise(fold(text)) if t.term in wanted
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do I reset my password?", ["how", "do", "i", "reset", "my", "password"]),
        ("怎么退款", ["退款"]),
        ("怎么", ["怎么"]),
        ("어떻게 해지", ["해", "해지"]),
        ("refund refunds REFUND", ["refund"]),
    ],
)
def test_phrases_of_asking_without_spaces_are_cut_out_unless_nothing_else_is_asked(
    question, expected
):
    assert query_terms(question) == expected


@pytest.mark.parametrize("word", ["how", "what's", "can't", "어떻게", "怎么", "请问"])
def test_words_of_asking_are_known(word):
    assert is_question_word(word)


@pytest.mark.parametrize("word", ["refund", "환불", "退款", "password", "not", "payment"])
def test_words_of_substance_are_not_words_of_asking(word):
    assert is_question_word(word) == (word == "not")


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("refunds", "refund"), ("deliveries", "delivery"), ("boxes", "boxe"), ("status", "status"),
        ("address", "address"), ("bus", "bus"), ("is", "is"), ("movies", "movy"),
        ("shoes", "shoes"),
        ("環境s", "環境s"),
    ],
)  # fmt: skip
def test_the_s_of_a_plural_is_cut_off_alike_in_index_and_question(word, stem):
    assert singular(word) == stem


@pytest.mark.parametrize(
    ("typed", "settled"),
    [
        ("reset w", "reset "),
        ("café é", "café "),
        ("say hello-w", "say hello-"),
        ("退h", "退"),
        ("しょk", "しょ"),
        ("원격 ㄷ", "원격 "),
        ("원ㄱ", "원"),
    ],
)
def test_the_letter_that_a_word_begins_with_is_not_yet_a_word(typed, settled):
    assert without_just_begun(typed) == settled


@pytest.mark.parametrize(
    "typed", ["reset wi", "reset w ", "I don't", "iPhone 7", "v5", "환부", "退", "c", "ㅎㅂ", ""]
)
def test_what_is_more_than_a_letter_or_all_there_is_stays(typed):
    assert without_just_begun(typed) == typed
