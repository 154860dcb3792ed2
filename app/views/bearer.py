"""API tokens in a request: `Authorization: Bearer kotae_...`.

Another word there is not looked at here: KB_API_TOKEN and KB_METRICS_TOKEN are an operator's own.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.api_tokens import PREFIX, use_token
from app.models import AUDIENCES, User
from app.problems import NotSigned
from app.views.scope import audiences, database, now

_SCHEME = "Bearer "
_MARK = "token_scope"

View = TypeVar("View", bound=Callable[..., Any])


def token_scope(scope: str) -> Callable[[View], View]:
    """Mark a page of staff whose figures programs may read too, with a token for this scope."""

    def mark(view: View) -> View:
        setattr(view, _MARK, scope)
        return view

    return mark


def scope_of_endpoint(endpoint: str) -> str | None:
    """The scope for which programs may open a page of staff; None where they may not."""
    return getattr(current_app.view_functions[endpoint], _MARK, None)


def has_token() -> bool:
    """Whether the request carries an API token, be it good or not."""
    return request.headers.get("Authorization", "").startswith(_SCHEME + PREFIX)


def token_user(scope: str) -> User:
    """For whom the request's token acts. Raises TokenRefused, ScopeMissing."""
    text = request.headers.get("Authorization", "").removeprefix(_SCHEME)
    g.used_token = True
    return use_token(database(), text, scope, now=now())


def require_token(operators: str, setting: str, scope: str) -> User | None:
    """Let through who has the operator's own token, where one is set, or an API token.

    Returns for whom the API token acts; None for the operator's.

    Raises NotSigned, TokenRefused, ScopeMissing.
    """
    given = request.headers.get("Authorization", "")
    if operators and hmac.compare_digest(given.encode(), f"{_SCHEME}{operators}".encode()):
        return None
    if not has_token():
        raise NotSigned(
            f"Send the token of {setting}, or one for {scope}, as Authorization: Bearer."
        )
    return token_user(scope)


def readable_audiences() -> frozenset[str]:
    """Whose articles the request may read: everybody's with a token for them, else visitors'."""
    if not has_token():
        return audiences()
    token_user("articles:read")
    return frozenset(AUDIENCES)


def keep_private(response: AnyResponse) -> AnyResponse:
    """Let no cache keep what was answered for a token."""
    if g.get("used_token"):
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Authorization")
    return response
