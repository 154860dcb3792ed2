"""The as-you-type index finds articles by the beginnings of their words, however they are typed."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.readings import DictionaryReadings
from search.document import Section
from search.keys import DocumentKeys, document_keys, typed_words
from search.keystrokes.matching import match as match_segments
from search.keystrokes.segment import Segment
from tests.search_documents import make_document, sample_documents

READINGS = DictionaryReadings()
BY_TITLE = 0.96
"""What a document has at least whose title holds all that was typed."""
BY_READING = 0.8


def index_of(*documents):
    return Segment.build([(n, document_keys(d, READINGS)) for n, d in enumerate(documents, 1)])


def match(index, typed):
    return match_segments([index], typed_words(typed), [None]).scores


def found(title, typed, **values):
    return match(index_of(make_document("a", title, **values)), typed).get(1, 0.0)


@pytest.mark.parametrize("typed", ["r", "re", "refund", "Refund", "REF", "my ref", "ｒｅｆ"])
def test_a_word_is_found_by_its_beginning(typed):
    assert found("Get a refund to my card", typed) > 0.5


@pytest.mark.parametrize("typed", ["fund", "x", "refundable", "und"])
def test_a_word_is_not_found_by_what_it_does_not_begin_with(typed):
    assert found("Get a refund", typed) == 0


@pytest.mark.parametrize(
    "typed",
    ["ㅎ", "호", "화", "환", "환ㅂ", "환부", "환불", "ㅎㅂ", "ghks", "ghksqnf", "금", "전액 환불"],
)
def test_a_korean_title_is_found_in_every_state_of_typing(typed):
    assert found("전액 환불금 안내", typed) > 0


def test_a_korean_word_is_found_from_any_of_its_syllables():
    assert found("고객센터", "센터") > BY_TITLE


@pytest.mark.parametrize("typed", ["ぱ", "ぱすw", "パス", "ﾊﾟｽ"])
def test_a_japanese_title_is_found_by_kana(typed):
    assert found("パスワードを忘れた", typed) > BY_TITLE


@pytest.mark.parametrize("typed", ["pasu", "pasuwa", "pasuwa-do"])
def test_a_japanese_title_is_found_by_romaji(typed):
    assert found("パスワードを忘れた", typed) > BY_READING


@pytest.mark.parametrize("typed", ["き", "きゃ", "きゃんせる"])
def test_a_japanese_title_is_found_before_the_small_kana_is_typed(typed):
    assert found("キャンセルの方法", typed) > BY_TITLE


@pytest.mark.parametrize("typed", ["退", "退款", "款", "申请退"])
def test_a_chinese_title_is_found_from_any_of_its_characters(typed):
    assert found("如何申请退款", typed) > BY_TITLE


@pytest.mark.parametrize(
    "title",
    [
        "パスワードを再設定する方法を教えてください",
        "取消订单以后多久可以收到退款到银行卡",
        "Internationalisierungsbeauftragter kontaktieren",
        "크리스마스기프트카드사용방법안내문",
    ],
)
def test_a_title_is_found_by_each_of_its_beginnings_however_long(title):
    lost = [title[:end] for end in range(1, len(title) + 1) if not found(title, title[:end])]
    assert lost == []


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("如何开通Plus会员", "plus"),
        ("下载LINE发票", "line"),
        ("ログインID", "id"),
        ("更新App", "app"),
    ],
)
def test_a_latin_word_behind_an_ideograph_is_found(title, typed):
    assert found(title, typed) > BY_TITLE


@pytest.mark.parametrize("locale", ["en", "ko", "ja", "zh"])
def test_every_title_of_the_sample_help_center_is_found_by_typing_its_words(locale):
    documents = [d for d in sample_documents() if d.locale == locale]
    index = index_of(*documents)
    lost = []
    for number, document in enumerate(documents, 1):
        for word in document.title.split():
            words = typed_words(word)
            if words and number not in match_segments([index], words, [None]).scores:
                lost.append((document.id, word))
    assert documents
    assert lost == []


def test_a_title_counts_more_than_a_question_a_tag_and_a_heading():
    by_field = [
        found("Refund", "refund"),
        found("Other", "refund", questions=("refund",)),
        found("Other", "refund", tags=("refund",)),
        found("Other", "refund", sections=(Section(("Refund",), "refund", "text"),)),
    ]
    assert by_field == sorted(by_field, reverse=True)
    assert len(set(by_field)) == 4
    assert by_field[0] == pytest.approx(1.0)


def test_the_body_has_no_keys():
    assert found("Other", "refund", text="refund refund refund") == 0


def test_all_words_count_and_words_of_asking_count_little():
    index = index_of(make_document("a", "Cancel an order"), make_document("b", "How to pay"))
    both = match(index, "how do i cancel an order")
    assert both[1] > 0.8
    assert both.get(2, 0.0) < 0.2


def test_words_of_asking_count_when_nothing_else_is_typed():
    assert found("How to pay", "how") > BY_TITLE


def test_hangul_on_the_latin_layout_does_not_shadow_english_words():
    english = [make_document(f"e{i}", f"Rk{i} settings") for i in range(5)]
    index = index_of(*english, make_document("k", "가격 안내", locale="ko"))
    assert set(match(index, "rk")) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("typed", ["", " ", "?!", "😀", "\u200b"])
def test_nothing_typed_matches_nothing(typed):
    assert match(index_of(make_document("a", "Refund")), typed) == {}


def test_an_empty_index_matches_nothing():
    assert match(Segment.build([]), "refund") == {}


def test_a_document_without_a_word_does_no_harm():
    index = index_of(make_document("a", "?!"), make_document("b", "Refund"))
    assert set(match(index, "ref")) == {2}


WORDS = st.text(
    st.sampled_from("abcrefund환불밀비번호パスワード退款订单しょキャ ’'-É１"),
    min_size=1,
    max_size=20,
)


@given(WORDS, st.data())
def test_a_score_is_between_nothing_and_everything(title, data):
    typed = data.draw(st.one_of(WORDS, st.just(title)))
    assert 0 <= found(title, typed) <= 1.00001


def test_a_lookup_does_not_copy_the_index():
    keys = [
        (n, DocumentKeys({f"l{n:05d}word{i:02d}": 250 for i in range(20)}, 10, 0.0))
        for n in range(2_000)
    ]
    index = Segment.build(keys)
    size = 2_000 * 20 * 32
    words = typed_words("00017")
    tracemalloc.start()
    match_segments([index], words, [None])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size / 4


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("我要退", ["退"]),
        ("怎么退货", ["退货"]),
        ("淘宝店铺怎么开", ["淘宝店铺"]),
        ("返金してください", ["返金して"]),
        ("怎么", ["怎么"]),
        ("환불 받고 싶", ["환불", "받고", "싶"]),
    ],
)
def test_phrases_of_asking_are_not_looked_up_where_words_run_together(typed, words):
    assert [word.text for word in typed_words(typed)] == words
