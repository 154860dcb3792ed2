"""Questions for a person: accepted from the contact form and the API, and kept.

What a help desk reports of them (app/ticket_outcomes.py) is signed with a shared secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attachments import Attachment
from app.db import begin_writing
from app.deflection.participants import SHORTEST_VISITOR, Holdout, join
from app.deflection.people import MOST_EARLIER, know_sender, link_ticket
from app.languages import read_locale
from app.models import Ticket, TicketAttachment, TicketDelivery, utc_now
from app.payload import Fields
from app.problems import NotSigned

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
SAME_MESSAGE = timedelta(minutes=10)
"""How long the same words with the same files from the same sender are the same message."""
LARGEST_CUSTOM = 8000
"""Bytes of JSON in a ticket's custom fields."""
REPLAY_SECONDS = 300
"""How far a signed request's clock may be from ours, both ways."""

# What mail servers accept in practice, letters of every script included; not all of RFC 5322.
EMAIL = re.compile(
    r"(?!.*\s)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\ud7ff-]{1,64}"
    r"@[A-Za-z0-9_\u00a1-\ud7ff-]+(\.[A-Za-z0-9_\u00a1-\ud7ff-]+)+"
)
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")


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
    earlier_sessions: tuple[str, ...] = ()
    """Sessions of the days before that were the sender's, as their browser says."""
    visitor: str = ""
    """The name that the browser made for the experiment; "" outside of it."""
    site: str | None = None
    """Key of the site on whose page it was written."""
    identity: str | None = None
    """Who that site says the sender is, proved."""


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
        custom=read_object(fields, "custom"),
        earlier_sessions=fields.texts("earlier_sessions", most=MOST_EARLIER, longest=64),
        visitor=fields.text("visitor", longest=64, shortest=SHORTEST_VISITOR),
    )
    if len(ticket.email) > 320:
        fields.refuse("email", "too-long", "At most 320 characters are allowed.")
    fields.finish()
    return ticket


def open_ticket(
    session: Session,
    ticket: NewTicket,
    *,
    files: Iterable[Attachment] = (),
    channels: Iterable[str] = (),
    holdout: Holdout | None = None,
    secret: str = "",
    now: datetime | None = None,
) -> str:
    """Store the ticket, commit, and return its id, which cannot be guessed or counted.

    What is sent again within SAME_MESSAGE, by a second click or because the answer was lost, is
    the ticket that is there: its id is returned, and nothing is stored or carried a second time.
    `channels` are those by which it is to be carried to a help desk (app/ticket_delivery).
    `holdout`: the experiment that runs; `secret`: the one shared with the help desk, with which
    the sender's address is hashed, so that a ticket opened elsewhere finds their sessions.
    """
    at, files = now or utc_now(), tuple(files)
    begin_writing(session, f"ticket\n{ticket.email}\n{ticket.subject}\n{ticket.body}")
    ticket_id = _find_same(session, ticket, files, at)
    if not ticket_id:
        ticket_id = _store(session, ticket, files, channels, at)
    link_ticket(session, ticket_id, ticket.earlier_sessions, at=at, now=at)
    _know_sender(session, ticket, holdout, secret, at)
    session.commit()
    return ticket_id


def _find_same(
    session: Session, ticket: NewTicket, files: Sequence[Attachment], at: datetime
) -> str:
    """The id of the ticket that this one repeats; "" where it says something new.

    A ticket of another visit is never it: its number leads to what support writes about it. One
    of no visit takes this one's (the first click may have come before the page's scripts).
    """
    candidates = session.scalars(
        select(Ticket)
        .where(
            # Of two at once the one that waited may have begun first.
            Ticket.created_at.between(at - SAME_MESSAGE, at + SAME_MESSAGE),
            Ticket.email == ticket.email,
            Ticket.subject == ticket.subject,
            Ticket.body == ticket.body,
        )
        .order_by(Ticket.created_at)
    )
    visits = (None, ticket.session, *ticket.earlier_sessions)
    for known in candidates:
        who = (known.site, known.identity) == (ticket.site, ticket.identity)
        if who and known.session in visits and _has_files(session, known.id, files):
            known.session = known.session or ticket.session
            return known.id
    return ""


def _has_files(session: Session, ticket_id: str, files: Sequence[Attachment]) -> bool:
    kept = select(TicketAttachment.sha256).where(TicketAttachment.ticket_id == ticket_id)
    return sorted(session.scalars(kept)) == sorted(file.sha256 for file in files)


def _store(
    session: Session,
    ticket: NewTicket,
    files: Sequence[Attachment],
    channels: Iterable[str],
    at: datetime,
) -> str:
    """Write down a new ticket with all that goes with it; returns its id."""
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
            created_at=at,
            site=ticket.site,
            identity=ticket.identity,
        )
    )
    session.flush()
    session.add_all(_attached(ticket_id, file) for file in files)
    session.add_all(TicketDelivery(ticket_id=ticket_id, channel=channel) for channel in channels)
    return ticket_id


def _know_sender(
    session: Session, ticket: NewTicket, holdout: Holdout | None, secret: str, at: datetime
) -> None:
    """Note whose visits came before the ticket, as far as the sender's browser and site say."""
    if holdout is not None and ticket.visitor and ticket.session:
        join(session, holdout, ticket.visitor, ticket.session, at)
    visits = [ticket.session or "", *ticket.earlier_sessions]
    customer = ticket.identity or ""
    know_sender(session, secret, visits, at, email=ticket.email, customer=customer)


def _attached(ticket_id: str, file: Attachment) -> TicketAttachment:
    return TicketAttachment(
        ticket_id=ticket_id,
        name=file.name,
        media_type=file.media_type,
        size=len(file.data),
        sha256=file.sha256,
        data=file.data,
    )


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


def read_object(fields: Fields, name: str) -> dict[str, Any]:
    """A member that is a JSON object of at most LARGEST_CUSTOM bytes; {} where it is absent."""
    value = fields.value(name, largest=LARGEST_CUSTOM)
    if value is None:
        return {}
    if not isinstance(value, dict):
        fields.refuse(name, "wrong-type", "A JSON object is expected.")
        return {}
    return value
