"""Secrets that have to be read again, encrypted with a key that is not in the database.

AES-256-GCM (NIST SP 800-38D) with a key drawn by HKDF (RFC 5869) from the key that signs links: a
copy of the database alone opens nothing.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import KotaeError

_NONCE_BYTES = 12


class SealBroken(KotaeError):
    """A secret was encrypted with another key than today's, or its row was tampered with."""

    code = "seal-broken"
    status = 503


def seal(key: str, purpose: str, text: str) -> str:
    """`text`, readable again only with this `key` and for the same `purpose`."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_derive(key)).encrypt(nonce, text.encode(), purpose.encode())
    return base64.b64encode(nonce + sealed).decode("ascii")


def unseal(key: str, purpose: str, sealed: str) -> str:
    """The text that was sealed. Raises SealBroken."""
    kept = base64.b64decode(sealed)
    nonce, ciphertext = kept[:_NONCE_BYTES], kept[_NONCE_BYTES:]
    try:
        return AESGCM(_derive(key)).decrypt(nonce, ciphertext, purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise SealBroken(
            "A secret cannot be read: the key that signs links (KB_SECRET_KEY) was changed."
        ) from None


def _derive(key: str) -> bytes:
    kept = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kotae secrets at rest")
    return kept.derive(key.encode())
