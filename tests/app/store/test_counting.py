"""Counting records: by type, by the server's clock, sessions by day, nothing concluded."""

from datetime import UTC, datetime, timedelta

from app.deflection.report import make_report
from app.models import EVENT_TYPES, Event, Ticket

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(number, kind, session="s1", received=NOON):
    # The visitor's clock is a year off and must not matter.
    at = received - timedelta(days=365)
    return Event(id=str(number), type=kind, session=session, at=at, received_at=received)


def test_records_are_counted_by_type_since_a_moment(sessions):
    with sessions() as session:
        session.add_all(
            [
                event(1, "helpful"),
                event(2, "helpful", "s2"),
                event(3, "solved", "s2"),
                event(4, "solved", "s3", NOON - timedelta(days=2)),
                Ticket(id="t1", email="a@b", body="x", created_at=NOON),
                Ticket(id="t2", email="a@b", body="x", created_at=NOON - timedelta(days=2)),
            ]
        )
        session.commit()
        everything, recent = (
            make_report(session, since=since, window=timedelta(hours=72), now=NOON).counts
            for since in (None, NOON)
        )
    assert everything.events == dict.fromkeys(EVENT_TYPES, 0) | {"helpful": 2, "solved": 2}
    assert (everything.sessions, everything.tickets) == (3, 2)
    assert recent.events == dict.fromkeys(EVENT_TYPES, 0) | {"helpful": 2, "solved": 1}
    assert (recent.sessions, recent.tickets) == (2, 1)
    assert recent.to_json()["since"] == "2026-06-01T12:00:00+00:00"
