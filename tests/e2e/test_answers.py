"""The sample help center, asked over HTTP as its visitors would, with the real model."""

import pytest

pytestmark = pytest.mark.model

MONEY_BACK = [
    ("en", "how do i get my mon"),
    ("en", "i want my money back"),
    ("ko", "돈 언제 돌려받"),
    ("ko", "환불 어떻게 받"),
    ("ja", "お金を返して"),
    ("ja", "返金してもら"),
    ("zh", "怎么拿回我的钱"),
    ("zh", "退款什么时候到"),
]
NOTHING_TO_SAY = [
    ("en", "what is the capital of Mongolia"),
    ("ko", "몽골의 수도는 어디인가요"),
    ("ja", "モンゴルの首都はどこですか"),
    ("zh", "蒙古国的首都是哪里"),
]
ENGLISH_ONLY = [
    ("ko", "쓰던 휴대폰 반납하고 할인받기", "trade-in-old-device"),
    ("ja", "法人でまとめて注文したい", "corporate-and-bulk-orders"),
    ("zh", "企业批量采购", "corporate-and-bulk-orders"),
]


@pytest.mark.parametrize(("locale", "text"), MONEY_BACK)
def test_who_wants_money_back_gets_the_refund_article_first(server, locale, text):
    answers = server.get("/api/v1/suggest", q=text, locale=locale)
    assert not answers["no_answer"]
    assert not answers["degraded"]
    first = answers["items"][0]
    assert (first["article_id"], first["locale"]) == ("get-a-refund", locale)
    assert first["answer"]
    assert not first["translation_of_query_locale"]
    assert first["url"].startswith(f"/{locale}/articles/get-a-refund")


@pytest.mark.parametrize(("locale", "text", "article"), ENGLISH_ONLY)
def test_an_article_in_english_only_answers_in_other_languages_and_says_so(
    server, locale, text, article
):
    answers = server.get("/api/v1/search", q=text, locale=locale)
    first = answers["items"][0]
    assert not answers["no_answer"]
    assert (first["article_id"], first["locale"]) == (article, "en")
    assert first["translation_of_query_locale"]


@pytest.mark.parametrize(("locale", "text"), NOTHING_TO_SAY)
@pytest.mark.parametrize("endpoint", ["suggest", "search"])
def test_a_question_that_nothing_answers_gets_no_answer_and_a_person(
    server, endpoint, locale, text
):
    answers = server.get(f"/api/v1/{endpoint}", q=text, locale=locale)
    assert answers["no_answer"]
    assert answers["contact_url"].endswith(f"/{locale}/contact")


@pytest.mark.parametrize(("locale", "text"), NOTHING_TO_SAY)
def test_suggestions_are_empty_when_nothing_answers(server, locale, text):
    assert server.suggest(text, locale) == []


@pytest.mark.parametrize(
    ("locale", "typed"), [("ko", "환부"), ("ko", "ㅎㅂ"), ("ko", "ghksqn"), ("en", "refu")]
)
def test_half_typed_words_find_refund_articles(server, locale, typed):
    found = server.suggest(typed, locale)
    assert {"get-a-refund", "refund-not-received"} & set(found[:3])


def test_a_question_without_a_locale_is_answered_in_the_language_it_is_asked_in(server):
    first = server.get("/api/v1/suggest", q="비밀번호를 잊어버렸어요")["items"][0]
    assert (first["article_id"], first["locale"]) == ("reset-password", "ko")


def test_the_server_says_that_it_is_ready_and_whole(server):
    ready = server.get("/readyz")
    assert ready["degraded"] is False
    assert ready["index"]["documents"] > 200
