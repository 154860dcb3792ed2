"""A new password by a link in a mail, for who forgot theirs.

Nobody learns whether an address has an account: the same is answered, and the same is written, for
every one. The link's token is drawn by whoever sends the mail, so the database never holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.audit import Actor, note_deed
from app.accounts.passwords import check_strength
from app.accounts.sign_in import forgive_failures
from app.accounts.throttling import count_attempt
from app.accounts.tokens import hash_token, keyed_hash, new_token
from app.accounts.users import set_password
from app.db import begin_writing
from app.errors import KotaeError
from app.models import ApiToken, PasswordReset, User, utc_now
from app.settings import Settings
from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused
from app.ticket_delivery.mail_server import MailServer

VALID = timedelta(minutes=30)
MOST_OF_ADDRESS = 3
"""Mails to one address within throttling.WINDOW."""
MOST_OF_CLIENT = 20
_LEASE = timedelta(minutes=2)
"""How long a worker has for one mail; longer than its timeouts."""
_PAUSE = timedelta(seconds=15)
_SOMEBODY = Actor("not signed in")
_LOG = logging.getLogger(__name__)


class ResetGone(KotaeError):
    """A link is unknown, was used, or is too old; the three look alike from outside."""

    code = "reset-gone"
    status = 404


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in somebody's language."""

    subject: str
    body: str
    """With `{link}` where the address stands."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A mail that is ours to send for _LEASE."""

    id: int
    attempts: int
    email: str
    subject: str
    body: str


def open_mail_server(settings: Settings) -> MailServer | None:
    """The server that sends such mails; None where none is set, or no address for their links.

    The links' address is never taken from a request: who asks could say another site's.
    """
    if not (settings.smtp_url and settings.mail_from and settings.base_url):
        return None
    return MailServer(settings.smtp_url, sender=settings.mail_from)


def request_reset(
    session: Session, *, email: str, client: str, letter: Letter, secret: str, now: datetime
) -> None:
    """Have a mail sent to who has an account with a password by this address, and commit.

    `client` and `secret` as in sign_in. Raises TooManyAttempts, for every address alike.
    """
    folded = email.strip().casefold()[:320]
    limits = {
        keyed_hash(secret, "reset", folded): MOST_OF_ADDRESS,
        keyed_hash(secret, "reset client", client): MOST_OF_CLIENT,
    }
    count_attempt(session, limits, now)
    user = session.scalars(select(User).where(User.email == folded)).first()
    known = user is not None and _may_reset(user)
    session.add(
        PasswordReset(
            user_id=user.id if user is not None and known else None,
            subject=letter.subject,
            body=letter.body,
            next_at=now,
            expires_at=now + VALID,
        )
    )
    session.commit()


def find_reset(session: Session, token: str, *, now: datetime) -> User:
    """Whose password a link is for. Raises ResetGone."""
    user = session.scalars(
        select(User)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(PasswordReset.token_hash == hash_token(token), PasswordReset.expires_at > now)
    ).first()
    if user is None or not _may_reset(user):
        raise ResetGone("This link was used, or is too old; ask for a new one.")
    return user


def reset_password(
    session: Session, token: str, password: str, *, secret: str, now: datetime
) -> User:
    """Use a link up: set the password, end every session, link and API token, and commit.

    Whoever resets a password may do so because somebody else knows it, and made a token with it.

    Failed sign-ins are forgiven, so that one gets in with the new one. Raises ResetGone,
    WeakPassword; the link can then be used again with a better one.
    """
    check_strength(password, find_reset(session, token, now=now).email)
    session.rollback()
    begin_writing(session)  # of two who use the link at once, one comes too late
    user = find_reset(session, token, now=now)
    forgive_failures(session, user.email, secret)
    session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))
    note_deed(session, Actor.of(user), "user.reset", f"user:{user.id}")
    set_password(session, user, password, actor=Actor.of(user))
    return user


def send_due_resets(
    sessions: sessionmaker[Session],
    server: MailServer,
    base_url: str,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Send every mail that is due; returns how many were tried.

    One whose worker died is sent again, with another link.
    """
    tried = 0
    while taken := _take_one(sessions, base_url, clock()):
        tried += 1
        try:
            server.send(_compose(taken, server.sender, clock()))
        except DeliveryFailed as error:
            _LOG.warning("a mail with a new password's link is sent again: %s", error.message)
            _settle(sessions, taken, clock() + _PAUSE * 2 ** min(taken.attempts, 6))
        except DeliveryRefused as error:
            _LOG.error("a mail with a new password's link was refused: %s", error.message)
            _settle(sessions, taken, None)
        except Exception:
            # A defect of ours must not keep the mails behind this one waiting.
            _LOG.exception("a mail with a new password's link")
            _settle(sessions, taken, None)
        else:
            _settle(sessions, taken, None)
    return tried


def _may_reset(user: User) -> bool:
    """Who never had a password was invited, or signs in elsewhere."""
    return user.disabled_at is None and user.password_hash is not None


def _take_one(sessions: sessionmaker[Session], base_url: str, now: datetime) -> _Taken | None:
    gone = or_(PasswordReset.expires_at <= now, PasswordReset.user_id.is_(None))
    due = select(PasswordReset).where(PasswordReset.next_at <= now)
    first = due.order_by(PasswordReset.next_at, PasswordReset.id).limit(1)
    waiting = select(PasswordReset.id).where(or_(gone, PasswordReset.next_at <= now)).limit(1)
    with sessions() as session:
        if session.scalars(waiting).first() is None:
            return None
        session.rollback()
        begin_writing(session)
        session.execute(delete(PasswordReset).where(gone))
        reset = session.scalars(first).first()
        taken = None if reset is None else _take(session, reset, base_url, now)
        session.commit()
        return taken


def _take(session: Session, reset: PasswordReset, base_url: str, now: datetime) -> _Taken:
    """Draw the link of a mail and note that it is on its way."""
    token = new_token()
    user = session.get_one(User, reset.user_id)
    if reset.attempts == 0:
        note_deed(session, _SOMEBODY, "user.ask-reset", f"user:{user.id}")
    reset.token_hash = hash_token(token)
    reset.attempts += 1
    reset.next_at = now + _LEASE
    body = reset.body.replace("{link}", f"{base_url}/sign-in/new-password/{token}")
    return _Taken(reset.id, reset.attempts, user.email, reset.subject, body)


def _compose(taken: _Taken, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(utf8=not taken.email.isascii()))
    message["From"] = sender
    message["To"] = taken.email
    message["Subject"] = taken.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
    message.set_content(taken.body + "\n")
    return message


def _settle(sessions: sessionmaker[Session], taken: _Taken, next_at: datetime | None) -> None:
    with sessions() as session:
        begin_writing(session)
        reset = session.get(PasswordReset, taken.id)
        if reset is not None:  # not used meanwhile
            reset.next_at = next_at
        session.commit()
