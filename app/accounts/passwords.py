"""Passwords: what is accepted, and how it is kept.

Hashes are Argon2id with the parameters that RFC 9106 recommends where memory is scarce (64 MiB,
three passes); argon2-cffi keeps these in the hash, so that older ones can be told and renewed.
"""

from __future__ import annotations

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.errors import KotaeError

SHORTEST = 12
LONGEST = 200
"""Code points; a hash of more is work that only an attacker asks for."""


class WeakPassword(KotaeError):
    """A password is too short, too long, or can be guessed from the account."""

    code = "weak-password"
    status = 422


def check_strength(password: str, email: str) -> None:
    """Raise WeakPassword unless the password is long and says nothing of the account.

    Length is what is asked for, not kinds of characters (NIST SP 800-63B, section 5.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has from {SHORTEST} to {LONGEST} characters.")
    folded, name = password.casefold(), email.partition("@")[0].casefold()
    if len(set(folded)) < 5:
        raise WeakPassword("This password repeats few characters; choose another one.")
    if len(folded.replace(email.casefold(), "").replace(name, "")) < SHORTEST // 2:
        raise WeakPassword("This password is little more than the address; choose another one.")


def hash_password(password: str) -> str:
    """The hash to keep: its salt and parameters are in it."""
    return _hasher().hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one of this hash.

    Where there is no hash (no such account, or none chosen yet) as much work is done as where
    there is one: how long an answer takes must not tell which addresses have an account.
    """
    try:
        _hasher().verify(password_hash or _decoy(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_renewal(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


@functools.cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@functools.cache
def _decoy() -> str:
    return _hasher().hash("nobody's password")
