"""How Han is read, and that it is found by reading: kana, romaji, pinyin, in any state."""

from __future__ import annotations

import subprocess
import sys

import pytest

from search.analysis.keystrokes import half_romaji, keystrokes
from search.analysis.normalise import fold
from search.analysis.readings import DictionaryReadings
from search.keys import document_keys, splits, typed_words
from search.keystrokes.matching import match
from search.keystrokes.segment import Segment
from tests.search_documents import ROOT, make_document

READINGS = DictionaryReadings()


def found(title, typed, locale, **values):
    document = make_document("a", title, locale=locale, **values)
    index = Segment.build([(1, document_keys(document, READINGS))])
    return match([index], typed_words(typed), [None]).scores.get(1, 0.0)


@pytest.mark.parametrize(
    "typed",
    ["henpin", "へんぴん", "へんp", "へn", "ヘンピン", "ﾍﾝﾋﾟﾝ", "返品", "返品の", "返品のてつ",
     "返品て", "てつづき", "tetuzuki", "tetsuzuki", "手続き", "henp", "返品no", "返品t", "hempin"],
)  # fmt: skip
def test_a_japanese_title_is_found_by_its_reading(typed):
    assert found("返品の手続き", typed, "ja") > 0.5


@pytest.mark.parametrize(
    "typed",
    ["tuihuo", "tui'huo", "tuih", "tui'h", "tui", "t", "th", "退h", "退huo", "退货", "退貨", "huo",
     "tui4huo4", "tuì", "thuo", "shenqing tuihuo", "tuihuo shenqing", "退货shen", "sqth", "ＴＵＩ"],
)  # fmt: skip
def test_a_chinese_title_is_found_in_pinyin(typed):
    assert found("如何申请退货", typed, "zh") > 0.5


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("西安门店", "xi'an"),
        ("旅行保险", "lvxing"),
        ("旅行保险", "lüxing"),
        ("旅行保险", "luxing"),
        ("银行卡", "yinhang"),
        ("重置密码", "chongzhi"),
        ("重置密码", "zhongzhi"),
        ("重要通知", "zhongyao"),
        ("中国", "zhg"),
        ("訂單狀態", "dingdan"),
        ("訂單狀態", "订单"),
        ("订单状态", "訂單"),
    ],
)
def test_readings_that_are_hard_are_found(title, typed):
    assert found(title, typed, "zh-Hant" if "訂" in title else "zh") > 0.5


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("支払い方法", "支払いほうh"),
        ("支払い方法", "しはらい"),
        ("お届け先を変更する", "お届け先をへん"),
        ("パスワードを再設定する", "パスワードを再せt"),
        ("パスワードを再設定する", "ぱすわーどw"),
        ("人々の声", "ひとびと"),
        ("国際配送", "kokusai"),
        ("クーポンを使う", "くーぽん"),
        ("ディスク", "dhisuku"),
        ("ファイル", "fairu"),
        ("シェアする", "shea"),
    ],
)
def test_half_converted_japanese_is_found(title, typed):
    assert found(title, typed, "ja") > 0.5


def test_a_reading_of_another_language_is_not_taken():
    assert found("返品の手続き", "tuihuo", "ja") == 0
    assert found("退货", "taika", "zh") == 0


def test_questions_tags_and_headings_are_read_too():
    assert found("案内", "へんぴん", "ja", questions=("返品できますか",)) > 0.5
    assert found("指南", "tuihuo", "zh", tags=("退货",)) > 0.5


@pytest.mark.parametrize(("typed", "becomes"), [("sh", {"sy", "s"}), ("shim", {"sim", "sin"})])
def test_an_unfinished_sound_is_what_it_may_become(typed, becomes):
    from search.analysis.keystrokes import canonical_romaji

    assert set(half_romaji(canonical_romaji(typed), typed)) == becomes


def test_tu_is_a_sound_and_only_small_tu_is_silent():
    assert keystrokes("つかう") == "tukau"
    assert keystrokes("きって") == "kite"


def test_the_longest_converted_part_is_tried_first():
    (word,) = typed_words("支払いほう")
    assert [a.text for a, _ in splits(word)] == [fold(t) for t in ("支払いほ", "支払い", "支払")]


def test_nothing_that_reads_is_loaded_before_it_is_needed():
    """A server that only answers never pays for the dictionaries."""
    program = (
        "import sys; import search.index, search.keystrokes.matching, search.keys;"
        "from search.keys import typed_words, lookups;"
        "[list(lookups(w)) for w in typed_words('退货 へんぴん henpin')];"
        "print(sorted({'sudachipy', 'pypinyin'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_word_without_kanji_needs_no_dictionary():
    class Refusing:
        def japanese(self, text):
            raise AssertionError(text)

        chinese = japanese

    document = make_document("a", "パスワード reset 환불", locale="ja")
    assert document_keys(document, Refusing()).weights
