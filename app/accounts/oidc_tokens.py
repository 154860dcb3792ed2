"""ID tokens: what has to hold of one before anybody is believed to be somebody.

OpenID Connect Core 1.0, section 3.1.3.7. Claims are checked by Authlib, signatures by joserfc.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.errors import KotaeError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With a key pair only. `none` proves nothing, and HMAC would make a public key or the client's
secret the key."""
LEEWAY_SECONDS = 60
"""By how much the clocks may differ."""
_LONGEST_SUBJECT = 255
_LONGEST_TOKEN = 64 * 1024


class BadIdToken(KotaeError):
    """An ID token does not hold."""

    code = "bad-id-token"
    status = 401


class UnknownKey(BadIdToken):
    """It is signed with a key that the provider did not name, or not yet."""

    code = "unknown-key"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    """The one that came with it; where the token has its hash (`at_hash`), that is compared."""


def check_id_token(
    text: str, keys: Mapping[str, Any], expected: Expected, now: int | None = None
) -> Mapping[str, Any]:
    """The claims of a token that `keys` (a JWK Set) signed. Raises BadIdToken, UnknownKey.

    `now`: seconds since 1970, today's by default.
    """
    if not text or len(text) > _LONGEST_TOKEN:
        raise BadIdToken("The provider sent no ID token.")
    try:
        decoded = jwt.decode(text, KeySet.import_key_set(dict(keys)), list(ALGORITHMS))  # type: ignore[arg-type]
    except InvalidKeyIdError as error:
        raise UnknownKey("The ID token is signed with a key that is not known.") from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise BadIdToken(f"The ID token's signature does not hold: {error}") from error
    _check_claims(decoded.header, decoded.claims, expected, now)
    return decoded.claims


def _check_claims(
    header: Mapping[str, Any], claims: Mapping[str, Any], expected: Expected, now: int | None
) -> None:
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    params = {
        "nonce": expected.nonce,
        "client_id": expected.client_id,
        "access_token": expected.access_token,
    }
    try:
        CodeIDToken(claims, header, options, params).validate(now=now, leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise BadIdToken(f"The ID token does not hold: {error}") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise BadIdToken("The ID token does not say whom it is about.")
