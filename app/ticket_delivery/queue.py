"""Tickets on their way: claimed, handed over, tried again ever more seldom, given up in sight.

A row is written with the ticket itself, so no ticket is forgotten; a worker takes one by moving its
next attempt into the future, so no two carry the same, and one whose worker died comes up again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.errors import KotaeError
from app.models import Ticket, TicketDelivery, utc_now
from app.ticket_delivery.attempts import carry_all, claim, note_arrival, note_failure
from app.ticket_delivery.channel import Channel, DeliveryFailed, DeliveryRefused
from app.ticket_delivery.handoff import Handoff, load_handoff
from app.ticket_references import adopt_reports


class DeliveryNotFound(KotaeError):
    """No delivery has this number."""

    code = "delivery-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that is ours for LEASE."""

    id: int
    channel: str
    handoff: Handoff


def deliver_due(
    sessions: sessionmaker[Session],
    channels: Mapping[str, Channel],
    base_url: str,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Hand over every ticket that is due by one of `channels`; returns how many were tried."""
    return carry_all(
        lambda: _take_one(sessions, channels.keys(), base_url, clock()),
        lambda taken: channels[taken.channel].deliver(taken.handoff, taken.id),
        arrived=lambda taken, reference: _note_arrival(sessions, taken, reference, clock()),
        failed=lambda taken, error: _note_failure(sessions, taken, error, clock()),
    )


def list_deliveries(session: Session, states: Collection[str], limit: int) -> list[TicketDelivery]:
    """The newest deliveries in these states first."""
    newest = select(TicketDelivery).where(TicketDelivery.state.in_(states))
    return list(session.scalars(newest.order_by(TicketDelivery.id.desc()).limit(limit)))


def count_dead(sessions: sessionmaker[Session]) -> int:
    """How many deliveries were given up."""
    dead = select(func.count()).where(TicketDelivery.state == "dead")
    with sessions() as session:
        return session.scalar(dead) or 0


def deliver_again(session: Session, numbers: Sequence[int], now: datetime) -> int:
    """Let dead deliveries be tried anew, and commit; returns how many. No `numbers` means all.

    Raises DeliveryNotFound for a number that is not a dead delivery's.
    """
    dead = select(TicketDelivery.id).where(TicketDelivery.state == "dead")
    known = set(session.scalars(dead))
    for number in numbers:
        if number not in known:
            raise DeliveryNotFound(f"There is no dead delivery {number}; see kb ticket deliveries.")
    chosen = set(numbers) or known
    session.execute(
        update(TicketDelivery)
        .where(TicketDelivery.id.in_(chosen))
        .values(state="waiting", attempts=0, next_at=now)
    )
    session.commit()
    return len(chosen)


def _take_one(
    sessions: sessionmaker[Session], channels: Collection[str], base_url: str, now: datetime
) -> _Taken | None:
    due = select(TicketDelivery).where(
        TicketDelivery.state == "waiting",
        TicketDelivery.next_at <= now,
        TicketDelivery.channel.in_(channels),
    )
    first = due.order_by(TicketDelivery.next_at, TicketDelivery.id).limit(1)
    with sessions() as session:
        if session.scalars(first).first() is None:
            return None
        session.rollback()
        begin_writing(session)
        delivery = session.scalars(first).first()
        if delivery is None:
            return None
        claim(delivery, now)
        ticket = session.get_one(Ticket, delivery.ticket_id)
        handoff = load_handoff(session, ticket, base_url)
        session.commit()
        return _Taken(delivery.id, delivery.channel, handoff)


def _note_arrival(
    sessions: sessionmaker[Session], taken: _Taken, reference: str, now: datetime
) -> None:
    with sessions() as session:
        begin_writing(session)
        delivery = session.get(TicketDelivery, taken.id)
        if delivery is None:  # its ticket was deleted meanwhile
            return
        note_arrival(delivery, now)
        ticket = session.get_one(Ticket, delivery.ticket_id)
        if reference.strip():
            ticket.reference = reference.strip()
            adopt_reports(session, ticket, now)
        session.commit()


def _note_failure(
    sessions: sessionmaker[Session],
    taken: _Taken,
    error: DeliveryFailed | DeliveryRefused,
    now: datetime,
) -> None:
    with sessions() as session:
        delivery = session.get(TicketDelivery, taken.id)
        if delivery is not None:
            note_failure(delivery, error, now)
            session.commit()
