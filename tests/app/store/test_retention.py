"""Retention: events are forgotten when they are older than promised, and nothing else is."""

from datetime import timedelta

from sqlalchemy import select

from app.indexer import Indexer
from app.models import Event, Ticket, UnsavedText, utc_now
from app.retention import forget_old_events


def add_events(sessions, *ages_in_days):
    now = utc_now()
    with sessions() as session:
        for age in ages_in_days:
            arrived = now - timedelta(days=age)
            # The visitor's clock says that it has just happened; it does not count.
            session.add(
                Event(id=str(age), session="s", type="helpful", at=now, received_at=arrived)
            )
        session.add(Ticket(id="t", email="a@b", body="x", created_at=now - timedelta(days=1000)))
        session.commit()


def kept(sessions):
    with sessions() as session:
        return set(session.scalars(select(Event.id))), session.scalars(select(Ticket.id)).all()


def test_events_older_than_promised_are_forgotten_and_tickets_kept(sessions):
    add_events(sessions, 1, 89, 91, 92, 93, 400)
    assert forget_old_events(sessions, 90) == 4
    assert kept(sessions) == ({"1", "89"}, ["t"])
    assert forget_old_events(sessions, 90) == 0


def test_a_running_server_forgets_by_itself(settings, sessions, index):
    add_events(sessions, 1, 91)
    Indexer(settings, sessions, index).work_once()
    assert kept(sessions) == ({"1"}, ["t"])


def test_texts_that_nobody_came_back_to_for_a_month_are_forgotten(settings, sessions, index):
    with sessions.begin() as session:
        for age in (29, 31):
            saved_at = utc_now() - timedelta(days=age)
            kept = {"locale": "en", "owner": "user:1", "source": "x", "saved_at": saved_at}
            session.add(UnsavedText(article_id=f"{age}-days", **kept))
    Indexer(settings, sessions, index).work_once()
    with sessions() as session:
        assert session.scalars(select(UnsavedText.article_id)).all() == ["29-days"]


def test_it_looks_once_an_hour_and_not_twice_a_second(settings, sessions, index, monkeypatch):
    calls = []
    monkeypatch.setattr(
        "app.indexer.keep_deflection",
        lambda sessions, settings: calls.append(settings.event_retention_days) or 0,
    )
    indexer = Indexer(settings, sessions, index)
    for _ in range(3):
        indexer.work_once()
    assert calls == [90]
