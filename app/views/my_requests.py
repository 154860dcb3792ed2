"""Requests as their sender sees them: by a signed address, and those sent from this browser."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from app.addresses import request_url, requests_url
from app.requests import (
    Request,
    add_reply,
    check_key,
    find_request,
    find_requests,
    request_key,
)
from app.settings import Settings
from app.signing import signing_key
from app.tickets import LONGEST_BODY
from app.views.headers import refuse_foreign_form
from app.views.pages import page, require_offered_locale
from app.views.scope import database, now
from app.views.scope import settings as current_settings
from app.wording import clean_text

_COOKIE = "kotae_requests"
_MOST = 10
_THIRTY_DAYS = 30 * 86_400


def requests_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The routes; a further message counts as a ticket for the rate that `settings` allow."""
    requests = Blueprint("requests", __name__)
    requests.before_request(require_offered_locale)
    rated = limiter.shared_limit(settings.rate_tickets, scope="tickets")
    requests.get("/<locale:locale>/requests")(own_requests)
    requests.post("/<locale:locale>/requests/forget")(forget_requests)
    requests.get("/<locale:locale>/requests/<ticket_id>")(one_request)
    requests.post("/<locale:locale>/requests/<ticket_id>")(rated(reply))
    return requests


def key_of() -> str:
    """The secret that signs requests' addresses."""
    return signing_key(current_settings())


def remember_request(response: AnyResponse, ticket_id: str, key: str) -> None:
    """Let this browser find the request again for thirty days."""
    kept = list(dict.fromkeys([f"{ticket_id}-{key}", *_kept()]))[:_MOST]
    response.set_cookie(
        _COOKIE,
        ".".join(kept),
        max_age=_THIRTY_DAYS,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def own_requests(locale: str) -> Response:
    """The requests that were sent from this browser."""
    secret = key_of()
    numbers = [
        number
        for number, _, key in (each.partition("-") for each in _kept())
        if key == request_key(secret, number)
    ]
    found = find_requests(database(), numbers)
    shown = [(each, request_key(secret, each.id)) for each in found]
    return _private(page("requests.html", requests=[_row(each, key) for each, key in shown]))


def forget_requests(locale: str) -> AnyResponse:
    """Let this browser find none of them any more; their addresses go on working."""
    refuse_foreign_form()
    response = redirect(requests_url(locale), 303)
    response.delete_cookie(_COOKIE, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def one_request(locale: str, ticket_id: str) -> Response:
    """One request, for whoever has its address."""
    key = request.args.get("key", "")
    check_key(key_of(), ticket_id, key)
    found = find_request(database(), ticket_id)
    return _show(found, key, sent=request.args.get("sent") == "1")


def reply(locale: str, ticket_id: str) -> AnyResponse:
    """Add the sender's further message."""
    refuse_foreign_form()
    key = request.args.get("key", "")
    check_key(key_of(), ticket_id, key)
    body = clean_text(request.form.get("body", "")).strip()
    if not body or len(body) > LONGEST_BODY:
        found = find_request(database(), ticket_id)
        return _show(found, key, fault="too-long" if body else "missing")
    add_reply(database(), ticket_id, body, from_us=False, now=now())
    return redirect(f"{request_url(locale, ticket_id, key)}&sent=1", 303)


def _show(found: Request, key: str, *, sent: bool = False, fault: str = "") -> Response:
    status = 422 if fault else 200
    return _private(page("request.html", status, request=found, key=key, sent=sent, fault=fault))


def _kept() -> list[str]:
    return [each for each in request.cookies.get(_COOKIE, "").split(".") if "-" in each][:_MOST]


def _row(found: Request, key: str) -> dict[str, object]:
    return {
        "id": found.id,
        "key": key,
        "subject": found.subject,
        "state": found.state,
        "sent_at": found.sent_at,
    }


def _private(response: Response) -> Response:
    """Keep it out of every cache, and its address out of other sites' logs."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
