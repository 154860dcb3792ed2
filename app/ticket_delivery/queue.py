"""Tickets on their way: claimed, handed over, tried again ever more seldom, given up in sight.

A row is written with the ticket itself, so no ticket is forgotten; a worker takes one by moving its
next attempt into the future, so no two carry the same, and one whose worker died comes up again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.errors import KotaeError
from app.models import Ticket, TicketDelivery, utc_now
from app.ticket_delivery.channel import Channel, DeliveryFailed, DeliveryRefused
from app.ticket_delivery.handoff import Handoff, load_handoff

MOST_ATTEMPTS = 10
LEASE = timedelta(minutes=5)
"""How long a worker has for one ticket; longer than all its timeouts together."""
_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=12)
_LONGEST_FAULT = 500


class DeliveryNotFound(KotaeError):
    """No delivery has this number."""

    code = "delivery-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that is ours for LEASE."""

    id: int
    channel: str
    attempts: int
    """This one included."""
    handoff: Handoff


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 4, 16, 64 minutes and so on, at most 12 hours."""
    factor: int = 4 ** min(attempts - 1, 10)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)


def deliver_due(
    sessions: sessionmaker[Session],
    channels: Mapping[str, Channel],
    base_url: str,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Hand over every ticket that is due by one of `channels`; returns how many were tried."""
    tried = 0
    while taken := _take_one(sessions, channels.keys(), base_url, clock()):
        tried += 1
        try:
            reference = channels[taken.channel].deliver(taken.handoff, taken.id)
        except (DeliveryFailed, DeliveryRefused) as error:
            _note_failure(sessions, taken, error, clock())
        except Exception as error:
            # A defect of ours must end like every failure, or it would be tried for ever first.
            _LOG.exception("ticket delivery %d by %s", taken.id, taken.channel)
            fault = DeliveryFailed(f"defect: {type(error).__name__}")
            _note_failure(sessions, taken, fault, clock())
        else:
            _note_arrival(sessions, taken, reference, clock())
    return tried


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
        delivery.attempts += 1
        delivery.next_at = now + LEASE
        ticket = session.get_one(Ticket, delivery.ticket_id)
        handoff = load_handoff(session, ticket, base_url)
        session.commit()
        return _Taken(delivery.id, delivery.channel, delivery.attempts, handoff)


def _note_arrival(
    sessions: sessionmaker[Session], taken: _Taken, reference: str, now: datetime
) -> None:
    with sessions() as session:
        delivery = session.get(TicketDelivery, taken.id)
        if delivery is None:  # its ticket was deleted meanwhile
            return
        delivery.state, delivery.delivered_at, delivery.fault = "delivered", now, ""
        ticket = session.get_one(Ticket, delivery.ticket_id)
        ticket.reference = reference or ticket.reference
        session.commit()


def _note_failure(
    sessions: sessionmaker[Session],
    taken: _Taken,
    error: DeliveryFailed | DeliveryRefused,
    now: datetime,
) -> None:
    final = isinstance(error, DeliveryRefused) or taken.attempts >= MOST_ATTEMPTS
    wait = getattr(error, "wait", None) or timedelta()
    with sessions() as session:
        delivery = session.get(TicketDelivery, taken.id)
        if delivery is None:
            return
        delivery.state = "dead" if final else "waiting"
        delivery.next_at = now + max(pause_after(taken.attempts), wait)
        delivery.fault = error.message[:_LONGEST_FAULT]
        session.commit()
