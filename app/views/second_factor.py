"""The authenticator app: its code is asked for at the door; here it is set up and taken away."""

from __future__ import annotations

import segno
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.accounts.pending import end_pending, find_pending
from app.accounts.second_factor import (
    AlreadyEnrolled,
    CodeRefused,
    NotEnrolled,
    Trial,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    count_recovery_codes,
    is_enrolled,
    is_second_factor_missing,
    read_enrolment,
    remove_second_factor,
    renew_recovery_codes,
)
from app.accounts.sessions import close_other_sessions
from app.accounts.sign_in import SignInRefused, sign_in
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.signing import signing_key
from app.views.entering import PENDING_COOKIE, enter
from app.views.scope import database, now, settings
from app.views.staff import (
    ANYBODY,
    current_user,
    local_address,
    open_without_second_factor,
    required_role,
    set_private_cookie,
    signed_in,
    staff_page,
)


@required_role(ANYBODY)
def code_form() -> AnyResponse:
    """Ask for a code, of who gave the right password a moment ago."""
    if find_pending(database(), _pending_token(), now=now()) is None:
        return _back_to_door(request.args.get("next", ""))
    return _code_page(local_address(request.args.get("next", "")))


@required_role(ANYBODY)
def send_code() -> AnyResponse:
    """Take the code and open the session, or ask again."""
    following = local_address(request.form.get("next", ""))
    token = _pending_token()
    user = find_pending(database(), token, now=now())
    if user is None:
        return _back_to_door(following)
    try:
        check_code(database(), user, _trial())
    except (CodeRefused, TooManyAttempts) as error:
        shown = _code_page(following, error.code, error.status)
        if isinstance(error, TooManyAttempts):
            shown.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return shown
    end_pending(database(), token)
    response = enter(user, following)
    set_private_cookie(response, PENDING_COOKIE, "")
    return response


@open_without_second_factor
@required_role("reader")
def second_factor() -> Response:
    """How the account stands: no app, one that is being set up, or one that is asked."""
    return _page()


@open_without_second_factor
@required_role("reader")
def begin() -> AnyResponse:
    """Draw a secret for who gives their password: a borrowed browser locks nobody out."""
    user = current_user()
    try:
        sign_in(
            database(),
            email=user.email,
            password=request.form.get("password", ""),
            client=request.remote_addr or "",
            secret=signing_key(settings()),
            now=now(),
        )
        begin_enrolment(database(), user, secret=signing_key(settings()), now=now())
    except (SignInRefused, TooManyAttempts) as error:
        return _page(error.code)
    except AlreadyEnrolled:
        pass
    return redirect(url_for("accounts.second_factor"), 303)


@open_without_second_factor
@required_role("reader")
def confirm() -> AnyResponse:
    """Take the first code; other browsers, which gave none, are signed out."""
    user, session = current_user(), signed_in()
    try:
        codes = confirm_enrolment(database(), user, _trial())
    except (CodeRefused, TooManyAttempts) as error:
        return _page(error.code)
    except NotEnrolled:
        return redirect(url_for("accounts.second_factor"), 303)
    if session is not None:
        close_other_sessions(database(), user, but=session[1].token_hash)
    return staff_page("recovery_codes.html", codes=codes, is_new=True)


@required_role("reader")
def renew_codes() -> AnyResponse:
    """Other recovery codes for who gives a code."""
    try:
        codes = renew_recovery_codes(database(), current_user(), _trial())
    except (CodeRefused, TooManyAttempts) as error:
        return _page(error.code, of="renew")
    return staff_page("recovery_codes.html", codes=codes, is_new=False)


@required_role("reader")
def remove() -> AnyResponse:
    """Take the app away for who gives a code."""
    user = current_user()
    try:
        check_code(database(), user, _trial())
    except (CodeRefused, TooManyAttempts) as error:
        return _page(error.code, of="remove")
    remove_second_factor(database(), user, actor=Actor.of(user))
    return redirect(url_for("accounts.second_factor"), 303)


def _page(fault: str = "", of: str = "") -> Response:
    """`of`: the form in which the fault is, where there are several."""
    user = current_user()
    enrolment, picture = None, ""
    try:
        enrolment = read_enrolment(
            database(),
            user,
            secret=signing_key(settings()),
            issuer=settings().site_name,
            now=now(),
        )
        picture = segno.make(enrolment.uri, micro=False).svg_data_uri(scale=5, light="#fff")
    except NotEnrolled:
        pass
    return staff_page(
        "second_factor.html",
        422 if fault else 200,
        is_on=is_enrolled(database(), user),
        is_missing=is_second_factor_missing(database(), user, settings().second_factor),
        enrolment=enrolment,
        picture=picture,
        left=count_recovery_codes(database(), user),
        fault=fault,
        of=of,
    )


def _code_page(following: str, fault: str = "", status: int = 200) -> Response:
    return staff_page("sign_in_code.html", status, following=following, fault=fault)


def _back_to_door(following: str) -> AnyResponse:
    where = local_address(following)
    return redirect(url_for("accounts.sign_in_form", next=where or None), 303)


def _pending_token() -> str:
    return request.cookies.get(PENDING_COOKIE, "")


def _trial() -> Trial:
    return Trial(
        code=request.form.get("code", ""),
        client=request.remote_addr or "",
        secret=signing_key(settings()),
        now=now(),
    )
