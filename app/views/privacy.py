"""What a visitor's browser says about being observed."""

from __future__ import annotations

from flask import request


def wants_no_tracking() -> bool:
    """Whether the browser sends Do Not Track or Global Privacy Control."""
    return "1" in (request.headers.get("DNT"), request.headers.get("Sec-GPC"))
