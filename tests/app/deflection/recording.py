"""Storing timelines as the server would have: events by arrival, tickets as tickets."""

from app.models import Event, Ticket
from tests.app.deflection.timelines import read_timeline


def record(sessions, visitor, timeline, *, later=None, locale="en", query=None):
    """Store what `visitor` did; `later` moves all of it."""
    with sessions.begin() as session:
        for moment in read_timeline(timeline):
            at = moment.at + later if later else moment.at
            name = f"{visitor}-{moment.id}-{at:%m%d%H%M}"
            if moment.kind == "ticket":
                ticket = Ticket(id=name[:32], session=visitor, email=f"{visitor}@b", body="x")
                ticket.created_at = at
                session.add(ticket)
                continue
            value = moment.value
            if query and value:
                value = value | {"query": query}
            session.add(
                Event(
                    id=name[:36],
                    session=visitor,
                    type=moment.kind,
                    at=at,
                    received_at=at,
                    occurred_at=at,
                    article_id=moment.article_id,
                    locale=locale,
                    value=value,
                )
            )
