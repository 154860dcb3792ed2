"""What is on its way after a restore: nothing that was sent since the backup is sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.models import (
    EditorialAction,
    Letter,
    LetterItem,
    NotificationMark,
    Ticket,
    TicketDelivery,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the delivery of a ticket by one channel ended."""

    state: str
    attempts: int
    next_at: datetime
    fault: str
    delivered_at: datetime | None
    reference: str | None
    """The help desk's own number for the ticket."""


Outcomes = Mapping[tuple[str, str], Outcome]
"""By ticket and channel."""


def read_outcomes(session: Session) -> Outcomes:
    """Every delivery that has ended, one way or the other."""
    ended = select(TicketDelivery, Ticket.reference).join(
        Ticket, Ticket.id == TicketDelivery.ticket_id
    )
    return {
        (row.ticket_id, row.channel): Outcome(
            row.state, row.attempts, row.next_at, row.fault, row.delivered_at, reference
        )
        for row, reference in session.execute(ended.where(TicketDelivery.state != "waiting"))
    }


def settle_deliveries(session: Session, outcomes: Outcomes) -> None:
    """Note at waiting tickets what became of them since; of the others nobody knows, they wait."""
    waiting = select(TicketDelivery).where(TicketDelivery.state == "waiting")
    for row in session.scalars(waiting).all():
        outcome = outcomes.get((row.ticket_id, row.channel))
        if outcome is not None:
            row.state, row.attempts, row.fault = outcome.state, outcome.attempts, outcome.fault
            row.next_at, row.delivered_at = outcome.next_at, outcome.delivered_at
            ticket = session.get_one(Ticket, row.ticket_id)
            ticket.reference = ticket.reference or outcome.reference


def drop_letters(session: Session) -> None:
    """Tell staff of nothing that was done before the backup.

    A letter waits for minutes only, so that it has left since; and it speaks of an article as it
    was then. What is done from now on is told.
    """
    waiting = select(Letter.id).where(Letter.state == "waiting")
    session.execute(delete(LetterItem).where(LetterItem.letter_id.in_(waiting)))
    session.execute(delete(Letter).where(Letter.state == "waiting"))
    newest = session.scalar(select(func.max(EditorialAction.id))) or 0
    session.execute(update(NotificationMark).values(last_action=newest))
