"""A forgotten password: the mail is asked for, and its link leads to a new one."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask_babel import gettext  # type: ignore[import-untyped]
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.password_reset import (
    Letter,
    ResetGone,
    find_reset,
    open_mail_server,
    request_reset,
    reset_password,
)
from app.accounts.passwords import LONGEST, SHORTEST, WeakPassword
from app.accounts.throttling import WINDOW, TooManyAttempts
from app.models import User
from app.signing import signing_key
from app.views.entering import require_passwords
from app.views.scope import database, now, settings
from app.views.staff import ANYBODY, required_role, staff_page


@required_role(ANYBODY)
def forgotten_form() -> Response:
    """Ask for the address; where no mail is sent, say who can help."""
    require_passwords()
    return _page(sent=request.args.get("sent") == "1")


@required_role(ANYBODY)
def send_forgotten() -> AnyResponse:
    """Have the mail sent; the answer is the same whether there is such an account."""
    require_passwords()
    if open_mail_server(settings()) is None:
        return _page()
    try:
        request_reset(
            database(),
            email=request.form.get("email", ""),
            client=request.remote_addr or "",
            letter=_letter(),
            secret=signing_key(settings()),
            now=now(),
        )
    except TooManyAttempts as error:
        shown = _page(error.code, error.status)
        shown.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return shown
    return redirect(url_for("accounts.forgotten_form", sent=1), 303)


@required_role(ANYBODY)
def new_password_form(token: str) -> Response:
    """The form behind a mail's link; opening it does not use the link up."""
    require_passwords()
    try:
        user = find_reset(database(), token, now=now())
    except ResetGone as error:
        return staff_page("new_password_gone.html", error.status)
    return _form(user)


@required_role(ANYBODY)
def send_new_password(token: str) -> AnyResponse:
    """Take the new password; one signs in with it, and with the code of the app if there is one."""
    require_passwords()
    password = request.form.get("password", "")
    try:
        user = find_reset(database(), token, now=now())
        if password != request.form.get("again", ""):
            return _form(user, "different")
        reset_password(database(), token, password, secret=signing_key(settings()), now=now())
    except ResetGone as error:
        return staff_page("new_password_gone.html", error.status)
    except WeakPassword as error:
        return _form(user, error.code)
    return redirect(url_for("accounts.sign_in_form", changed=1), 303)


def _letter() -> Letter:
    site = settings().site_name
    return Letter(
        subject=gettext("Choose a new password for %(site)s", site=site),
        body="\n\n".join(
            (
                gettext(
                    "Somebody, most likely you, forgot the password of your account at %(site)s.",
                    site=site,
                ),
                gettext("Choose a new one here. The link works once, for 30 minutes:"),
                "{link}",
                gettext("If it was not you, do nothing: your password stays as it is."),
            )
        ),
    )


def _page(fault: str = "", status: int = 200, *, sent: bool = False) -> Response:
    return staff_page(
        "forgotten.html",
        status,
        sends_mail=open_mail_server(settings()) is not None,
        contact_email=settings().contact_email,
        sent=sent,
        fault=fault,
    )


def _form(user: User, fault: str = "") -> Response:
    return staff_page(
        "new_password.html",
        422 if fault else 200,
        account=user,
        fault=fault,
        shortest=SHORTEST,
        longest=LONGEST,
    )
