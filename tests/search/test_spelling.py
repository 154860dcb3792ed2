"""Did you mean: words that nobody wrote become the word that was meant; all else stays."""

from __future__ import annotations

import random
import string
import time
import tracemalloc
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from search.analysis.keystrokes import dubeolsik
from search.analysis.normalise import fold
from search.spelling import LONGEST_TEXT, MOST_WORDS, Speller, dictionary

_ENGLISH = """
account address balance cancel change charge coupon customer damaged deliver delivery device
discount exchange forgot gift invoice language login membership message notification order package
parcel password payment policy privacy receipt refund reset return security shipping subscription
track tracking update verification voucher warranty
"""
_KOREAN = """
환불 환불금 교환 반품 배송 배송지 배송비 주소 변경 비밀번호 계정 로그인 결제 결제수단 카드 쿠폰
포인트 적립금 주문 주문내역 취소 영수증 현금영수증 알림 개인정보 탈퇴 회원 고객센터 문의 보증
고장 택배
"""
ENGLISH, KOREAN = _ENGLISH.split(), _KOREAN.split()
FRENCH_AND_RUSSIAN = ["ruckgabe", "remboursement", "возврат", "доставка"]
WORDS = frozenset(ENGLISH + KOREAN + FRENCH_AND_RUSSIAN)
LETTERS = string.ascii_lowercase


@pytest.fixture(scope="module")
def speller():
    return Speller((word, 1) for word in WORDS)


def known(word):
    return word in WORDS or word in ("how", "i", "my", "the", "잊었어요", "언제", "해요")


def edits(word):
    """Return every spelling one edit away from a word of small letters."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    removed = {a + b[1:] for a, b in halves if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    replaced = {a + c + b[1:] for a, b in halves if b for c in LETTERS}
    return (removed | swapped | replaced | {a + c + b for a, b in halves for c in LETTERS}) - {word}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("pasword", "password"),
        ("passsword", "password"),
        ("passwird", "password"),
        ("passwrod", "password"),
        ("apssword", "password"),
        ("adress", "address"),
        ("refnud", "refund"),
        ("how i chnage my adress", "how i change my address"),
        ("notifciatoin", "notification"),  # longer than eight letters: two edits
        ("возрват", "возврат"),
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(speller, asked, meant):
    assert speller.suggest(asked, known) == meant


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("환붏", "환불"),
        ("비밀번오", "비밀번호"),
        ("비밀벊호", "비밀번호"),
        ("배숑 언제", "배송 언제"),
        ("비밀번오를 잊었어요", "비밀번호를 잊었어요"),
        ("환붏을 언제 해요?", "환불을 언제 해요?"),
        ("교한", "교환"),
        ("고객쎈터", "고객센터"),  # only the shift of one key
        ("현금영수쯩은요 pasword", None),
        ("현금영수쯩은 pasword", "현금영수증은 password"),
    ],
)
def test_a_wrong_jamo_is_one_edit_and_the_particle_stays(speller, asked, meant):
    assert speller.suggest(asked, known) == meant


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_decomposed_text_is_put_right_like_composed(speller, form):
    asked = unicodedata.normalize(form, "비밀번오를 잊었어요")
    assert fold(speller.suggest(asked, known)) == "비밀번호를 잊었어요"
    assert speller.suggest(asked, known).endswith(unicodedata.normalize(form, " 잊었어요"))


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Pasword", "Password"),
        ("PASWORD", "PASSWORD"),
        ("paSSWROD", "paSSWORD"),
        ("pAsword", "pAssword"),
        ("Assword", "Password"),
        ("Apssword", "Password"),
        ("Rückgaeb", "Rückgabe"),
        ("RÜCKGAEB", "RÜCKGABE"),
    ],
)
def test_capitals_and_accents_stay(speller, asked, meant):
    assert speller.suggest(asked, known) == meant


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("🔑", "🤔🤔"),
        ("👨‍👩‍👧 ", "!!! 2024"),
        ("“", "”…"),
        ("my  \t", "\n\n"),
        ("パスワード", "を忘れた"),
        ("ﬁ½㎏ ", " ™ Ⅶ"),
        ("ab ", " cde ㅋㅋㅋㅋ"),
        ("me@exmaple.com https://exmaple.com/pasword ", " iphnoe15"),
        ("\ud800", "\u200b\x00"),
        ("반품ㆍ", "ㆍ교환"),
    ],
)
def test_what_stands_around_stays_as_it_was_written(speller, before, after):
    assert speller.suggest(before + "pasword" + after, known) == before + "password" + after


@pytest.mark.parametrize(
    "asked",
    [
        *("", " ", "password", "how i change my password", "why", "can't", "'", "’’’", "@"),
        *("환불", "환불을 언제", "비밀번호를 잊었어요", "다른경우", "배송퓽", "ㅎㅂ", "ㅋㅋㅋㅋ"),
        *("zzzzzz", "pasword zzzzzz", "abc", "refnd2", "ﷺ", "⒜", "e\u0301" * 9),
        *("パスワ", "返品したい", "รหัสผ่านผิด"),
    ],
)
def test_nothing_is_suggested_where_nothing_better_is_known(speller, asked):
    assert speller.suggest(asked, known) is None


def test_a_word_the_index_holds_is_left_alone_though_another_is_near(speller):
    assert speller.suggest("ordre", lambda word: word == "ordre") is None
    assert speller.suggest("ordre", lambda word: False) == "order"


def test_the_index_is_asked_for_a_korean_word_with_and_without_its_particle(speller):
    asked = []
    speller.suggest("환붏을", lambda word: bool(asked.append(word)))
    assert asked == ["환붏을", "환붏"]


def test_a_slip_to_the_neighbouring_key_is_likelier_than_to_another():
    speller = Speller(
        [("tonight", 1), ("torment", 1), ("delight", 1), ("fright", 1), ("bright", 1)]
    )
    assert speller.suggest("gright", lambda word: False) == "bright"  # g is beside b and f
    assert Speller([("slate", 1), ("plate", 1)]).suggest("dlate", known) == "slate"
    assert Speller([("slate", 1), ("plate", 1)]).suggest("olate", known) == "plate"


def test_the_more_frequent_word_wins_among_equally_near_ones():
    assert Speller([("sender", 9), ("fender", 2)]).suggest("xqender", known) is None
    assert Speller([("sender", 9), ("fender", 2)]).suggest("ender", known) == "sender"
    assert Speller([("sender", 2), ("fender", 9)]).suggest("ender", known) == "fender"


def test_no_frequency_makes_up_for_an_edit():
    speller = Speller([("notifications", 10_000), ("notification", 1)])
    assert speller.suggest("notificatoin", known) == "notification"


def test_short_words_have_one_edit_and_long_ones_two(speller):
    assert speller.suggest("paswrod", known) is None
    assert speller.suggest("notificton", known) == "notification"
    assert speller.suggest("ntificton", known) is None


def test_words_after_the_last_one_looked_at_stay(speller):
    asked = "my " * (MOST_WORDS - 1) + "pasword refnud"
    assert speller.suggest(asked, known) == "my " * (MOST_WORDS - 1) + "password refnud"


def test_a_text_too_long_to_be_a_question_is_left_alone(speller):
    asked = "pasword".ljust(LONGEST_TEXT)
    assert speller.suggest(asked, known) == "password".ljust(LONGEST_TEXT + 1)
    assert speller.suggest(asked + " ", known) is None


def test_words_that_cannot_be_suggested_are_dropped():
    speller = Speller([("refund", 0), ("refund2", 5), ("", 1), ("a" * 99, 1), ("two words", 1),
                       ("order", float("nan")), ("ㅋㅋㅋㅋㅋ", 4)])  # fmt: skip
    for asked in ("refnd", "refund3", "a" * 98, "two wrds", "ordr", "ㅋㅋㅋㅋ"):
        assert speller.suggest(asked, lambda word: False) is None


def test_an_empty_dictionary_suggests_nothing():
    assert Speller([]).suggest("pasword 비밀번오", known) is None


def test_what_the_index_raises_is_not_hidden(speller):
    def broken(word):
        raise LookupError(word)

    with pytest.raises(LookupError):
        speller.suggest("pasword", broken)


def test_the_dictionary_counts_the_documents_that_hold_a_word():
    documents = [
        ("Refund a GIFT card", ["refund?", "How long?"], ["Refund dates"], ["cards"]),
        ("비밀번호를 잊었어요", ["비밀번호 찾기"], [], ["Rückgabe", "返品"]),
        ("Gift wrap", (), ("write to help@example.com",), ()),
    ]
    assert dictionary(documents) == {
        **{"refund": 1, "a": 1, "gift": 2, "card": 1, "how": 1, "long": 1, "dates": 1, "cards": 1},
        **{"비밀번호를": 1, "비밀번호": 1, "잊었어요": 1, "잊었어": 1, "찾기": 1, "ruckgabe": 1},
        **{"wrap": 1, "write": 1, "to": 1},
    }


def test_the_dictionary_of_documents_makes_a_speller():
    words = dictionary([("비밀번호를 바꾸려면", [], [], []), ("Don’t share codes", [], [], [])])
    speller = Speller(words.items())
    assert speller.suggest("비밀번오는", known) == "비밀번호는"
    assert speller.suggest("shrae", known) == "share"


@given(st.data())
def test_any_single_edit_of_a_word_is_put_right_unless_it_is_itself_a_word(data):
    word = data.draw(st.sampled_from([word for word in ENGLISH if len(word) >= 5]))
    typed = data.draw(st.sampled_from(sorted(edits(word))))
    assume(typed not in WORDS)
    suggested = Speller((each, 1) for each in WORDS).suggest(typed, WORDS.__contains__)
    # Where another word is one edit away as well, either may have been meant.
    assert suggested == word or (suggested in WORDS and suggested in edits(typed))


@given(st.sampled_from([word for word in KOREAN if len(word) > 2]), st.data())
def test_any_wrong_vowel_in_a_korean_word_is_put_right(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    index = ord(word[at]) - ord("가")
    vowel = data.draw(st.sampled_from([0, 4, 8, 13, 18, 20]))  # typed with one key
    assume(index // 28 % 21 in (0, 4, 8, 13, 18, 20))
    wrong = chr(ord("가") + index // 588 * 588 + vowel * 28 + index % 28)
    typed = word[:at] + wrong + word[at + 1 :]
    assume(typed not in WORDS)
    speller = Speller((each, 1) for each in WORDS)
    assert dubeolsik(speller.suggest(typed, WORDS.__contains__)) == dubeolsik(word)


@given(st.lists(st.sampled_from(sorted(WORDS)), max_size=30), st.sampled_from(" \n,.🙂"))
def test_words_of_the_index_are_never_touched(words, between):
    speller = Speller((each, 1) for each in WORDS)
    assert speller.suggest(between.join(words), WORDS.__contains__) is None


@given(
    st.lists(st.one_of(st.text(), st.sampled_from(["pasword", "환붏", "Refnud", "ﬁ", "ㆍ", "ß"])))
)
def test_no_text_raises_and_a_suggestion_differs_only_in_unknown_words(pieces):
    asked = "".join(pieces)
    speller = Speller((each, 1) for each in WORDS)
    suggested = speller.suggest(asked, WORDS.__contains__)
    assert suggested is None or fold(suggested) != fold(asked)
    assert speller.suggest(asked, lambda word: True) is None


@given(st.text(alphabet="Pp asßwordﬁ\u0301\u200bé’'🙂환불을붏", max_size=40))
def test_a_suggestion_is_final(asked):
    """What was suggested needs no suggestion: each word of it is one the index holds."""
    speller = Speller((each, 1) for each in WORDS)
    suggested = speller.suggest(asked, WORDS.__contains__)
    assert suggested is None or speller.suggest(suggested, WORDS.__contains__) is None


def made_up_words(count):
    chance = random.Random(7)
    made = set()
    while len(made) < count:
        made.add("".join(chance.choices("etaoinshrdlcumwfgypbvk", k=chance.randint(4, 12))))
    return sorted(made)


def test_twenty_thousand_words_are_small_and_quick_to_ask():
    words = made_up_words(20_000)
    began = time.perf_counter()
    speller = Speller((word, 1) for word in words)
    assert time.perf_counter() - began < 2  # 0.06 s when nothing else runs
    tracemalloc.start()
    try:
        kept = Speller((word, 1) for word in words)
        assert tracemalloc.get_traced_memory()[0] < 6_000_000
    finally:
        tracemalloc.stop()
    del kept
    asked = [word[:2] + word[3:] for word in words if len(word) > 7][:200]
    took = []
    for text in asked:
        began = time.perf_counter()
        speller.suggest(text, lambda word: False)
        took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.005  # 0.1 ms when nothing else runs
