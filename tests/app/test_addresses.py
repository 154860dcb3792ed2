"""The address that opens an article at the words that answer."""

from urllib.parse import unquote

import pytest

from app.addresses import LONGEST_MARK, passage_url


def fragment(answer):
    return unquote(passage_url("/en/articles/a#b", answer).partition(":~:text=")[2])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Refunds take version 2.5 days. Then ask.", "Refunds take version 2.5 days."),
        ("Yes. It takes five days. More", "It takes five days."),
        ("Account locked — Wait 30 minutes", "Account locked"),
        ("Visa — Wait 30 minutes", "Wait 30 minutes"),
        ("환불은 5일 걸려요. 그다음에 물어보세요.", "환불은 5일 걸려요."),
        ("はい。返金は五日以内に行います。以上", "返金は五日以内に行います。"),
        ("已收到、正在检查的包裹，会在五天内", "正在检查的包裹，"),
        ("Yes. No.", "Yes. No."),
        ("A sign-in-code", "A sign-in-code"),
    ],
)
def test_browsers_look_for_a_part_that_stands_in_one_block(answer, found):
    assert fragment(answer) == found


def test_the_mark_has_more_of_the_answer_than_the_text_fragment():
    written = passage_url("/en/articles/a#b", "Open Orders. Choose Refund.")
    words = "Open%20Orders.%20Choose%20Refund."
    assert written == f"/en/articles/a?mark={words}#b:~:text=Open%20Orders."


@pytest.mark.parametrize("answer", ["x" * 300, "- " * 300, "—" * 300, "字" * 300, "？" * 300])
def test_a_text_fragment_is_never_empty_nor_longer_than_the_mark(answer):
    assert 0 < len(fragment(answer)) <= LONGEST_MARK


def test_an_article_without_an_answer_keeps_its_address():
    assert passage_url("/en/articles/a#b", "  ") == "/en/articles/a#b"
