"""Words that customers use and an article lacks."""

import pytest

from app.editor.missing_words import find_missing_words


def test_words_of_customers_that_the_text_lacks_come_by_frequency():
    queries = ["cashback when", "cashback", "Refunds now", "how do I"]
    assert find_missing_words(queries, "A refund comes soon.") == ["cashback", "now"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("怎么取消订单", "您可以在订单页取消。"),
        ("怎麼取消訂單", "您可以取消您的訂單。"),
        ("怎麼取消訂單", "您可以取消您的订单。"),
        ("返品したいです", "商品の返品は30日以内です。"),
        ("返品の送料は?", "返品には送料がかかります。"),
        ("くーぽんの使い方", "クーポンの使い方"),
        ("환불은 언제 되나요", "환불에는 3일이 걸립니다."),
        ("주문 취소하고 싶어요", "주문을 취소하려면"),
    ],
)
def test_what_a_text_holds_in_another_form_is_not_missing(query, text):
    assert find_missing_words([query], text) == []


@pytest.mark.parametrize(
    ("query", "text", "missing"),
    [
        ("怎么取消订单", "取消会员", ["订单"]),
        ("怎麼申請退貨", "如何申請", ["退貨"]),
        ("返品したいです", "返金について", ["返品"]),
        ("払い戻しはいつですか", "返金について", ["払い戻し"]),
        ("クーポンは使えますか", "割引について", ["クーポン"]),
        ("적립금은 언제 되나요", "환불에는 3일이 걸립니다.", ["적립금"]),
    ],
)
def test_what_it_lacks_is_named_as_it_was_asked(query, text, missing):
    assert find_missing_words([query], text) == missing
