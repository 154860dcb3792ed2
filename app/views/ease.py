"""How easy it was, asked of some with one tap; and help that is said to have solved it."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, request
from flask_limiter import Limiter

from app.deflection.events import LONGEST_SESSION, new_event, record_events
from app.insights.worth import EFFORT_STEPS
from app.payload import Fields
from app.settings import Settings
from app.views.headers import refuse_foreign_form
from app.views.pages import page, require_offered_locale
from app.views.privacy import wants_no_tracking
from app.views.scope import database, now
from app.views.scope import settings as current_settings

_EASES = ("0", "1", "2", "3", "4", "5")


def ease_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The route, with the rate of events that `settings` allow one client."""
    ease = Blueprint("ease", __name__)
    ease.before_request(require_offered_locale)
    rated = limiter.shared_limit(settings.rate_events, scope="events")
    ease.post("/<locale:locale>/ease")(rated(rate))
    return ease


def asks_ease() -> bool:
    """Whether to ask on this page: of a share of those who come to it, drawn anew each time."""
    return secrets.randbelow(100) < current_settings().effort_percent and not wants_no_tracking()


def form_session() -> str:
    """The visit that a script wrote into a form; "" without scripts, or who wants none."""
    named = request.form.get("session", "")[:LONGEST_SESSION]
    return "" if wants_no_tracking() else named


def rate(locale: str) -> Response:
    """Take the tap, and ask for the next step where there is one."""
    refuse_foreign_form()
    fields = Fields(request.form)
    step = fields.choice("step", EFFORT_STEPS)
    effort = fields.choice("effort", _EASES)
    article_id = fields.text("article_id", longest=400) or None
    fields.finish()
    if not wants_no_tracking():
        value = {"step": step, "effort": int(effort)}
        about = {"article_id": article_id, "locale": locale, "value": value}
        event = new_event(form_session(), "effort_rated", now(), **about)
        record_events(database(), [event])
    response = page("ease_thanks.html", step=step, article_id=article_id)
    response.headers["Cache-Control"] = "no-store"
    return response
