"""The second factor: codes of an authenticator app, and recovery codes for when it is lost.

Codes are TOTP (RFC 6238: SHA-1, six digits, thirty seconds), which every app knows. One step of
delay is allowed either way (section 5.2), and a code that was taken once is refused afterwards, as
are those before it.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.accounts.sealing import seal, unseal
from app.accounts.sign_in import MOST_OF_CLIENT
from app.accounts.throttling import count_attempt, forgive_attempt
from app.accounts.tokens import keyed_hash
from app.accounts.users import may_act_as
from app.db import begin_writing
from app.errors import KotaeError
from app.models import PendingSignIn, RecoveryCode, SecondFactor, User

MOST_OF_CODES = 5
"""Wrong codes for one account within throttling.WINDOW."""
RECOVERY_CODES = 10
ENROLMENT = timedelta(minutes=30)
"""How long one has to set an app up: a browser left alone must not show its secret later."""
_STEP_SECONDS = 30
_DRIFT = 1
_RECOVERY_GROUPS = 3
_GROUP_LENGTH = 4
"""12 letters of 5 bits: 60 bits, kept under a keyed hash."""


class CodeRefused(KotaeError):
    """A code is wrong, too old, or was used before; nobody is told which."""

    code = "code-refused"
    status = 401


class AlreadyEnrolled(KotaeError):
    """The account has an app already, which only a code of it takes away."""

    code = "already-enrolled"
    status = 409


class NotEnrolled(KotaeError):
    """The account has no app, or none that is being set up."""

    code = "not-enrolled"
    status = 404


@dataclass(frozen=True, slots=True)
class Trial:
    """The circumstances in which somebody gives a code."""

    code: str
    client: str
    """Network address; kept for some minutes as a hash with `secret`."""
    secret: str
    """The key that signs links."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app has to be told."""

    secret: str
    """Base32."""
    uri: str
    """`otpauth://totp/...`, for a QR code."""


def is_enrolled(session: Session, user: User) -> bool:
    """Whether codes of an app are asked for when this account signs in."""
    kept = session.get(SecondFactor, user.id)
    return kept is not None and kept.confirmed_at is not None


def is_second_factor_missing(session: Session, user: User, least: str) -> bool:
    """Whether the account has to set an app up before it does anything else.

    `least`: the role from which on it has to, or "off". Who has no password signs in elsewhere,
    where second factors are looked after.
    """
    if least == "off" or user.password_hash is None or not may_act_as(user.role, least):
        return False
    return not is_enrolled(session, user)


def begin_enrolment(session: Session, user: User, *, secret: str, now: datetime) -> None:
    """Draw a secret for an app, and commit; it counts when a code has confirmed it.

    `secret`: the key that signs links. Raises AlreadyEnrolled.
    """
    if is_enrolled(session, user):
        raise AlreadyEnrolled("This account has an authenticator app; remove it first.")
    sealed = seal(secret, _purpose(user), pyotp.random_base32())
    session.merge(
        SecondFactor(
            user_id=user.id, sealed_secret=sealed, confirmed_at=None, last_step=0, created_at=now
        )
    )
    session.commit()


def read_enrolment(
    session: Session, user: User, *, secret: str, issuer: str, now: datetime
) -> Enrolment:
    """What the app is to be told; only while it is set up. Raises NotEnrolled, SealBroken."""
    kept = session.get(SecondFactor, user.id)
    if kept is None or not _is_begun(kept, now):
        raise NotEnrolled("No authenticator app is being set up for this account.")
    app_secret = unseal(secret, _purpose(user), kept.sealed_secret)
    uri = pyotp.TOTP(app_secret).provisioning_uri(name=user.email, issuer_name=issuer)
    return Enrolment(app_secret, uri)


def confirm_enrolment(session: Session, user: User, trial: Trial) -> tuple[str, ...]:
    """Take the first code of the app, from which on codes are asked for, and commit.

    Returns the recovery codes, which are shown now and never again. Raises CodeRefused,
    NotEnrolled, SealBroken, TooManyAttempts.
    """
    counted = _begin_trial(session, user, trial)
    kept = session.get(SecondFactor, user.id, populate_existing=True)
    if kept is None or not _is_begun(kept, trial.now):
        session.rollback()
        raise NotEnrolled("No authenticator app is being set up for this account.")
    if not _take_app_code(user, kept, trial):
        _refuse(session)
    kept.confirmed_at = trial.now
    codes = _draw_recovery_codes(session, user, trial.secret)
    forgive_attempt(session, counted)
    note_deed(session, Actor.of(user), "second-factor.enrol", f"user:{user.id}")
    session.commit()
    return codes


def check_code(session: Session, user: User, trial: Trial) -> None:
    """Use a code of the app, or a recovery code, up, and commit.

    Raises CodeRefused, SealBroken, TooManyAttempts.
    """
    counted = _begin_trial(session, user, trial)
    kept = session.get(SecondFactor, user.id, populate_existing=True)
    if (
        kept is None
        or kept.confirmed_at is None
        or not _take_app_code(user, kept, trial)
        and not _take_recovery_code(session, user, trial)
    ):
        _refuse(session)
    forgive_attempt(session, counted)
    session.commit()


def renew_recovery_codes(session: Session, user: User, trial: Trial) -> tuple[str, ...]:
    """New recovery codes instead of all old ones, for who gives a code, and commit.

    Raises CodeRefused, SealBroken, TooManyAttempts.
    """
    check_code(session, user, trial)
    codes = _draw_recovery_codes(session, user, trial.secret)
    note_deed(session, Actor.of(user), "second-factor.recovery-codes", f"user:{user.id}")
    session.commit()
    return codes


def count_recovery_codes(session: Session, user: User) -> int:
    """How many are left."""
    mine = select(func.count()).where(RecoveryCode.user_id == user.id)
    return session.scalar(mine) or 0


def remove_second_factor(session: Session, user: User, *, actor: Actor) -> None:
    """Ask this account for its password alone from now on, and commit. Raises NotEnrolled."""
    if session.get(SecondFactor, user.id) is None:
        raise NotEnrolled(f"{user.email} has no authenticator app.")
    for table in (SecondFactor, RecoveryCode, PendingSignIn):
        session.execute(delete(table).where(table.user_id == user.id))
    note_deed(session, actor, "second-factor.remove", f"user:{user.id}")
    session.commit()


def _is_begun(kept: SecondFactor, now: datetime) -> bool:
    return kept.confirmed_at is None and now < kept.created_at + ENROLMENT


def _begin_trial(session: Session, user: User, trial: Trial) -> list[int]:
    """Count the attempt, then take the writers' turn: of two who give one code, one comes late."""
    limits = {
        keyed_hash(trial.secret, "code", str(user.id)): MOST_OF_CODES,
        keyed_hash(trial.secret, "client", trial.client): MOST_OF_CLIENT,
    }
    counted = count_attempt(session, limits, trial.now)
    begin_writing(session)
    return counted


def _refuse(session: Session) -> None:
    session.rollback()
    raise CodeRefused("The code is not right, or it was used before.")


def _take_app_code(user: User, kept: SecondFactor, trial: Trial) -> bool:
    code = _folded(trial.code)
    generator = pyotp.TOTP(unseal(trial.secret, _purpose(user), kept.sealed_secret))
    today = int(trial.now.timestamp()) // _STEP_SECONDS
    for step in range(today - _DRIFT, today + _DRIFT + 1):
        right = hmac.compare_digest(generator.generate_otp(step).encode(), code.encode())
        if right and step > kept.last_step:
            kept.last_step = step
            return True
    return False


def _take_recovery_code(session: Session, user: User, trial: Trial) -> bool:
    kept = session.scalars(
        select(RecoveryCode).where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _recovery_hash(trial.secret, user, trial.code),
        )
    ).first()
    if kept is None:
        return False
    session.delete(kept)
    note_deed(session, Actor.of(user), "second-factor.recover", f"user:{user.id}")
    return True


def _draw_recovery_codes(session: Session, user: User, secret: str) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = tuple(_draw_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(user_id=user.id, code_hash=_recovery_hash(secret, user, code))
        for code in codes
    )
    return codes


def _draw_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(8)).decode("ascii").lower()
    starts = range(0, _RECOVERY_GROUPS * _GROUP_LENGTH, _GROUP_LENGTH)
    return "-".join(letters[start : start + _GROUP_LENGTH] for start in starts)


def _recovery_hash(secret: str, user: User, code: str) -> str:
    return keyed_hash(secret, "recovery", f"{user.id}\n{_folded(code)}")


def _folded(code: str) -> str:
    """A code as it is compared: input methods type wide digits, people blanks and hyphens."""
    text = unicodedata.normalize("NFKC", code[:64]).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def _purpose(user: User) -> str:
    return f"second factor of user {user.id}"
