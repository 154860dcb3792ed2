"""What an OpenID provider says of itself, and its keys: asked seldom, and by one at a time.

A provider that is silent must not hold the threads that customers are served by. So the network is
never asked while a lock is held, whoever comes meanwhile is answered at once, and a failure is
remembered for a while.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from app.errors import KotaeError
from app.sign_in_settings import is_safe_address
from app.timely_http import Deadline, timely_session

CONNECT_SECONDS = 3.0
LONGEST_SECONDS = 10.0
"""Of all that is asked for one document, or for both of what is kept here."""
FAILED_SECONDS = 30.0
"""How long a provider that failed is not asked again."""
_FRESH_SECONDS = 3600.0
_RENEWED_SECONDS = 60.0
"""Keys that are not known are looked up again, but not more often than this."""
_LARGEST_ANSWER = 1024 * 1024
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderUnavailable(KotaeError):
    """The OpenID provider cannot be reached, or says of itself what cannot be used."""

    code = "provider-unavailable"
    status = 502


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider says of itself."""

    document: Mapping[str, Any]
    keys: Mapping[str, Any]
    """A JWK Set (RFC 7517)."""
    read_at: float


@dataclass(frozen=True, slots=True)
class _Failure:
    message: str
    at: float


class MetadataReader:
    """Keeps a provider's metadata. Safe to share between threads."""

    def __init__(
        self,
        issuer: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds: float = LONGEST_SECONDS,
    ) -> None:
        """`clock`: seconds, for how long things are kept. `seconds`: how long it may be asked."""
        self._issuer = issuer
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: Metadata | None = None
        self._failure: _Failure | None = None
        self._is_asking = False

    def read(self, *, renew: bool = False) -> Metadata:
        """What is kept, or what the provider says now; `renew` takes only what is a minute old.

        While another thread asks, what was kept before, however old. Raises ProviderUnavailable.
        """
        kept = self._begin(_RENEWED_SECONDS if renew else _FRESH_SECONDS)
        return kept if kept is not None else self._ask()

    def _begin(self, lasts: float) -> Metadata | None:
        """What there is to answer; None where the caller is the one to ask."""
        with self._lock:
            kept, failure, now = self._kept, self._failure, self._clock()
            if kept is not None and now - kept.read_at <= lasts:
                return kept
            if failure is not None and now - failure.at <= FAILED_SECONDS:
                raise ProviderUnavailable(failure.message)
            if not self._is_asking:
                self._is_asking = True
                return None
            if kept is None:
                raise ProviderUnavailable("The provider is being asked, and has not answered yet.")
            return kept

    def _ask(self) -> Metadata:
        made: Metadata | None = None
        failure = _Failure("The provider could not be asked.", self._clock())
        try:
            made = self._ask_provider()
        except ProviderUnavailable as error:
            failure = _Failure(error.message, self._clock())
            raise
        finally:
            with self._lock:
                self._is_asking = False
                self._kept = made or self._kept
                self._failure = None if made else failure
        return made

    def _ask_provider(self) -> Metadata:
        deadline = Deadline(self._seconds)
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = get_json(address, "discovery document", deadline=deadline)
        if document.get("issuer") != self._issuer:
            raise ProviderUnavailable(
                f"The provider calls itself {document.get('issuer')!r}, not {self._issuer!r}."
            )
        for name in _ENDPOINTS:
            if not is_safe_address(str(document.get(name, ""))):
                raise ProviderUnavailable(f"The provider's {name} is missing, or not https.")
        keys = get_json(document["jwks_uri"], "keys", deadline=deadline)
        return Metadata(document, keys, self._clock())


def get_json(
    address: str,
    what: str,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    deadline: Deadline,
) -> dict[str, Any]:
    """A JSON object of the provider's. Raises ProviderUnavailable."""
    try:
        with (
            timely_session(deadline.left()) as session,
            session.get(
                address,
                headers=dict(headers),
                timeout=CONNECT_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if response.status_code != 200:
                raise ProviderUnavailable(f"The provider's {what}: HTTP {response.status_code}.")
            value = json.loads(response.raw.read(_LARGEST_ANSWER, decode_content=True))
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise ProviderUnavailable(f"The provider's {what} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise ProviderUnavailable(f"The provider's {what} is not a JSON object.")
    return value
