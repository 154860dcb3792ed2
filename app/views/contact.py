"""The form that reaches a person: always there, never more than a link away."""

from __future__ import annotations

import re

from flask import Blueprint, Response, redirect, request
from flask_limiter import Limiter
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.problems import BadRequestData
from app.settings import Settings
from app.tickets import open_ticket, read_ticket
from app.views.headers import refuse_foreign_form
from app.views.pages import page, require_offered_locale
from app.views.scope import database
from app.wording import clean_text

_FIELDS = ("email", "subject", "body", "page", "query_id")
_TICKET_ID = re.compile(r"[0-9a-f]{16}")


def contact_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The form's routes, with the rate of tickets that `settings` allow one client."""
    contact = Blueprint("contact", __name__)
    contact.before_request(require_offered_locale)
    send = limiter.shared_limit(settings.rate_tickets, scope="tickets")(send_form)
    contact.get("/<locale:locale>/contact")(show_form)
    contact.post("/<locale:locale>/contact")(send)
    contact.get("/<locale:locale>/contact/sent")(sent)
    return contact


def show_form(locale: str) -> Response:
    """The empty form; the subject may come along as `q`, where it comes from as `page`."""
    given = {
        "subject": clean_text(request.args.get("q", ""))[:200],
        "page": clean_text(request.args.get("page", ""))[:2000],
        "query_id": clean_text(request.args.get("query_id", ""))[:64],
    }
    return page("contact.html", given=given, faults={})


def send_form(locale: str) -> AnyResponse:
    """Store the message and lead to its number, or show the form again with what is amiss."""
    refuse_foreign_form()
    given = {name: request.form.get(name, "") for name in _FIELDS}
    given["email"] = given["email"].strip()
    try:
        ticket = read_ticket(given | {"locale": locale})
    except BadRequestData as error:
        faults = {problem.field: problem.code for problem in error.problems}
        return page("contact.html", 422, given=given, faults=faults)
    ticket_id = open_ticket(database(), ticket)
    return redirect(f"/{locale}/contact/sent?ticket={ticket_id}", 303)


def sent(locale: str) -> Response:
    """The confirmation, with the number to refer to."""
    ticket_id = request.args.get("ticket", "")
    if not _TICKET_ID.fullmatch(ticket_id):
        raise NotFound("There is no such message.")
    return page("contact_sent.html", ticket_id=ticket_id)
