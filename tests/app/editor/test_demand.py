"""Who asked for what in which language: by what visitors typed and opened."""

import uuid
from datetime import timedelta

import pytest

from app.editor.demand import PERIOD, count_demand
from app.models import Event, utc_now

LOCALES = ("en", "ko", "ja", "zh", "zh-Hant")
NOW = utc_now()


class Visitors:
    def __init__(self, sessions):
        self.sessions = sessions
        self.at = NOW - timedelta(days=1)

    def record(self, visitor, kind, **values):
        self.at += timedelta(seconds=1)
        at = values.pop("received_at", self.at)
        event = Event(
            id=str(uuid.uuid4()), session=visitor, type=kind, at=at, received_at=at, **values
        )
        with self.sessions.begin() as session:
            session.add(event)

    def ask(self, visitor, query, *articles, **values):
        value = {"query": query, "articles": list(articles), "results": len(articles)}
        self.record(visitor, "suggest_shown", value=value, **values)

    def open(self, visitor, article_id, locale):
        self.record(visitor, "article_viewed", article_id=article_id, locale=locale)

    def demand(self):
        with self.sessions() as session:
            return dict(count_demand(session, LOCALES, now=NOW))


@pytest.fixture
def visitors(sessions):
    return Visitors(sessions)


def test_each_visitor_counts_once_in_the_language_of_the_question(visitors):
    for number in range(3):
        visitors.ask(f"ja-{number}", "返金はいつ", "refund", "other")
    visitors.ask("ja-0", "返金の方法", "refund")
    visitors.ask("ko-0", "환불", "refund")
    assert visitors.demand() == {("refund", "ja"): 3, ("refund", "ko"): 1}


def test_what_was_typed_on_the_way_to_a_question_is_no_question(visitors):
    visitors.ask("a", "환", "welcome")
    visitors.ask("a", "환불", "refund")
    assert visitors.demand() == {("refund", "ko"): 1}


def test_han_is_japanese_for_who_typed_kana_and_chinese_for_others(visitors):
    visitors.ask("a", "へんぴん", "return")
    visitors.ask("a", "返品", "return")
    visitors.ask("b", "退货", "return")
    assert visitors.demand() == {("return", "ja"): 1, ("return", "zh"): 1}


def test_latin_letters_tell_no_language_but_what_was_opened_does(visitors):
    visitors.ask("a", "refund", "refund")
    assert visitors.demand() == {}
    visitors.open("a", "refund", "en")
    assert visitors.demand() == {("refund", "en"): 1}


def test_who_asked_in_japanese_and_read_english_wanted_japanese(visitors):
    visitors.ask("a", "返金はいつ", "other")
    visitors.open("a", "refund", "en")
    assert visitors.demand() == {("other", "ja"): 1, ("refund", "ja"): 1}


def test_questions_without_an_answer_or_of_long_ago_count_for_nothing(visitors):
    visitors.ask("a", "환불")
    visitors.ask("b", "환불", "refund", received_at=NOW - PERIOD - timedelta(hours=1))
    visitors.record("c", "suggest_shown", value=None)
    assert visitors.demand() == {}
