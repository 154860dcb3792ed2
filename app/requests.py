"""A ticket as its sender follows it: what was written, and what becomes of it.

Whoever has a request's address may read it. The address carries a key that only this server can
make, so that nobody reads another's message by trying numbers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import KotaeError
from app.models import Ticket, TicketOutcome, TicketReply

STATES = ("new", "open", "answered", "solved", "closed")
_STATE_OF_OUTCOME = {
    "created": "open",
    "reopened": "open",
    "replied": "answered",
    "solved": "solved",
    "closed": "closed",
    "merged": "closed",
    "spam": "closed",
}
_KEY_LENGTH = 40
"""Hexadecimal digits, 160 bits."""


class RequestNotFound(KotaeError):
    """No ticket has this number, or the key is not its key; the two look alike from outside."""

    code = "request-not-found"
    status = 404


class RequestClosed(KotaeError):
    """A closed request takes no further messages."""

    code = "request-closed"
    status = 409


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a request."""

    body: str
    at: datetime
    from_us: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A ticket as its sender sees it."""

    id: str
    subject: str
    email: str
    state: str
    """One of STATES."""
    sent_at: datetime
    letters: tuple[Letter, ...]
    """The oldest first."""


def request_key(secret: str, ticket_id: str) -> str:
    """The key in a request's address: HMAC-SHA256 (RFC 2104) of its number, shortened."""
    signed = hmac.new(secret.encode(), b"request:" + ticket_id.encode(), hashlib.sha256)
    return signed.hexdigest()[:_KEY_LENGTH]


def check_key(secret: str, ticket_id: str, key: str) -> None:
    """Raise RequestNotFound unless `key` is the one of this ticket."""
    if not hmac.compare_digest(request_key(secret, ticket_id).encode(), key.encode()):
        raise RequestNotFound("There is no such request; check that the address is complete.")


def find_request(session: Session, ticket_id: str) -> Request:
    """A ticket with everything written about it. Raises RequestNotFound."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise RequestNotFound(f"There is no request {ticket_id!r}.")
    replies = session.scalars(
        select(TicketReply).where(TicketReply.ticket_id == ticket_id).order_by(TicketReply.id)
    )
    letters = [Letter(ticket.body, ticket.created_at, from_us=False)]
    letters += [Letter(each.body, each.at, each.author == "support") for each in replies]
    return Request(
        id=ticket.id,
        subject=ticket.subject,
        email=ticket.email,
        state=_state(session, ticket),
        sent_at=ticket.created_at,
        letters=tuple(letters),
    )


def find_requests(session: Session, ticket_ids: Iterable[str]) -> list[Request]:
    """Those of the tickets that exist, in the order given."""
    known = {ticket_id: session.get(Ticket, ticket_id) for ticket_id in ticket_ids}
    return [find_request(session, ticket_id) for ticket_id, ticket in known.items() if ticket]


def list_open_requests(session: Session) -> list[Request]:
    """Requests that wait for an answer, the oldest first."""
    tickets = session.scalars(select(Ticket.id).order_by(Ticket.created_at, Ticket.id))
    requests = [find_request(session, ticket_id) for ticket_id in tickets]
    return [request for request in requests if request.state in ("new", "open")]


def add_reply(
    session: Session, ticket_id: str, body: str, *, from_us: bool, now: datetime
) -> Request:
    """Add a message, and commit. Raises RequestNotFound, RequestClosed.

    The sender's message opens the request again, support's answers it.
    """
    request = find_request(session, ticket_id)
    if request.state == "closed":
        raise RequestClosed("This request is closed; please send a new one.")
    author = "support" if from_us else "visitor"
    session.add(TicketReply(ticket_id=ticket_id, author=author, body=body, at=now))
    return _settle(session, ticket_id, "answered" if from_us else "open")


def close_request(session: Session, ticket_id: str, *, solved: bool) -> Request:
    """Close a request, and commit. Raises RequestNotFound."""
    find_request(session, ticket_id)
    return _settle(session, ticket_id, "solved" if solved else "closed")


def _settle(session: Session, ticket_id: str, state: str) -> Request:
    session.get_one(Ticket, ticket_id).status = state
    session.commit()
    return find_request(session, ticket_id)


def _state(session: Session, ticket: Ticket) -> str:
    """What this server was told last: a help desk's word counts until somebody writes here."""
    if ticket.status in STATES[1:]:
        return ticket.status
    latest = session.scalars(
        select(TicketOutcome.outcome)
        .where(TicketOutcome.ticket_id == ticket.id)
        .order_by(TicketOutcome.at.desc(), TicketOutcome.received_at.desc())
        .limit(1)
    ).first()
    return "new" if latest is None else _STATE_OF_OUTCOME.get(latest, "open")
