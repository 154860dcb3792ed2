"""What a help desk says became of a ticket, made here or opened elsewhere.

Whose a ticket is that was opened by mail or telephone is found by a session, by the id of a
signed-in customer, or by the hash of an address (app/deflection/people.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import insert_new
from app.deflection.people import hash_customer, link_ticket, sessions_of
from app.errors import KotaeError
from app.models import Ticket, TicketOutcome, TicketReply, utc_now
from app.payload import Fields, parse_json
from app.tickets import read_object

OUTCOMES = ("created", "reopened", "replied", "solved", "closed", "merged", "spam")

_HASH = re.compile(r"[0-9a-f]{64}")


class TicketNotFound(KotaeError):
    """An outcome names a ticket that was never made here."""

    code = "ticket-not-found"
    status = 404


class OutcomeConflict(KotaeError):
    """A delivery's id was used before, for something else."""

    code = "outcome-conflict"
    status = 409


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a help desk says became of a ticket, checked."""

    id: str
    ticket_id: str
    """"" for a ticket that was opened elsewhere."""
    reference: str
    outcome: str
    at: datetime
    data: dict[str, Any]
    session: str = ""
    customer: str = ""
    """The sender's id on the embedding site."""
    email_hash: str = ""
    """`hash_address` of the sender's address."""


def read_outcome(body: bytes) -> Outcome:
    """The outcome in a signed body. Raises BadJson or BadRequestData.

    Without `ticket_id` it is about a ticket opened elsewhere: then it says by `session`,
    `customer` or `email_hash` whose, or by `reference` which one that was reported before.
    """
    fields = Fields.from_object(parse_json(body))
    outcome = Outcome(
        id=fields.text("id", longest=100, shortest=1, required=True),
        ticket_id=fields.text("ticket_id", longest=32, shortest=1),
        reference=fields.text("reference", longest=200),
        outcome=fields.choice("outcome", OUTCOMES),
        at=fields.moment("at"),
        data=read_object(fields, "data"),
        session=fields.text("session", longest=64),
        customer=fields.text("customer", longest=200),
        email_hash=fields.matching("email_hash", _HASH, "64 hexadecimal digits in lower case"),
    )
    whose = outcome.session or outcome.customer or outcome.email_hash
    known = outcome.reference if outcome.outcome != "created" else whose
    if not fields.has("ticket_id") and not known:
        fields.refuse("ticket_id", "missing", "Say which ticket, or whose (see the description).")
    fields.finish()
    return outcome


def record_outcome(
    session: Session,
    outcome: Outcome,
    *,
    secret: str = "",
    window: timedelta = timedelta(hours=72),
    now: datetime | None = None,
) -> int:
    """Keep the outcome, put the help desk's reference on the ticket, and commit.

    A repeated delivery (same id, same content) counts once. Returns how many sessions the ticket
    is known to belong to. Raises TicketNotFound, OutcomeConflict.
    """
    at = now or utc_now()
    ticket = session.get(Ticket, outcome.ticket_id) if outcome.ticket_id else None
    if outcome.ticket_id and ticket is None:
        raise TicketNotFound(f"There is no ticket {outcome.ticket_id!r} here.")
    belongs = [ticket.session] if ticket else _visits(session, outcome, secret, window)
    visits = [visit for visit in belongs if visit]
    row = {
        "id": outcome.id,
        "ticket_id": outcome.ticket_id or None,
        "session": visits[0] if visits else None,
        "reference": outcome.reference or None,
        "outcome": outcome.outcome,
        "at": outcome.at,
        "received_at": at,
        "data": outcome.data,
    }
    stored = session.execute(insert_new(session, TicketOutcome).returning(TicketOutcome.id), [row])
    if stored.first() is None:
        _refuse_other(session, row)
    elif ticket is not None:
        _follow(session, ticket, outcome)
    elif outcome.outcome == "created":
        link_ticket(session, outcome.id, visits[1:], at=outcome.at, now=at)
    session.commit()
    return len(visits)


def _visits(session: Session, outcome: Outcome, secret: str, window: timedelta) -> list[str | None]:
    """The sessions of whom a ticket opened elsewhere is, the surest first."""
    if outcome.outcome != "created":
        return [_reported(session, outcome.reference).session]
    people = [outcome.email_hash] if outcome.email_hash else []
    if outcome.customer and secret:
        people.append(hash_customer(secret, outcome.customer))
    found = sessions_of(session, people, at=outcome.at, window=window)
    named = [outcome.session] if outcome.session else []
    return list(dict.fromkeys([*named, *found]))


def _reported(session: Session, reference: str) -> TicketOutcome:
    created = select(TicketOutcome).where(
        TicketOutcome.reference == reference,
        TicketOutcome.ticket_id.is_(None),
        TicketOutcome.outcome == "created",
    )
    found = session.scalars(created.limit(1)).first()
    if found is None:
        raise TicketNotFound(f"No ticket was reported as created with reference {reference!r}.")
    return found


def _refuse_other(session: Session, row: dict[str, Any]) -> None:
    """Raise OutcomeConflict where another outcome was delivered under the same id."""
    known = session.get_one(TicketOutcome, row["id"])
    said = ("ticket_id", "reference", "outcome", "at", "data")
    if any(getattr(known, name) != row[name] for name in said):
        raise OutcomeConflict(f"Delivery {row['id']!r} said something else before; use a new id.")


def _follow(session: Session, ticket: Ticket, outcome: Outcome) -> None:
    """Put on the ticket what a new outcome says; its sender reads the reply on their page."""
    ticket.reference = outcome.reference or ticket.reference
    ticket.status = "new"  # from now on the help desk's outcomes say how it stands
    reply = outcome.data.get("reply")
    if outcome.outcome == "replied" and isinstance(reply, str) and reply.strip():
        session.add(
            TicketReply(ticket_id=ticket.id, author="support", body=reply.strip(), at=outcome.at)
        )
