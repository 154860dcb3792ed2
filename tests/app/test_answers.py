"""From a question to answers: what the index proposes, the database disposes."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.answers import MOST_ITEMS, Question, search, suggest
from app.deflection.events import new_event, record_events
from app.models import Article
from app.wording import QueryTooLong
from tests.fake_index import FakeIndex, make_hit
from tests.help_center import UPDATED, make_article

NOW = UPDATED + timedelta(days=1)


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


def ids(answers):
    return [(answer.article_id, answer.locale) for answer in answers.items]


def test_only_what_the_database_publishes_to_everybody_is_shown(session, index):
    found = suggest(Question("refund", limit=10), session=session, index=index, now=NOW)
    assert ids(found) == [("refund", "en")]


def test_an_agent_is_shown_what_is_written_for_agents(session, index):
    question = Question("refund", limit=10, audiences=frozenset({"public", "agents"}))
    found = suggest(question, session=session, index=index, now=NOW)
    assert ids(found) == [("refund", "en"), ("escalation", "en")]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "archived"},
        {"deleted_at": UPDATED},
        {"expires_at": NOW},
        {"publish_at": NOW + timedelta(seconds=1)},
        {"audience": "signed-in"},
    ],
)
def test_an_article_retracted_a_moment_ago_is_not_shown_though_the_index_has_it(
    session, index, change
):
    article = session.scalars(
        select(Article).where(Article.article_id == "refund", Article.locale == "en")
    ).one()
    for name, value in change.items():
        setattr(article, name, value)
    session.commit()
    found = suggest(Question("refund"), session=session, index=index, now=NOW)
    assert (ids(found), found.no_answer) == ([], True)


def test_the_check_takes_one_query_whatever_the_number_of_hits(session):
    session.add_all([make_article(f"a{number}", title="word") for number in range(30)])
    session.commit()
    index = FakeIndex([make_hit(f"a{number}", title="word") for number in range(30)])
    statements = []
    event.listen(
        session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    suggest(Question("word", limit=10), session=session, index=index, now=NOW)
    assert len(statements) == 1


def test_rejected_hits_leave_no_holes(session):
    session.add_all([make_article(f"a{number}", title="word") for number in range(0, 20, 2)])
    session.commit()
    index = FakeIndex([make_hit(f"a{number}", title="word") for number in range(20)])
    found = suggest(Question("word", limit=5), session=session, index=index, now=NOW)
    assert [answer.article_id for answer in found.items] == ["a0", "a2", "a4", "a6", "a8"]


def test_pages_of_results_neither_overlap_nor_have_gaps(session):
    session.add_all([make_article(f"a{number}", title="word") for number in range(25)])
    session.commit()
    hits = [make_hit(f"gone{number}", title="word") for number in range(4)]
    index = FakeIndex(hits + [make_hit(f"a{number}", title="word") for number in range(25)])
    pages = [
        search(Question("word", page=page, per_page=10), session=session, index=index, now=NOW)
        for page in (1, 2, 3, 4)
    ]
    shown = [answer.article_id for page in pages for answer in page.items]
    assert shown == [f"a{number}" for number in range(25)]
    assert pages[-2].total == 25
    assert [len(page.items) for page in pages] == [10, 10, 5, 0]
    assert not pages[-1].no_answer


def test_never_more_than_ten_suggestions_are_given(session):
    session.add_all([make_article(f"a{number}", title="word") for number in range(15)])
    session.commit()
    index = FakeIndex([make_hit(f"a{number}", title="word") for number in range(15)])
    found = suggest(Question("word", limit=99), session=session, index=index, now=NOW)
    assert len(found.items) == MOST_ITEMS


def test_the_engine_is_told_the_circumstances_and_given_clean_text(session, index):
    question = Question(
        "  환불\x00 \ud83d언제 ",
        locale="ko",
        category="payment",
        products=frozenset({"web"}),
        audiences=frozenset({"public"}),
    )
    suggest(question, session=session, index=index, now=NOW)
    (query,) = index.queries
    assert query.text == "환불 언제 "
    assert (query.locale, query.category) == ("ko", "payment")
    assert (query.products, query.audiences) == (frozenset({"web"}), frozenset({"public"}))


def test_a_question_longer_than_any_question_is_refused(session, index):
    with pytest.raises(QueryTooLong):
        suggest(Question("q" * 1001), session=session, index=index)
    assert index.queries == []


def test_silence_of_the_engine_is_passed_on(session, index):
    index.silent = True
    found = suggest(Question("capital of Mongolia"), session=session, index=index, now=NOW)
    assert (found.items, found.no_answer) == ((), True)


def test_a_degraded_engine_is_passed_on(session, index):
    index.degraded = "there is no embedding model"
    assert suggest(Question("refund"), session=session, index=index, now=NOW).degraded


def test_each_answer_has_a_name_of_its_own(session, index):
    names = {
        suggest(Question("refund"), session=session, index=index, now=NOW).query_id
        for _ in range(20)
    }
    assert len(names) == 20


def test_without_a_question_the_best_articles_come_in_the_askers_language_first(session, index):
    found = suggest(Question("  ", locale="ko"), session=session, index=index, now=NOW)
    assert ids(found) == [("refund", "ko"), ("gift-cards", "en"), ("sign-in", "en")]
    assert [answer.foreign for answer in found.items] == [False, True, True]
    assert found.items[0].text == "Text of 환불 받기."
    assert index.queries == []


def test_of_equally_good_articles_the_more_helpful_one_comes_first(session, index):
    session.add_all([make_article("plain", quality=0.95), make_article("loved", quality=0.95)])
    session.commit()
    record_events(session, [new_event("s", "helpful", NOW, article_id="loved")])
    found = suggest(Question("", locale="en", limit=2), session=session, index=index, now=NOW)
    assert [answer.article_id for answer in found.items] == ["loved", "plain"]


def test_without_a_question_a_category_still_counts(session, index):
    found = suggest(Question("", category="payment"), session=session, index=index, now=NOW)
    assert [answer.article_id for answer in found.items] == ["refund", "gift-cards"]


def test_a_region_of_the_askers_language_is_not_foreign(session, index):
    session.add(make_article("taiwan", "zh-TW", quality=0.99))
    session.commit()
    found = suggest(Question("", locale="zh", limit=2), session=session, index=index, now=NOW)
    assert ids(found) == [("refund", "zh"), ("taiwan", "zh-TW")]
    assert not any(answer.foreign for answer in found.items)


def test_hits_that_the_database_rejects_do_not_empty_the_list(session):
    hidden = [f"hidden{number}" for number in range(12)]
    session.add_all(
        [make_article(name, title="word", audience="agents") for name in hidden]
        + [make_article(f"shown{number}", title="word") for number in range(5)]
    )
    session.commit()
    names = [*hidden, *(f"shown{number}" for number in range(5))]
    index = FakeIndex([make_hit(name, title="word") for name in names])
    found = suggest(Question("word", limit=5), session=session, index=index, now=NOW)
    assert [answer.article_id for answer in found.items] == [f"shown{n}" for n in range(5)]
