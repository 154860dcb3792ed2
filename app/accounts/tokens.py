"""Random tokens that stand for a right: whoever holds one has it, and only its hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A token of 256 random bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of a token. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(secret: str, purpose: str, value: str) -> str:
    """HMAC-SHA256 (RFC 2104) of what may be guessed, such as an address, for one purpose."""
    return hmac.new(secret.encode(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()
