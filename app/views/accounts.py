"""Signing in and out, choosing a password, and one's own account; all without scripts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.accounts.grants import list_grants
from app.accounts.invitations import InvitationGone, accept_invitation, find_invited
from app.accounts.passwords import LONGEST, SHORTEST, WeakPassword, is_right
from app.accounts.second_factor import is_enrolled
from app.accounts.sessions import (
    close_other_sessions,
    close_session,
    list_sessions,
    open_session,
)
from app.accounts.sign_in import SignInRefused, sign_in
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.accounts.users import set_password
from app.models import User
from app.signing import signing_key
from app.views import api_tokens, grants, password_reset, second_factor
from app.views.entering import admit, landing, require_passwords
from app.views.scope import database, now, settings
from app.views.staff import (
    ANYBODY,
    current_user,
    local_address,
    open_without_second_factor,
    required_role,
    set_session_cookie,
    signed_in,
    staff_blueprint,
    staff_page,
)

_RATE = "60/minute"
"""Forms one client may send here; what fails is counted for longer (app/accounts/sign_in.py)."""


def accounts_blueprint(limiter: Limiter) -> Blueprint:
    """The routes; forms that cost a password's hash are limited."""
    accounts = staff_blueprint("accounts")
    rated = limiter.shared_limit(_RATE, scope="accounts")
    accounts.get("/sign-in")(sign_in_form)
    accounts.post("/sign-in")(rated(send_sign_in))
    accounts.post("/sign-out")(sign_out)
    accounts.get("/set-up/<token>")(set_up_form)
    accounts.post("/set-up/<token>")(rated(send_set_up))
    accounts.get("/account")(account)
    accounts.post("/account/password")(rated(change_password))
    accounts.post("/account/sessions")(end_sessions)
    _add_password_reset(accounts, limiter)
    _add_second_factor(accounts, limiter)
    accounts.get("/account/tokens")(api_tokens.api_tokens)
    accounts.add_url_rule("/account/tokens", "make_token", api_tokens.make, methods=["POST"])
    revoking = "/account/tokens/<int:number>/revoke"
    accounts.add_url_rule(revoking, "revoke_token", api_tokens.revoke, methods=["POST"])
    accounts.get("/account/grants")(grants.grants)
    accounts.add_url_rule("/account/grants", "add_grant", grants.add, methods=["POST"])
    removing = "/account/grants/<int:number>/remove"
    accounts.add_url_rule(removing, "remove_grant", grants.remove, methods=["POST"])
    return accounts


def _add_password_reset(accounts: Blueprint, limiter: Limiter) -> None:
    rated = limiter.shared_limit(_RATE, scope="accounts")
    accounts.get("/sign-in/forgotten")(password_reset.forgotten_form)
    accounts.post("/sign-in/forgotten")(rated(password_reset.send_forgotten))
    accounts.get("/sign-in/new-password/<token>")(password_reset.new_password_form)
    accounts.post("/sign-in/new-password/<token>")(rated(password_reset.send_new_password))


def _add_second_factor(accounts: Blueprint, limiter: Limiter) -> None:
    rated = limiter.shared_limit(_RATE, scope="accounts")
    accounts.get("/sign-in/code")(second_factor.code_form)
    accounts.post("/sign-in/code")(rated(second_factor.send_code))
    accounts.get("/account/second-factor")(second_factor.second_factor)
    accounts.post("/account/second-factor/begin")(rated(second_factor.begin))
    accounts.post("/account/second-factor/confirm")(rated(second_factor.confirm))
    accounts.post("/account/second-factor/codes")(rated(second_factor.renew_codes))
    accounts.post("/account/second-factor/remove")(rated(second_factor.remove))


@required_role(ANYBODY)
def sign_in_form() -> AnyResponse:
    """The form; who is signed in already goes on."""
    following = local_address(request.args.get("next", ""))
    if signed_in() is not None:
        return redirect(following or landing(), 303)
    changed = request.args.get("changed") == "1"
    return staff_page("sign_in.html", email="", following=following, fault="", changed=changed)


@required_role(ANYBODY)
def send_sign_in() -> AnyResponse:
    """Sign in and go on, or show the form again."""
    email = request.form.get("email", "").strip()
    following = local_address(request.form.get("next", ""))
    require_passwords()
    try:
        user = sign_in(
            database(),
            email=email,
            password=request.form.get("password", ""),
            client=request.remote_addr or "",
            secret=signing_key(settings()),
            now=now(),
        )
    except (SignInRefused, TooManyAttempts) as error:
        shown = staff_page(
            "sign_in.html", error.status, email=email, following=following, fault=error.code
        )
        if isinstance(error, TooManyAttempts):
            shown.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return shown
    return admit(user, following)


@open_without_second_factor
@required_role("reader")
def sign_out() -> AnyResponse:
    """End this session here and on the server."""
    user, session = current_user(), signed_in()
    if session is not None:
        close_session(database(), user, session[1].token_hash)
    response = redirect(url_for("accounts.sign_in_form"), 303)
    set_session_cookie(response, "")
    return response


@required_role(ANYBODY)
def set_up_form(token: str) -> Response:
    """The form behind a link; opening it does not use the link up."""
    require_passwords()
    try:
        user = find_invited(database(), token, now=now())
    except InvitationGone as error:
        return staff_page("set_up_gone.html", error.status)
    return _set_up(user, user.name)


@required_role(ANYBODY)
def send_set_up(token: str) -> AnyResponse:
    """Take the name and password, and sign in."""
    require_passwords()
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        user = find_invited(database(), token, now=now())
        if password != request.form.get("again", ""):
            return _set_up(user, name, "different")
        user = accept_invitation(database(), token, name=name, password=password, now=now())
    except InvitationGone as error:
        return staff_page("set_up_gone.html", error.status)
    except WeakPassword as error:
        return _set_up(user, name, error.code)
    return admit(user, "")


@required_role("reader")
def account() -> Response:
    """One's own account and where it is signed in."""
    return _account(changed=request.args.get("changed") == "1")


@required_role("reader")
def change_password() -> AnyResponse:
    """Take a new password of who knows the old one; all other sessions end."""
    require_passwords()
    user = current_user()
    password = request.form.get("password", "")
    if not is_right(request.form.get("current", ""), user.password_hash):
        return _account("wrong")
    if password != request.form.get("again", ""):
        return _account("different")
    try:
        set_password(database(), user, password, actor=Actor.of(user))
    except WeakPassword as error:
        return _account(error.code)
    response = redirect(url_for("accounts.account", changed=1), 303)
    set_session_cookie(response, open_session(database(), user, now=now()))
    return response


@required_role("reader")
def end_sessions() -> AnyResponse:
    """Sign out other browsers: one of them, or all."""
    user, session = current_user(), signed_in()
    chosen = request.form.get("session", "")
    if chosen:
        close_session(database(), user, chosen)
    elif session is not None:
        close_other_sessions(database(), user, but=session[1].token_hash)
    return redirect(url_for("accounts.account"), 303)


def _set_up(user: User, name: str, fault: str = "") -> Response:
    return staff_page(
        "set_up.html",
        422 if fault else 200,
        invited=user,
        name=name,
        fault=fault,
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _account(fault: str = "", *, changed: bool = False) -> Response:
    session = signed_in()
    return staff_page(
        "account.html",
        422 if fault else 200,
        sessions=list_sessions(database(), current_user(), now=now()),
        this_session=session[1].token_hash if session else "",
        grants=list_grants(database(), current_user()),
        has_second_factor=is_enrolled(database(), current_user()),
        fault=fault,
        changed=changed,
        shortest=SHORTEST,
        longest=LONGEST,
    )
