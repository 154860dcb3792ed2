"""Storing timelines as the server would have: events by arrival, tickets as tickets."""

from app.deflection.participants import join
from app.models import Event, Ticket
from tests.app.deflection.timelines import read_timeline


def record(
    sessions,
    visitor,
    timeline,
    *,
    later=None,
    locale="en",
    query=None,
    told=None,
    holdout=None,
    name=None,
):
    """Store what happened in the session `visitor`; `later` moves all of it.

    With `holdout` it takes part in that experiment, under the browser's `name`.
    """
    with sessions.begin() as session:
        moments = read_timeline(timeline, later)
        if holdout:
            join(session, holdout, name or visitor, visitor, moments[0].at)
        for moment in moments:
            at = moment.at
            row_id = f"{visitor}-{moment.id}-{at:%m%d%H%M}"
            if moment.kind == "ticket":
                ticket = Ticket(id=row_id[:32], session=visitor, email=f"{visitor}@b", body="x")
                ticket.created_at = at
                session.add(ticket)
                continue
            value = moment.value
            if query and value:
                value = value | {"query": query}
            if told and value:
                value = value | told
            session.add(
                Event(
                    id=row_id[:36],
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
