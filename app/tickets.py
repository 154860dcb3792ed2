"""Questions for a person: accepted from the contact form and the API, kept, and followed up.

A help desk that takes a ticket over reports what became of it, signed with a shared secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import KotaeError
from app.languages import read_locale
from app.models import Ticket, TicketOutcome, TicketReply
from app.payload import Fields, parse_json
from app.problems import NotSigned

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
LARGEST_CUSTOM = 8000
"""Bytes of JSON in a ticket's custom fields."""
REPLAY_SECONDS = 300
"""How far a signed request's clock may be from ours, both ways."""
OUTCOMES = ("created", "reopened", "replied", "solved", "closed", "merged", "spam")

# What mail servers accept in practice, letters of every script included; not all of RFC 5322.
EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\ud7ff-]{1,64}"
    r"@[A-Za-z0-9_\u00a1-\ud7ff-]+(\.[A-Za-z0-9_\u00a1-\ud7ff-]+)+"
)
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")


class TicketNotFound(KotaeError):
    """An outcome names a ticket that was never made here."""

    code = "ticket-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a visitor sends to a person, checked."""

    email: str
    subject: str
    body: str
    session: str | None = None
    page: str | None = None
    locale: str | None = None
    query_id: str | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    site: str | None = None
    """Key of the site on whose page it was written."""
    identity: str | None = None
    """Who that site says the sender is, proved."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a help desk says became of a ticket, checked."""

    id: str
    ticket_id: str
    reference: str
    outcome: str
    at: datetime
    data: dict[str, Any]


def read_ticket(values: Any) -> NewTicket:
    """The ticket in a JSON body or a posted form. Raises BadRequestData naming every bad field."""
    fields = Fields.from_object(values)
    ticket = NewTicket(
        email=fields.matching("email", EMAIL, "An e-mail address", required=True),
        subject=fields.text("subject", longest=LONGEST_SUBJECT, shortest=1, required=True).strip(),
        body=fields.text("body", longest=LONGEST_BODY, shortest=1, required=True).strip(),
        session=fields.text("session", longest=64) or None,
        page=fields.text("page", longest=2000) or None,
        locale=read_locale(fields.text("locale", longest=35)),
        query_id=fields.text("query_id", longest=64) or None,
        custom=_object(fields, "custom"),
    )
    if len(ticket.email) > 320:
        fields.refuse("email", "too-long", "At most 320 characters are allowed.")
    fields.finish()
    return ticket


def open_ticket(session: Session, ticket: NewTicket) -> str:
    """Store the ticket, commit, and return its id, which cannot be guessed or counted."""
    ticket_id = secrets.token_hex(8)
    session.add(
        Ticket(
            id=ticket_id,
            email=ticket.email,
            subject=ticket.subject,
            body=ticket.body,
            session=ticket.session,
            page=ticket.page,
            locale=ticket.locale,
            query_id=ticket.query_id,
            custom=ticket.custom,
            site=ticket.site,
            identity=ticket.identity,
        )
    )
    session.commit()
    return ticket_id


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a help desk's request: HMAC-SHA256 (RFC 2104) over timestamp, ".", body."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check_signature(
    secret: str, timestamp: str, signature: str, body: bytes, *, now: datetime
) -> None:
    """Raise NotSigned unless `signature` is ours for this body and `timestamp` is recent.

    `timestamp` is in seconds since 1970 UTC; REPLAY_SECONDS bounds how long a request that
    somebody overheard could be sent again.
    """
    if not secret:
        raise NotSigned("Outcomes are refused: this server has no KB_OUTCOMES_SECRET.")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not _SIGNATURE.fullmatch(signature):
        raise NotSigned(
            "Send Kotae-Timestamp (seconds since 1970) and Kotae-Signature (sha256=...)."
        )
    if not hmac.compare_digest(sign(secret, timestamp, body), signature):
        raise NotSigned("The signature does not match the body; check the secret.")
    if abs(now.timestamp() - int(timestamp)) > REPLAY_SECONDS:
        raise NotSigned(f"The timestamp is over {REPLAY_SECONDS} seconds off; check the clock.")


def read_outcome(body: bytes) -> Outcome:
    """The outcome in a signed body. Raises BadJson or BadRequestData."""
    fields = Fields.from_object(parse_json(body))
    outcome = Outcome(
        id=fields.text("id", longest=100, shortest=1, required=True),
        ticket_id=fields.text("ticket_id", longest=32, shortest=1, required=True),
        reference=fields.text("reference", longest=200),
        outcome=fields.choice("outcome", OUTCOMES),
        at=fields.moment("at"),
        data=_object(fields, "data"),
    )
    fields.finish()
    return outcome


def record_outcome(session: Session, outcome: Outcome) -> None:
    """Keep the outcome, put the help desk's reference on the ticket, and commit.

    A repeated delivery (same id) counts once. Raises TicketNotFound.
    """
    ticket = session.get(Ticket, outcome.ticket_id)
    if ticket is None:
        raise TicketNotFound(f"There is no ticket {outcome.ticket_id!r} here.")
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    stored = session.execute(
        insert(TicketOutcome)
        .values(
            id=outcome.id,
            ticket_id=ticket.id,
            session=ticket.session,
            reference=outcome.reference or None,
            outcome=outcome.outcome,
            at=outcome.at,
            data=outcome.data,
        )
        .on_conflict_do_nothing()
        .returning(TicketOutcome.id)
    )
    if stored.first() is not None:
        _follow(session, ticket, outcome)
    session.commit()


def _follow(session: Session, ticket: Ticket, outcome: Outcome) -> None:
    """Put on the ticket what a new outcome says; its sender reads the reply on their page."""
    ticket.reference = outcome.reference or ticket.reference
    ticket.status = "new"  # from now on the help desk's outcomes say how it stands
    reply = outcome.data.get("reply")
    if outcome.outcome == "replied" and isinstance(reply, str) and reply.strip():
        session.add(
            TicketReply(ticket_id=ticket.id, author="support", body=reply.strip(), at=outcome.at)
        )


def _object(fields: Fields, name: str) -> dict[str, Any]:
    value = fields.value(name, largest=LARGEST_CUSTOM)
    if value is None:
        return {}
    if not isinstance(value, dict):
        fields.refuse(name, "wrong-type", "A JSON object is expected.")
        return {}
    return value
