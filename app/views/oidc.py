"""Signing in by the organisation's OpenID provider: there, and back with its answer."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.oidc_accounts import enter, read_person
from app.accounts.oidc_metadata import ProviderUnavailable
from app.accounts.oidc_provider import (
    Attempt,
    OidcProvider,
    ProviderRefused,
    new_attempt,
)
from app.accounts.sessions import open_session
from app.accounts.tokens import keyed_hash
from app.errors import KotaeError
from app.settings import Settings
from app.sign_in_settings import role_for, shares_for
from app.signing import signing_key
from app.views.scope import database, now, settings
from app.views.staff import (
    ANYBODY,
    SESSION_COOKIE,
    local_address,
    required_role,
    set_private_cookie,
    set_session_cookie,
    staff_blueprint,
    staff_page,
)

ATTEMPT_COOKIE = "kotae_openid"
_ATTEMPT_SECONDS = 600
LASTS = timedelta(hours=12)
"""After so long one goes by the provider again, which knows who left."""
_RATE = "60/minute"
_LOG = logging.getLogger(__name__)


class NoProvider(KotaeError):
    """Nobody signs in this way here."""

    code = "no-provider"
    status = 404


def oidc_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The two routes: one leads to the provider, to the other it sends people back."""
    door = _Door(OidcProvider(settings))
    oidc = staff_blueprint("oidc")
    rated = limiter.shared_limit(_RATE, scope="oidc")
    oidc.get("/sign-in/openid", endpoint="leave")(rated(door.leave))
    oidc.get("/sign-in/openid/back", endpoint="come_back")(rated(door.come_back))
    return oidc


class _Door:
    """Keeps what the provider said of itself between requests."""

    def __init__(self, provider: OidcProvider) -> None:
        self._provider = provider

    @required_role(ANYBODY)
    def leave(self) -> AnyResponse:
        """Send the browser to the provider, with an attempt that only it can finish."""
        _require_provider()
        following = local_address(request.args.get("next", ""))
        attempt = new_attempt()
        try:
            response = redirect(self._provider.address_for(attempt, _redirect_uri()), 303)
        except ProviderUnavailable as error:
            return _refuse(error, following)
        kept = _pack(dataclasses.asdict(attempt) | {"next": following})
        set_private_cookie(response, ATTEMPT_COOKIE, kept, _ATTEMPT_SECONDS)
        return response

    @required_role(ANYBODY)
    def come_back(self) -> AnyResponse:
        """Sign in whom the provider signed in, and go on; an attempt is good for once."""
        _require_provider()
        kept = _unpack(request.cookies.get(ATTEMPT_COOKIE, ""))
        following = local_address(str(kept.get("next", "")))
        try:
            response = self._enter(kept, following)
        except KotaeError as error:
            response = _refuse(error, following)
        set_private_cookie(response, ATTEMPT_COOKIE, "")
        return response

    def _enter(self, kept: dict[str, Any], following: str) -> AnyResponse:
        if not kept:
            raise ProviderRefused("This browser did not begin to sign in, or long ago.")
        attempt = Attempt(kept["state"], kept["nonce"], kept["verifier"])
        claims = self._provider.redeem(attempt, request.args, _redirect_uri())
        chosen = settings()
        person = read_person(chosen.oidc_issuer, claims, chosen.oidc_group_claim)
        role, shares = role_for(chosen, person.groups), shares_for(chosen, person.groups)
        user = enter(database(), person, role, shares=shares, now=now())
        before = request.cookies.get(SESSION_COOKIE, "")
        token = open_session(database(), user, replaces=before, now=now(), lasts=LASTS)
        response = redirect(following or url_for("insights.overview"), 303)
        set_session_cookie(response, token)
        return response


def _require_provider() -> None:
    if not settings().oidc_issuer:
        raise NoProvider("This help center has no OpenID provider.")


def _redirect_uri() -> str:
    """The address that the provider knows; it sends people to no other."""
    site = settings().base_url or request.host_url.rstrip("/")
    return f"{site}{url_for('oidc.come_back')}"


def _refuse(error: KotaeError, following: str) -> AnyResponse:
    # What was wrong in detail helps an operator, and an attacker; people are told what to do.
    _LOG.warning("sign-in by the OpenID provider: %s: %s", error.code, error.message)
    return staff_page("sign_in.html", error.status, email="", following=following, fault=error.code)


def _pack(values: dict[str, Any]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    expires = int(now().timestamp()) + _ATTEMPT_SECONDS
    return f"{body}.{expires}.{_seal(body, expires)}"


def _unpack(text: str) -> dict[str, Any]:
    """What `_pack` was given; nothing where it is another's work, or too old."""
    body, _, rest = text.partition(".")
    expires, _, seal = rest.partition(".")
    if not expires.isdecimal() or len(expires) > 12 or int(expires) < now().timestamp():
        return {}
    if not hmac.compare_digest(_seal(body, int(expires)).encode(), seal.encode()):
        return {}
    return dict(json.loads(base64.urlsafe_b64decode(body)))


def _seal(body: str, expires: int) -> str:
    return keyed_hash(signing_key(settings()), "openid", f"{body}.{expires}")
