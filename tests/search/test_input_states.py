"""What the search box shows key by key, against the automaton of a two-set input method."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.input_states import input_states
from tests.input_methods import korean_states

HANGUL = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), max_size=6)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("ab", ["a", "ab"]),
        ("退款", ["退", "退款"]),
        ("환불", ["ㅎ", "호", "화", "환", "환ㅂ", "환부", "환불"]),
        ("가나", ["ㄱ", "가", "간", "가나"]),
        ("닭이", ["ㄷ", "다", "달", "닭", "닭ㅇ", "닭이"]),
        ("달기", ["ㄷ", "다", "달", "닭", "달기"]),
        ("아빠", ["ㅇ", "아", "아ㅃ", "아빠"]),
        ("a 가", ["a", "a ", "a ㄱ", "a 가"]),
        ("", []),
    ],
)
def test_hangul_grows_by_the_letter_and_all_else_by_the_character(text, states):
    assert input_states(text) == states


@given(st.lists(st.one_of(HANGUL, st.text("ab 1?退の", max_size=3)), max_size=4).map("".join))
def test_the_states_are_those_of_the_input_method(text):
    assert input_states(text) == list(korean_states(text))
