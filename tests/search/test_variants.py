"""Characters that are one and the same in searching, and those that are not."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.normalise import FoldedText, fold
from search.analysis.question_words import without_question_phrases
from search.analysis.tokens import terms
from search.analysis.variants import fold_han, fold_kana
from search.highlight import Needle, highlights
from tests.search_documents import sample_documents, shared_directory

KANA_AND_HAN = st.text(
    st.one_of(
        st.characters(min_codepoint=0x3005, max_codepoint=0x30FF),
        st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF),
        st.sampled_from("々ゝゞヽヾ國国発髮abc 환"),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("國", "国"),
        ("發票", "发票"),
        ("発送", "发送"),
        ("帳戶設定", "帐户设定"),
        ("手機 飛機", "手机 飞机"),
        ("人々", "人人"),
        ("代々々", "代代代"),
        ("こゝろ", "こころ"),
        ("いすゞ", "いすず"),
        ("づゝ", "づつ"),
        ("バヽ", "バハ"),
        ("々", "々"),
        ("환불 refund", "환불 refund"),
    ],
)
def test_traditional_and_japanese_characters_become_simplified_ones(written, folded):
    assert fold_han(written) == folded


@pytest.mark.parametrize("pair", [("欠", "缺"), ("予", "预"), ("芸", "艺")])
def test_a_japanese_form_that_is_another_word_in_chinese_stays_apart(pair):
    assert fold_han(pair[0]) != fold_han(pair[1])


@given(KANA_AND_HAN)
def test_neither_folding_changes_the_length_and_folding_twice_changes_nothing(text):
    for folding in (fold_han, fold_kana):
        once = folding(text)
        assert len(once) == len(text)
        assert folding(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [("クーポン", "くーぽん"), ("ウェブ", "うえぶ"), ("ヶ月", "カ月"), ("ヴ", "ゔ")],
)
def test_katakana_and_small_vowels_are_plain_hiragana(one, other):
    assert fold_kana(one) == fold_kana(other) == fold_kana(fold_kana(other))


@pytest.mark.parametrize(("one", "other"), [("びょういん", "びよういん"), ("かった", "かつた")])
def test_small_letters_that_tell_words_apart_stay(one, other):
    assert fold_kana(one) != fold_kana(other)


def test_phrases_of_asking_are_found_in_traditional_characters():
    assert without_question_phrases(fold("什麼時候退款")).strip() == "退款"


@pytest.mark.parametrize(
    ("title", "typed", "marked"),
    [
        ("如何申請退款", "退款", "退款"),
        ("變更帳號", "账号 帐号", "帳號"),
        ("国際発送について", "國際發送", "国際発送"),
        ("ｸｰﾎﾟﾝの使い方", "クーポン", "ｸｰﾎﾟﾝ"),
    ],
)
def test_what_was_found_in_another_form_is_marked_as_it_is_written(title, typed, marked):
    spans = highlights(title, Needle.of(typed, typing=False))
    assert [title[start:end] for start, end in spans] == [marked]


def test_the_way_back_holds_with_iteration_marks_and_ligatures():
    folded = FoldedText.of("㍿佐々木の国")
    assert folded.text == fold("㍿佐々木の国") == "株式会社佐佐木の国"
    assert folded.original_span(5, 6) == (2, 3)


def test_few_terms_of_japanese_are_merged_and_none_that_are_two_common_words():
    """Han of two letters, each in three texts or more, must not become one term."""
    texts = [text for d in sample_documents() if d.locale == "ja" for text in _texts(d)]
    for name in ("jsquad_valid", "astro_ja", "fastapi_sections_ja"):
        path = shared_directory() / "eval" / name / "corpus.jsonl"
        if path.is_file():
            rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            texts += [f"{row['title']}\n{row['text']}" for row in rows]
    common = Counter(pair for text in texts for pair in _han_pairs(text))
    merged = defaultdict(set)
    for pair, count in common.items():
        if count >= 3:
            merged[fold_han(pair)].add(pair)
    assert len(common) > 500
    # Two spellings of one word.
    assert [pairs for pairs in merged.values() if len(pairs) > 1] in ([], [{"数箇", "数個"}])


def _texts(document):
    return [document.title, *document.questions, *(s.text for s in document.sections)]


def _han_pairs(text):
    pairs = zip(text, text[1:], strict=False)
    return {a + b for a, b in pairs if all("\u3400" <= char <= "\u9fff" for char in (a, b))}


def test_a_folded_text_gives_the_terms_of_the_text():
    for document in sample_documents():
        assert terms(fold(document.title)) == terms(document.title)
