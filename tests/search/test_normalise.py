"""One spelling for what is written in many ways, and the way back to the original."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis.normalise import FoldedText, fold
from tests.search_documents import sample_documents

# What people write in the four languages, with the characters that make folding hard.
REALISTIC = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.sampled_from("éüñçßœÅøÀıŁž€½№™…—’“”¡¿\u00a0"),
        st.sampled_from("환불비밀번호뷁가힣ㅂㅎㅏㅢ"),
        st.sampled_from("あがぱんっょーアガパヴｱｶﾞﾊﾟｰ々〆"),
        st.sampled_from("退款訂單帳號１Ａ｡「」、。！？㍿㌔①\U00020bb7"),
        st.sampled_from("\u200b\u200d\u200e\u202e\u2066\u2069\ufeff\u00ad\ufe0f"),
        st.sampled_from("😀👍🏽👨\u200d👩\u200d👧🇰🇷\n\t"),
    ),
    max_size=40,
)
SAMPLES = [
    "Où est ma commande ? Déjà payée…",
    "환불은 언제 되나요?",
    "パスワードを忘れた、どうすれば？",
    "怎么申请退款？请问运费谁付",
    "訂單編號１２３（ＡＢＣ）",
    "ｶｽﾀﾏｰｻﾎﾟｰﾄのﾒｰﾙ",
    "ﬁle ½ ㎏ №5 ㍿ ①",
    "İstanbul STRASSE straße ΟΔΟΣ Ёлка Йод",
    "👨‍👩‍👧 gift 🎁 cards 🇯🇵",
    "a\u200bb\u00adc\ufeffd",
    "tab\tand\nline",
]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("RÉSUMÉ Café", "resume cafe"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("ﬁle", "file"),
        ("Straße", "strasse"),
        ("ｶﾞｯｺｳ", "ガッコウ"),
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("Ёлка", "елка"),
        ("йод", "йод"),
        ("ΟΔΌΣ", "οδοσ"),
        ("㍿", "株式会社"),
        ("\u2126", "ω"),
        ("帳號與密碼", "帐号与密码"),
        ("国際発送", "国际发送"),
        ("佐々木", "佐佐木"),
    ],
)
def test_width_case_and_accents_do_not_matter(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("text", ["환불 방법", "ガッツポーズ", "パスワード", "が", "café", "Ế"])
def test_decomposed_letters_fold_as_composed_ones(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "letters", ["ㅂ", "ㅎㅂ", "ㅂㅁㅂㅎ", "비밀버ㄴ", "환ㅂ", "ㄲ", "ㅢ", "ㄳ"]
)
def test_the_lone_letters_an_input_method_shows_stay_what_they_are(letters):
    assert fold(letters) == letters


def test_a_sigh_in_korean_letters_stays_as_it_is_typed():
    assert fold("ㅋㅋㅠㅠ") == "ㅋㅋㅠㅠ"


def test_a_lone_surrogate_is_dropped():
    for lone in ("\ud800", "\udfff", "\ud83d"):
        assert fold(f"re{lone}fund é") == "refund e"


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u034f"]
)
def test_characters_of_no_width_are_dropped(unseen):
    assert fold(f"re{unseen}fund") == "refund"
    assert fold(f"환{unseen}불") == "환불"


@pytest.mark.parametrize(
    "mark", ["\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u061c"]
)
def test_marks_of_writing_direction_are_dropped(mark):
    assert fold(f"{mark}refund{mark}") == "refund"


def test_line_breaks_and_tabs_still_separate_words():
    assert fold("one\ntwo\tthree\r\nfour").split() == ["one", "two", "three", "four"]


@pytest.mark.parametrize("separator", ["\u000b", "\u000c", "\u0085", "\u2028", "\u2029", "\u00a0"])
def test_every_kind_of_space_still_separates_words(separator):
    assert fold(f"one{separator}two").split() == ["one", "two"]


@settings(max_examples=300)
@given(REALISTIC)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@settings(max_examples=300)
@given(REALISTIC, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_folding_does_not_depend_on_how_the_text_was_composed(text, form):
    # Halves of syllables side by side are one syllable in one form and two letters in another.
    text = "".join(char for char in text if not "ㄱ" <= char <= "ㆎ")
    assert fold(unicodedata.normalize(form, text)) == fold(text)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.text(st.characters(max_codepoint=0x600), max_size=60)))
def test_each_folded_character_comes_from_its_own_place_in_any_text(text):
    folded = FoldedText.of(text)
    for i, char in enumerate(folded.text):
        start, end = folded.original_span(i, i + 1)
        assert char in fold(text[start:end])


@settings(max_examples=300)
@given(REALISTIC, st.data())
def test_the_way_back_always_ends_inside_the_original(text, data):
    folded = FoldedText.of(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.original_span(start, end)
    assert 0 <= first < last <= len(text)


@pytest.mark.parametrize("text", SAMPLES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_folding_letter_by_letter_gives_the_same_text(text, form):
    written = unicodedata.normalize(form, text)
    assert FoldedText.of(written).text == fold(written)


def test_the_sample_help_center_folds_alike_both_ways():
    for document in sample_documents():
        for text in (document.title, *document.questions, *(s.text for s in document.sections)):
            for form in ("NFC", "NFD"):
                written = unicodedata.normalize(form, text)
                assert FoldedText.of(written).text == fold(written), document.id


@pytest.mark.parametrize(
    ("original", "found", "part"),
    [
        ("👨‍👩‍👧 Café crème", "creme", "crème"),
        ("re\u200bfund now", "refund", "re\u200bfund"),
        ("はﾊﾟｽﾜｰﾄﾞを", "パスワード", "ﾊﾟｽﾜｰﾄﾞ"),
        ("1㍿です", "会社", "㍿"),
        ("１㍿の国際発送", "国际", "国際"),
        ("㍿佐々木", "佐佐木", "佐々木"),
        (unicodedata.normalize("NFD", "전액 환불"), "환불", unicodedata.normalize("NFD", "환불")),
        (unicodedata.normalize("NFD", "é café"), "cafe", unicodedata.normalize("NFD", "café")),
    ],
)
def test_what_is_found_in_the_folded_text_is_found_in_the_original(original, found, part):
    folded = FoldedText.of(original)
    start = folded.text.index(found)
    first, last = folded.original_span(start, start + len(found))
    assert original[first:last] == part
