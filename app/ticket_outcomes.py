"""What a help desk says became of a ticket, made here or opened elsewhere.

Whose a ticket is that was opened by mail or telephone is found by a session, by the id of a
signed-in customer, or by the hash of an address (app/deflection/people.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.db import begin_writing, insert_new
from app.deflection.people import hash_customer, link_ticket, sessions_of
from app.errors import KotaeError
from app.models import Ticket, TicketOutcome, TicketReply, utc_now
from app.payload import Fields, parse_json
from app.ticket_references import adopt_reports, find_reported, find_sent, know_session
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
        reference=fields.text("reference", longest=200).strip(),
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


@dataclass(frozen=True, slots=True)
class _About:
    """The ticket that an outcome is about, and the sessions it is known to belong to."""

    ticket: Ticket | None = None
    reported: TicketOutcome | None = None
    """The first report of one that was opened elsewhere and reported before."""
    visits: tuple[str, ...] = ()
    """The surest first."""


def record_outcome(
    session: Session,
    outcome: Outcome,
    *,
    secret: str = "",
    window: timedelta = timedelta(hours=72),
    now: datetime | None = None,
) -> int:
    """Keep the outcome, put the help desk's reference on the ticket, and commit.

    A repeated delivery (same id, same content) counts once, and so does a ticket that is told of
    twice (app/ticket_references.py). Returns how many sessions the ticket is known to belong to.
    Raises TicketNotFound, OutcomeConflict.
    """
    at = now or utc_now()
    begin_writing(session)  # or a number that is learned meanwhile would be missed
    about = _find_ticket(session, outcome, secret, window)
    row = {
        "id": outcome.id,
        "ticket_id": about.ticket.id if about.ticket else None,
        "session": about.ticket.session if about.ticket else next(iter(about.visits), None),
        "reference": outcome.reference or None,
        "outcome": outcome.outcome,
        "at": outcome.at,
        "received_at": at,
        "data": outcome.data,
    }
    stored = session.execute(insert_new(session, TicketOutcome).returning(TicketOutcome.id), [row])
    if stored.first() is None:
        _refuse_other(session, outcome, row)
    else:
        _connect(session, outcome, about, at)
    session.commit()
    return len(about.visits)


def _find_ticket(session: Session, outcome: Outcome, secret: str, window: timedelta) -> _About:
    if outcome.ticket_id:
        ticket = session.get(Ticket, outcome.ticket_id)
        if ticket is None:
            raise TicketNotFound(f"There is no ticket {outcome.ticket_id!r} here.")
        return _About(ticket, visits=_named(ticket.session))
    is_new = outcome.outcome == "created"
    visits = _visits(session, outcome, secret, window) if is_new else []
    reported = find_reported(session, outcome.reference, visits)
    if reported is not None:
        return _About(reported=reported, visits=_named(reported.session, *visits))
    sent = find_sent(session, outcome.reference, visits)
    if sent is None and not is_new:
        raise TicketNotFound(f"No ticket is known by the reference {outcome.reference!r}.")
    return _About(sent, visits=_named(sent.session if sent else None, *visits))


def _named(*visits: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(visit for visit in visits if visit))


def _visits(session: Session, outcome: Outcome, secret: str, window: timedelta) -> list[str]:
    """The sessions of whom a ticket is that the help desk says was created, the surest first."""
    people = [outcome.email_hash] if outcome.email_hash else []
    if outcome.customer and secret:
        people.append(hash_customer(secret, outcome.customer))
    found = sessions_of(session, people, at=outcome.at, window=window)
    return list(_named(outcome.session, *found))


def _refuse_other(session: Session, outcome: Outcome, row: dict[str, Any]) -> None:
    """Raise OutcomeConflict where another outcome was delivered under the same id."""
    known = session.get_one(TicketOutcome, outcome.id)
    said = ["reference", "outcome", "at", "data"]
    if outcome.ticket_id:  # else it is what we concluded, and that may change
        said.append("ticket_id")
    if any(getattr(known, name) != row[name] for name in said):
        raise OutcomeConflict(f"Delivery {row['id']!r} said something else before; use a new id.")


def _connect(session: Session, outcome: Outcome, about: _About, now: datetime) -> None:
    """Bring what a new outcome says to its ticket, and the ticket to the sessions it tells of."""
    ticket, reported = about.ticket, about.reported
    if ticket is not None:
        others = [visit for visit in about.visits if visit != ticket.session]
        link_ticket(session, ticket.id, others, at=ticket.created_at, now=now)
        _follow(session, ticket, outcome, now)
    elif reported is not None:
        if about.visits:
            know_session(session, reported, about.visits[0])
        link_ticket(session, reported.id, about.visits[1:], at=reported.at, now=now)
    else:
        link_ticket(session, outcome.id, about.visits[1:], at=outcome.at, now=now)


def _follow(session: Session, ticket: Ticket, outcome: Outcome, now: datetime) -> None:
    """Put on the ticket what a new outcome says; its sender reads the reply on their page."""
    ticket.reference = outcome.reference or ticket.reference
    ticket.status = "new"  # from now on the help desk's outcomes say how it stands
    adopt_reports(session, ticket, now)
    # A trigger that knows only the help desk's number may echo what was told by ours.
    reply = outcome.data.get("reply") if outcome.ticket_id else None
    if outcome.outcome == "replied" and isinstance(reply, str) and reply.strip():
        session.add(
            TicketReply(ticket_id=ticket.id, author="support", body=reply.strip(), at=outcome.at)
        )
