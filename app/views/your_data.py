"""What is kept of a visitor, for that visitor: shown and deleted from their own browser."""

from __future__ import annotations

from flask import Blueprint, Response

from app.views.pages import page, require_offered_locale


def your_data_blueprint() -> Blueprint:
    """The page; what it shows comes through the API, since only the browser knows its names."""
    your_data = Blueprint("your_data", __name__)
    your_data.before_request(require_offered_locale)
    your_data.get("/<locale:locale>/your-data")(show)
    return your_data


def show(locale: str) -> Response:
    """The page, the same for everybody."""
    return page("your_data.html")
