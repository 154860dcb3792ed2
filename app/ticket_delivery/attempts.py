"""How anything is carried that has to arrive: claimed, handed over, tried again ever more seldom.

Tickets and letters to staff go this way. A row is written with what it is about, so nothing is
forgotten; a worker takes one by moving its next attempt into the future, so no two carry the same,
and one whose worker died comes up again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from app.models.delivery import Carried
from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused

MOST_ATTEMPTS = 10
LEASE = timedelta(minutes=5)
"""How long a worker has for one delivery; longer than all its timeouts together."""
_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=12)
_LONGEST_FAULT = 500

Taken = TypeVar("Taken")
Failure = DeliveryFailed | DeliveryRefused


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 4, 16, 64 minutes and so on, at most 12 hours."""
    factor: int = 4 ** min(attempts - 1, 10)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)


def carry_all(
    take: Callable[[], Taken | None],
    hand_over: Callable[[Taken], str],
    *,
    arrived: Callable[[Taken, str], None],
    failed: Callable[[Taken, Failure], None],
) -> int:
    """Hand over what `take` gives until it gives nothing; returns how many were tried.

    `hand_over` returns the other side's number for it and raises DeliveryFailed, DeliveryRefused.
    After DeliveryFailed no more is tried: who is away now would let each of them wait.
    """
    tried = 0
    while (taken := take()) is not None:
        tried += 1
        try:
            reference = hand_over(taken)
        except DeliveryFailed as error:
            failed(taken, error)
            break
        except DeliveryRefused as error:
            failed(taken, error)
        except Exception as error:
            # A defect of ours must end like every failure, or it would be tried for ever first.
            _LOG.exception("carrying %r", type(taken).__name__)
            failed(taken, DeliveryFailed(f"defect: {type(error).__name__}"))
        else:
            arrived(taken, reference)
    return tried


def claim(row: Carried, now: datetime) -> None:
    """Take a row for LEASE; the caller holds the writers' turn, and commits."""
    row.attempts += 1
    row.next_at = now + LEASE


def note_arrival(row: Carried, now: datetime) -> None:
    """It was taken by the other side. The caller commits."""
    row.state, row.delivered_at, row.fault = "delivered", now, ""


def note_failure(row: Carried, error: Failure, attempt: int, now: datetime) -> None:
    """It was not; after MOST_ATTEMPTS, or where it never will be, it is given up. As above.

    `attempt`: the number that `claim` gave it. Nothing happens where the lease of that ran out and
    another took the row since, or even delivered it: it would be sent once more.
    """
    if row.state != "waiting" or row.attempts != attempt:
        return
    final = isinstance(error, DeliveryRefused) or row.attempts >= MOST_ATTEMPTS
    wait = getattr(error, "wait", None) or timedelta()
    row.state = "dead" if final else "waiting"
    row.next_at = now + max(pause_after(row.attempts), wait)
    row.fault = error.message[:_LONGEST_FAULT]
