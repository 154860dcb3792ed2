"""Which sessions were one person's, where the person said who they are; names are never kept.

A ticket that a help desk opens by mail or telephone knows no session. It knows an address or a
customer's id; of both only a keyed hash is kept here, beside the sessions in which they were given.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import insert_new
from app.models import PersonSession, TicketSession
from app.payload import Fields
from app.problems import NotSigned

MOST_EARLIER = 10
"""Earlier sessions that a ticket may name."""
_LONGEST_SESSION = timedelta(days=1)
_SIGNATURE = re.compile("[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in customer, as the site that embeds Kotae names them."""

    id: str
    hash: str
    """HMAC-SHA256 of the id in hexadecimal digits, made by that site's server."""


def hash_address(secret: str, address: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a mail address in lower case; a help desk computes the same."""
    return _hash(secret, address.strip().lower())


def hash_customer(secret: str, customer: str) -> str:
    """What is kept of a customer's id; never equal to the signature that a browser shows."""
    return _hash(secret, f"customer\n{customer}")


def read_identity(fields: Fields, name: str = "identity") -> Identity | None:
    """The member {"id": ..., "hash": ...}; None where it is absent or bad."""
    if not fields.has(name):
        return None
    inside = fields.inside(name)
    identity = Identity(
        inside.text("id", longest=200, shortest=1, required=True),
        inside.matching("hash", _SIGNATURE, "64 hexadecimal digits", required=True).lower(),
    )
    fields.problems.extend(inside.problems)
    return identity


def sign_identity(secret: str, customer: str) -> str:
    """What a site's server says of who is signed in: HMAC-SHA256 (RFC 2104) of their id, in hex."""
    return _hash(secret, customer)


def vouches_for(secret: str, identity: Identity) -> bool:
    """Whether the holder of `secret` signed the id; nobody holds an empty one."""
    return bool(secret) and hmac.compare_digest(sign_identity(secret, identity.id), identity.hash)


def check_identity(secret: str, identity: Identity) -> None:
    """Raise NotSigned unless the embedding site's server vouches for the id."""
    if not vouches_for(secret, identity):
        raise NotSigned("The customer's id is not signed with the secret of this server.")


def know_person(session: Session, person: str, visits: Iterable[str], at: datetime) -> None:
    """Note that these sessions were of `person`, a hash; the caller commits."""
    rows = [{"person": person, "session": visit, "at": at} for visit in visits if visit]
    if rows:
        session.execute(insert_new(session, PersonSession), rows)


def know_sender(
    session: Session,
    secret: str,
    visits: Iterable[str],
    at: datetime,
    *,
    email: str = "",
    customer: str = "",
) -> None:
    """Note that these sessions were of who has this address, or this proved id; see `know_person`.

    `secret` is the one shared with the help desk; without it nothing is noted.
    """
    named = [visit for visit in visits if visit]
    for known, text in ((hash_address, email), (hash_customer, customer)):
        if secret and text:
            know_person(session, known(secret, text), named, at)


def sessions_of(
    session: Session, people: Iterable[str], *, at: datetime, window: timedelta
) -> list[str]:
    """Sessions of these people that a ticket of `at` may count against, the latest first."""
    near = PersonSession.at.between(at - window - _LONGEST_SESSION, at + _LONGEST_SESSION)
    found = session.execute(
        select(PersonSession.session)
        .where(PersonSession.person.in_(list(people)), near)
        .order_by(PersonSession.at.desc(), PersonSession.session)
    )
    return list(dict.fromkeys(found.scalars()))


def link_ticket(
    session: Session, ticket: str, visits: Iterable[str], *, at: datetime, now: datetime
) -> None:
    """Let a ticket opened at `at` count against further sessions; the caller commits."""
    rows: list[dict[str, Any]] = [
        {"ticket": ticket, "session": visit, "at": at, "received_at": now}
        for visit in dict.fromkeys(visits)
    ]
    if rows:
        session.execute(insert_new(session, TicketSession), rows)


def _hash(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
