"""One OpenID provider: what it says of itself, where to send people, and whom it sent back.

The authorization code flow of OpenID Connect Core 1.0 (section 3.1) with PKCE (RFC 7636) and the
check of who answered (RFC 9207). Nothing that a browser brought is believed: the code is redeemed
with the provider itself, and the ID token it gives is checked whole (app/accounts/oidc_tokens.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from app.accounts.oidc_metadata import (
    CONNECT_SECONDS,
    LONGEST_SECONDS,
    MetadataReader,
    ProviderUnavailable,
    get_json,
)
from app.accounts.oidc_tokens import BadIdToken, Expected, UnknownKey, check_id_token
from app.accounts.tokens import new_token
from app.errors import KotaeError
from app.sign_in_settings import SignInSettings, is_safe_address
from app.timely_http import Deadline, mount_deadline

_AT_ONCE = 2
"""Codes that are redeemed at a time: of a worker's four threads, the others serve customers."""


class ProviderRefused(KotaeError):
    """The provider signed nobody in, or what it sent does not hold."""

    code = "provider-refused"
    status = 401


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way to the provider and back; the browser keeps it meanwhile."""

    state: str
    """Ties the answer to the browser that asked."""
    nonce: str
    """Ties the ID token to this attempt."""
    verifier: str
    """Ties the code to whoever asked for it (PKCE)."""


def new_attempt() -> Attempt:
    """One that nobody can guess; 43 letters each, as many as PKCE asks of a verifier."""
    return Attempt(new_token(), new_token(), new_token())


class OidcProvider:
    """Asks the provider that the settings name. Safe to share between threads."""

    def __init__(
        self,
        settings: SignInSettings,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds: float = LONGEST_SECONDS,
    ) -> None:
        """`clock`: seconds, for how long what the provider says of itself is kept. `seconds`: how
        long each thing that it is asked may take in all."""
        self._settings = settings
        self._seconds = seconds
        self._metadata = MetadataReader(settings.oidc_issuer, clock, seconds=seconds)
        self._redeeming = threading.BoundedSemaphore(_AT_ONCE)

    def address_for(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where to send a browser. Raises ProviderUnavailable."""
        document = self._metadata.read().document
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                document["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address)

    def redeem(
        self, attempt: Attempt, answer: Mapping[str, str], redirect_uri: str
    ) -> Mapping[str, Any]:
        """The claims about whom the provider signed in, from what it sent the browser back with.

        Raises ProviderRefused, ProviderUnavailable; that too where others wait for the provider.
        """
        if not self._redeeming.acquire(blocking=False):
            raise ProviderUnavailable("The provider has not answered those who came before.")
        try:
            return self._redeem(attempt, answer, redirect_uri)
        finally:
            self._redeeming.release()

    def _redeem(
        self, attempt: Attempt, answer: Mapping[str, str], redirect_uri: str
    ) -> Mapping[str, Any]:
        metadata = self._metadata.read()
        code = self._read_answer(attempt, answer, metadata.document)
        with self._client(redirect_uri) as client:
            token = _fetch_token(
                client, metadata.document["token_endpoint"], code, attempt.verifier
            )
        claims = dict(self._check(token, attempt))
        return claims | self._more_claims(metadata.document, token, claims)

    def _read_answer(
        self, attempt: Attempt, answer: Mapping[str, str], document: Mapping[str, Any]
    ) -> str:
        # Where it promises its name in every answer, one without it is somebody else's (RFC 9207).
        promised = document.get("authorization_response_iss_parameter_supported") is True
        issuer = answer.get("iss", "" if promised else self._settings.oidc_issuer)
        if issuer != self._settings.oidc_issuer:
            raise ProviderRefused("Another provider than the one that was asked answered.")
        if answer.get("state", "") != attempt.state:
            raise ProviderRefused("The answer belongs to another attempt to sign in.")
        if answer.get("error") or not answer.get("code"):
            said = (answer.get("error_description") or answer.get("error") or "no code")[:200]
            raise ProviderRefused(f"The provider signed nobody in: {said}")
        return answer["code"]

    def _check(self, token: Mapping[str, Any], attempt: Attempt) -> Mapping[str, Any]:
        expected = Expected(
            issuer=self._settings.oidc_issuer,
            client_id=self._settings.oidc_client_id,
            nonce=attempt.nonce,
            access_token=str(token.get("access_token", "")),
        )
        try:
            try:
                return check_id_token(str(token.get("id_token", "")), self._keys(), expected)
            except UnknownKey:  # it may have changed its keys since we looked
                return check_id_token(
                    str(token.get("id_token", "")), self._keys(renew=True), expected
                )
        except BadIdToken as error:
            raise ProviderRefused(error.message) from error

    def _more_claims(
        self,
        document: Mapping[str, Any],
        token: Mapping[str, Any],
        claims: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What only the UserInfo endpoint tells, where the ID token lacks an address or groups."""
        wanted = {"email", self._settings.oidc_group_claim}
        address = str(document.get("userinfo_endpoint", ""))
        if wanted <= claims.keys() or not is_safe_address(address) or not token.get("access_token"):
            return {}
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        deadline = Deadline(self._seconds)
        told = get_json(address, "UserInfo endpoint", bearer, deadline=deadline)
        if told.get("sub") != claims["sub"]:
            raise ProviderRefused("The provider told of somebody else than it signed in.")
        return {name: value for name, value in told.items() if name not in claims}

    def _keys(self, *, renew: bool = False) -> Mapping[str, Any]:
        return self._metadata.read(renew=renew).keys

    def _client(self, redirect_uri: str) -> Any:
        settings = self._settings
        secret = _read_secret(settings)
        client = OAuth2Session(
            settings.oidc_client_id,
            secret or None,
            scope=" ".join(settings.oidc_scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._way_to_authenticate() if secret else "none",
            default_timeout=CONNECT_SECONDS,
        )
        mount_deadline(client, self._seconds)
        client.max_redirects = 0  # a code and a secret go to the address named, and nowhere else
        return client

    def _way_to_authenticate(self) -> str:
        """As the provider says; where it does not, by HTTP Basic (Discovery 1.0, section 3)."""
        known = self._metadata.read().document.get("token_endpoint_auth_methods_supported")
        ways = known if isinstance(known, list) else ["client_secret_basic"]
        return "client_secret_post" if "client_secret_basic" not in ways else "client_secret_basic"


def _read_secret(settings: SignInSettings) -> str:
    if not settings.oidc_client_secret_file.is_absolute():
        return ""
    try:
        return settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProviderUnavailable(f"KB_OIDC_CLIENT_SECRET_FILE cannot be read: {error}.") from error


def _fetch_token(client: Any, address: str, code: str, verifier: str) -> Mapping[str, Any]:
    try:
        token = client.fetch_token(address, code=code, code_verifier=verifier)
    except AuthlibBaseError as error:
        raise ProviderRefused(f"The provider did not take its code back: {error}") from error
    except (requests.RequestException, ValueError) as error:
        raise ProviderUnavailable(f"The provider's token endpoint: {error}") from error
    if not isinstance(token, Mapping):
        raise ProviderUnavailable("The provider's token endpoint answered something else.")
    return token
