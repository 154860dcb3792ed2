"""The door to the pages of staff: who is signed in, what each page asks for, forms that are ours.

Every page of staff belongs to a `staff_blueprint` and says by `required_role` who may open it; one
that does not say is opened to nobody. Every form carries a token of its session.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask_babel import gettext  # type: ignore[import-untyped]
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.second_factor import is_second_factor_missing
from app.accounts.sessions import LONGEST, find_session
from app.accounts.tokens import keyed_hash, new_token
from app.accounts.users import may_act_as
from app.errors import KotaeError
from app.languages import INTERFACE_LOCALES
from app.models import User, UserSession
from app.signing import signing_key
from app.views.bearer import has_token, scope_of_endpoint, token_user
from app.views.deed_words import deed_word
from app.views.headers import refuse_foreign_form
from app.views.pages import page
from app.views.scope import accepted_locale, database, now, settings

SESSION_COOKIE = "kotae_staff"
FORM_COOKIE = "kotae_form"
LANGUAGE_COOKIE = "kotae_language"
ANYBODY = "anybody"
"""What a page asks for that one opens in order to sign in."""
_MARK = "required_role"
_FREE = "open_without_second_factor"
_FOR_PROGRAMS = frozenset({"csv", "json"})
"""Formats in which programs read figures, with an API token instead of a session."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_YEAR = 31_536_000

View = TypeVar("View", bound=Callable[..., Any])


class SignInNeeded(KotaeError):
    """Something was sent that only staff may send, and nobody is signed in (any more)."""

    code = "sign-in-needed"
    status = 401


class RoleMissing(KotaeError):
    """Who is signed in may not do this."""

    code = "role-missing"
    status = 403


class SecondFactorMissing(KotaeError):
    """Who is signed in has to set an authenticator app up before anything else."""

    code = "second-factor-missing"
    status = 403


class FormExpired(KotaeError):
    """A form does not belong to the session in which it was sent."""

    code = "form-expired"
    status = 403


def staff_blueprint(name: str) -> Blueprint:
    """A blueprint whose every view has to be marked with `required_role`."""
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(_admit)
    blueprint.after_request(_keep_private)
    return blueprint


def required_role(role: str) -> Callable[[View], View]:
    """Mark a view: whoever opens it must have at least this role of ROLES, or may be ANYBODY."""

    def mark(view: View) -> View:
        setattr(view, _MARK, role)
        return view

    return mark


def open_without_second_factor(view: View) -> View:
    """Mark a view that one needs in order to set an authenticator app up, or to leave."""
    setattr(view, _FREE, True)
    return view


def role_of_endpoint(endpoint: str) -> str | None:
    """What a page of staff asks for; None where it was never said."""
    return getattr(current_app.view_functions[endpoint], _MARK, None)


def signed_in() -> tuple[User, UserSession] | None:
    """Who is signed in, and by which session; None where nobody is."""
    if "staff" not in g:
        token = request.cookies.get(SESSION_COOKIE, "")
        g.staff = find_session(database(), token, now=now())
    return cast("tuple[User, UserSession] | None", g.staff)


def current_user() -> User:
    """Who is signed in. Raises SignInNeeded."""
    found = signed_in()
    if found is None:
        raise SignInNeeded("Sign in first; this was not saved.")
    return found[0]


def may(role: str) -> bool:
    """Whether who is signed in may do what `role` may."""
    found = signed_in()
    return found is not None and may_act_as(found[0].role, role)


def staff_page(template: str, status: int = 200, **values: object) -> Response:
    """A page of staff: it knows who is signed in and has a token for its forms."""
    found = signed_in()
    seed = _form_seed()
    response = page(
        template,
        status,
        user=found[0] if found else None,
        may=may,
        here=here,
        role_word=role_word,
        deed_word=deed_word,
        form_token=_form_token(seed),
        **values,
    )
    if found is None and request.cookies.get(FORM_COOKIE) != seed:
        set_private_cookie(response, FORM_COOKIE, seed)
    return response


def fresh_form_token() -> str:
    """The token that forms of this session carry, for a page that outlived the session before."""
    return _form_token(_form_seed())


def set_private_cookie(
    response: AnyResponse, name: str, value: str, max_age: int | None = None
) -> None:
    """A cookie that no script reads and no other site's form sends; gone where `value` is ""."""
    response.set_cookie(
        name,
        value,
        max_age=max_age if value else 0,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def set_session_cookie(response: AnyResponse, token: str) -> None:
    """Sign this browser in, or out where `token` is ""."""
    set_private_cookie(response, SESSION_COOKIE, token, int(LONGEST.total_seconds()))


def here(**changes: object) -> str:
    """The address of this page with some parameters changed; None takes one away."""
    given = {name: values for name, values in request.args.lists()}
    for name, value in changes.items():
        given[name] = [] if value is None else [str(value)]
    query = urlencode([(name, value) for name, values in given.items() for value in values])
    return f"{request.path}?{query}" if query else request.path


def role_word(role: str) -> str:
    """What a role is called."""
    words = {
        "reader": gettext("Reader"),
        "writer": gettext("Writer"),
        "reviewer": gettext("Reviewer"),
        "publisher": gettext("Publisher"),
        "admin": gettext("Administrator"),
        "owner": gettext("Owner"),
    }
    return str(words[role])


def local_address(address: str) -> str:
    """The address if it leads to a page of this site; "" otherwise, so that nobody is sent away."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    foreign = parts.scheme or parts.netloc or "\\" in address or not address.isprintable()
    return "" if foreign or not address.startswith("/") or address.startswith("//") else address


def _admit() -> AnyResponse | None:
    g.page_locale = _chosen_language() or accepted_locale()
    role = role_of_endpoint(request.endpoint or "")
    if role is None:
        raise RuntimeError(f"nobody said who may open {request.endpoint}")
    if request.method not in _SAFE:
        refuse_foreign_form()
    elsewhere = _require_staff(role) if role != ANYBODY else None
    if elsewhere is not None:
        return elsewhere
    if request.method not in _SAFE:
        _check_form_token()
    return None


def _require_staff(role: str) -> AnyResponse | None:
    """None for who may go on, else the page to which they are led. Raises what refuses them."""
    scope = scope_of_endpoint(request.endpoint or "")
    if scope is not None and has_token() and request.args.get("format") in _FOR_PROGRAMS:
        _require_role(token_user(scope), role)
        return None
    if signed_in() is None and request.method in _SAFE:
        return redirect(url_for("accounts.sign_in_form", next=here()), 303)
    _require_role(current_user(), role)
    if not _lacks_second_factor():
        return None
    if request.method in _SAFE:
        return redirect(url_for("accounts.second_factor"), 303)
    raise SecondFactorMissing("Set up an authenticator app first; this was not saved.")


def _require_role(user: User, role: str) -> None:
    if not may_act_as(user.role, role):
        raise RoleMissing("Your account may not do this; ask an owner for the role it needs.")


def _lacks_second_factor() -> bool:
    view = current_app.view_functions[request.endpoint or ""]
    least = settings().second_factor
    return not getattr(view, _FREE, False) and is_second_factor_missing(
        database(), current_user(), least
    )


def _check_form_token() -> None:
    given = request.form.get("form_token", "")
    if not hmac.compare_digest(_form_token(_form_seed()).encode(), given.encode()):
        raise FormExpired("This form is too old. Go back, load the page again, and repeat it.")


def _form_seed() -> str:
    """What a form's token is made from: the session, or a random cookie where there is none."""
    found = signed_in()
    if found is not None:
        return found[1].token_hash
    if "form_seed" not in g:
        g.form_seed = request.cookies.get(FORM_COOKIE) or new_token()
    return cast(str, g.form_seed)


def _form_token(seed: str) -> str:
    return keyed_hash(signing_key(settings()), "form", seed)


def _chosen_language() -> str:
    asked = request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    return next((tag for tag in asked if tag in INTERFACE_LOCALES), "") or ""


def _keep_private(response: AnyResponse) -> AnyResponse:
    """No cache keeps it; an address with a token in it is not told to other sites."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.args.get("lang") in INTERFACE_LOCALES:
        set_private_cookie(response, LANGUAGE_COOKIE, request.args["lang"], _YEAR)
    return response
