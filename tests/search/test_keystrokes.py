"""Words as fingers type them: half-made syllables, initial consonants, the wrong layout, romaji."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.keystrokes import (
    canonical_romaji,
    dubeolsik,
    initials,
    keystrokes,
    romaji,
    script_runs,
    typed_runs,
)
from search.analysis.normalise import fold

# What a Korean input method shows after each key press.
TYPED_KOREAN = {
    "환불": ["ㅎ", "호", "화", "환", "환ㅂ", "환부", "환불"],
    "비밀번호": [
        "ㅂ", "비", "빔", "비미", "비밀", "비밃", "비밀버", "비밀번", "비밀벊", "비밀번호",
    ],
    "값싼": ["ㄱ", "가", "갑", "값", "값ㅆ", "값싸", "값싼"],
    "쿠폰": ["ㅋ", "쿠", "쿺", "쿠포", "쿠폰"],
    "의견": ["ㅇ", "으", "의", "읙", "의겨", "의견"],
    "빠른": ["ㅂ", "ㅃ", "빠", "빨", "빠르", "빠른"],
}  # fmt: skip


@pytest.mark.parametrize("word", TYPED_KOREAN)
def test_every_state_of_a_korean_word_on_its_way_is_a_prefix_of_its_keystrokes(word):
    for state in TYPED_KOREAN[word]:
        assert keystrokes(word).startswith(keystrokes(fold(state))), state


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_the_states_are_prefixes_however_the_device_composes_them(form):
    for word, states in TYPED_KOREAN.items():
        for state in states:
            typed = fold(unicodedata.normalize(form, state))
            assert keystrokes(word).startswith(keystrokes(typed)), (state, form)


@given(st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1))
def test_any_syllables_become_lower_case_letters_and_a_longer_word_a_longer_text(word):
    keys = dubeolsik(word)
    assert keys.isascii()
    assert keys.islower()
    assert keys.startswith(dubeolsik(word[:-1]))


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("환불", "ghksqnf"),
        ("비밀번호", "qlalfqjsgh"),
        ("뷁", "qnpfr"),
        ("까", "rk"),
        ("ㅎㅂ", "gq"),
        ("refund", "refund"),
        ("退款", "退款"),
    ],
)
def test_hangul_becomes_the_letters_of_the_two_set_keyboard(word, keys):
    assert keystrokes(word) == keys


@pytest.mark.parametrize(("word", "keys"), [("환불", "gq"), ("비밀번호", "qaqg"), ("abc", "")])
def test_initials_are_the_first_consonants(word, keys):
    assert initials(word) == keys


def test_initials_of_a_word_are_what_its_consonants_alone_are_typed_as():
    assert initials("배송조회") == dubeolsik("ㅂㅅㅈㅎ")


@pytest.mark.parametrize(
    "spellings",
    [
        ("し", "シ", "si", "shi"),
        ("つ", "tu", "tsu"),
        ("ち", "ti", "chi"),
        ("ふ", "hu", "fu"),
        ("じ", "zi", "ji"),
        ("しゃ", "sya", "sha"),
        ("じゅ", "zyu", "ju", "jyu"),
        ("ちょ", "tyo", "cho"),
        ("きって", "kitte", "kite"),
        ("マッチ", "matti", "matchi", "macchi"),
        ("しんぶん", "sinbun", "shimbun"),
        ("ログイン", "roguin", "loguin"),
        ("メール", "meru", "めーる"),
        ("ヴ", "vu", "bu"),
        ("ん", "n", "nn"),
        ("おおさか", "oosaka", "osaka"),
    ],
)
def test_spellings_of_one_sound_come_out_the_same(spellings):
    canonical = [canonical_romaji(s) if s.isascii() else romaji(s) for s in spellings]
    assert len(set(canonical)) == 1, canonical


TYPED_JAPANESE = {
    "しょき": ["s", "しょ", "しょk", "しょき"],
    "ふりこみ": ["ふ", "ふr", "ふり", "ふりk", "ふりこm", "ふりこみ"],
    "パスワード": ["ぱ", "ぱs", "ぱす", "ぱすw", "ぱすわ", "ぱすわー", "ぱすわーd", "ぱすわーど"],
    "キャンセル": ["k", "ky", "きゃ", "きゃn", "きゃん", "きゃんs", "きゃんせ", "きゃんせる"],
    "チケット": ["ち", "ちk", "ちけ", "ちけっ", "ちけっt", "ちけっと"],
}


@pytest.mark.parametrize("word", TYPED_JAPANESE)
def test_every_state_of_a_kana_word_on_its_way_is_a_prefix_of_its_keystrokes(word):
    for state in TYPED_JAPANESE[word]:
        typed = fold(state)
        keys = canonical_romaji(typed) if typed.isascii() else keystrokes(typed)
        assert keystrokes(word).startswith(keys), state


def test_full_width_letters_behind_kana_are_a_state_too():
    assert keystrokes(fold("しょｋ")) == keystrokes("しょk")


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("iPhone로 결제", ["iphone", "로", "결제"]),
        ("SMSコード", ["sms", "コード"]),
        ("退款 退货", ["退款", "退货"]),
        ("환불 ㅎㅂ", ["환불", "ㅎㅂ"]),
        ("Café_au lait", ["cafe", "au", "lait"]),
        ("…", []),
    ],
)
def test_a_text_is_split_into_runs_of_one_script(text, runs):
    assert script_runs(text) == runs
    assert typed_runs(text) == runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("しょk", ["しょk"]),
        ("しょｋ", ["しょk"]),
        ("しょky", ["しょky"]),
        ("パスw", ["パスw"]),
        ("支払いほうh", ["支拂いほうh"]),
        ("ログインid", ["ログイン", "id"]),
        ("アプリplus", ["アプリ", "plus"]),
        ("退k", ["退", "k"]),
    ],
)
def test_consonants_that_wait_for_a_vowel_stay_with_the_kana(text, runs):
    assert typed_runs(text) == runs


def test_a_text_that_is_not_being_typed_has_no_waiting_consonants():
    assert script_runs("しょk") == ["しょ", "k"]
