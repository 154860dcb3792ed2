"""By which channels tickets were answered, as far as help desks report it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.insights.journeys import Journey
from app.models import TicketOutcome

_NOT_DIGITAL = ("phone", "visit", "letter")
"""Channels of a help desk's outcome (`data.channel`) that are not digital."""
_AT_ONCE = 400


def count_digital(session: Session, journeys: Sequence[Journey]) -> tuple[int, int]:
    """Of the journeys, those with no ticket that took a telephone call, a visit or a letter."""
    offline = _offline_tickets(session, (name for each in journeys for name in each.tickets))
    return sum(offline.isdisjoint(each.tickets) for each in journeys), len(journeys)


def _offline_tickets(session: Session, tickets: Iterable[str]) -> set[str]:
    """Those of which any word of the help desk names a channel that is not digital.

    `tickets`: ids of tickets made here, and of outcomes that report one opened elsewhere; of these
    the help desk speaks by its own reference.
    """
    wanted = sorted(set(tickets))
    created = aliased(TicketOutcome)
    same = TicketOutcome.reference == created.reference
    offline: set[str] = set()
    for place in range(0, len(wanted), _AT_ONCE):
        part = wanted[place : place + _AT_ONCE]
        elsewhere = created.id.in_(part), created.ticket_id.is_(None)
        for said in (
            select(TicketOutcome.ticket_id, TicketOutcome.data).where(
                TicketOutcome.ticket_id.in_(part)
            ),
            select(created.id, created.data).where(*elsewhere),
            select(created.id, TicketOutcome.data)
            .join(TicketOutcome, same)
            .where(*elsewhere, TicketOutcome.ticket_id.is_(None)),
        ):
            offline |= {
                str(ticket)
                for ticket, data in session.execute(said)
                if (data or {}).get("channel") in _NOT_DIGITAL
            }
    return offline
