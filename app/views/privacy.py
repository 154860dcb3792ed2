"""What a visitor's browser says about being observed, and the experiment it may take part in."""

from __future__ import annotations

from flask import request

from app.deflection.participants import Holdout
from app.views.scope import settings, site


def wants_no_tracking() -> bool:
    """Whether the browser sends Do Not Track or Global Privacy Control."""
    return "1" in (request.headers.get("DNT"), request.headers.get("Sec-GPC"))


def current_holdout() -> Holdout | None:
    """The experiment that this request may take part in; None where none runs, or none for it."""
    name, percent, embedding = settings().holdout_name, settings().holdout_percent, site()
    own = embedding.holdout_percent if embedding else None
    holdout = Holdout(name, percent)
    if embedding is not None and own is not None:
        holdout = Holdout(name, own, embedding.key)
    return holdout if holdout.percent and not wants_no_tracking() else None
