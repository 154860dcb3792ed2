"""The outbox: what is asked of the index when an article changes or its time comes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.models import Article, OutboxEntry
from app.outbox import note_change, note_passed_times
from tests.store_helpers import stored_article

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked(sessions):
    with sessions() as session:
        entries = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
        return [(entry.document_id, entry.action) for entry in entries]


@pytest.mark.parametrize(
    ("values", "expected", "indexed"),
    [
        ({}, [("a@en", "put")], True),
        ({"indexed": True}, [("a@en", "put")], True),
        ({"status": "draft"}, [], False),
        ({"status": "draft", "indexed": True}, [("a@en", "remove")], False),
        ({"publish_at": NOON + HOUR}, [], False),
        ({"expires_at": NOON - HOUR, "indexed": True}, [("a@en", "remove")], False),
    ],
)
def test_a_change_asks_for_what_readers_may_see_now(sessions, values, expected, indexed):
    with sessions() as session:
        article = stored_article("a", **values)
        session.add(article)
        session.flush()
        note_change(session, article, NOON)
        session.commit()
        assert article.indexed is indexed
    assert asked(sessions) == expected


def test_when_the_change_is_rolled_back_so_is_what_was_asked(sessions):
    with sessions() as session:
        article = stored_article("a")
        session.add(article)
        session.flush()
        note_change(session, article, NOON)
        session.rollback()
    assert asked(sessions) == []


def test_articles_appear_and_disappear_when_their_time_comes(sessions):
    with sessions() as session:
        session.add(stored_article("soon", publish_at=NOON, expires_at=NOON + HOUR))
        session.add(stored_article("always", indexed=True))
        session.add(stored_article("never", status="draft"))
        session.commit()
    assert note_passed_times(sessions, NOON - HOUR) == 0
    assert note_passed_times(sessions, NOON) == 1
    assert note_passed_times(sessions, NOON) == 0
    assert note_passed_times(sessions, NOON + HOUR) == 1
    assert asked(sessions) == [("soon@en", "put"), ("soon@en", "remove")]
    with sessions() as session:
        flags = {
            article.article_id: article.indexed for article in session.scalars(select(Article))
        }
    assert flags == {"soon": False, "always": True, "never": False}
