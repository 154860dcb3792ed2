"""The last steps of every way in: a code where the account has an app, then the session."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.pending import VALID, begin_pending
from app.accounts.second_factor import is_enrolled
from app.accounts.sessions import open_session
from app.errors import KotaeError
from app.models import User
from app.views.scope import database, now, settings
from app.views.staff import SESSION_COOKIE, set_private_cookie, set_session_cookie

PENDING_COOKIE = "kotae_pending"


class PasswordsOff(KotaeError):
    """Nobody signs in by password here (KB_PASSWORD_SIGN_IN)."""

    code = "passwords-off"
    status = 403


def require_passwords() -> None:
    """Raise PasswordsOff where everybody signs in by the organisation's provider."""
    if not settings().allows_passwords:
        raise PasswordsOff("Passwords are switched off here; sign in by your organisation.")


def admit(user: User, following: str) -> AnyResponse:
    """Go on with who gave the right password: to the code of their app, or straight in."""
    if not is_enrolled(database(), user):
        return enter(user, following)
    response = redirect(url_for("accounts.code_form", next=following or None), 303)
    token = begin_pending(database(), user, now=now())
    set_private_cookie(response, PENDING_COOKIE, token, int(VALID.total_seconds()))
    return response


def enter(user: User, following: str) -> AnyResponse:
    """Open a session for who has proved everything that is asked for."""
    response = redirect(following or landing(), 303)
    before = request.cookies.get(SESSION_COOKIE, "")
    set_session_cookie(response, open_session(database(), user, replaces=before, now=now()))
    return response


def landing() -> str:
    """Where one is led who asked for no page."""
    return url_for("insights.overview")
