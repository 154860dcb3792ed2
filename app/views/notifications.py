"""The page on which one chooses what to be told of, and how."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.languages import INTERFACE_LOCALES
from app.models import NOTIFICATION_WAYS
from app.notifications.sending import last_fault
from app.notifications.topics import TOPICS, find_choice, keep_choice
from app.notifications.ways import open_ways
from app.views.scope import database, settings
from app.views.staff import current_user, required_role, staff_blueprint, staff_page


def notifications_blueprint() -> Blueprint:
    """The routes."""
    notifications = staff_blueprint("notifications")
    notifications.get("/account/notifications")(choices)
    notifications.post("/account/notifications")(choose)
    return notifications


@required_role("reader")
def choices() -> Response:
    """What one is told of."""
    user = current_user()
    return staff_page(
        "notifications.html",
        topics=TOPICS,
        choice=find_choice(database(), user, g.page_locale),
        ways=[way for way in NOTIFICATION_WAYS if way in open_ways(settings())],
        languages=INTERFACE_LOCALES,
        fault=last_fault(database(), user),
        changed=request.args.get("changed") == "1",
    )


@required_role("reader")
def choose() -> AnyResponse:
    """Remember it. What the page did not show, for a way that is closed, stays as it was."""
    user = current_user()
    before = find_choice(database(), user, settings().default_locale)
    shown = set(open_ways(settings()))
    topics = {
        way: request.form.getlist(way) if way in shown else before.topics[way]
        for way in NOTIFICATION_WAYS
    }
    keep_choice(database(), user, locale=request.form.get("locale", ""), topics=topics)
    return redirect(url_for("notifications.choices", changed=1), 303)
