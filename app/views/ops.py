"""For operators and their machines: is it alive, is it ready, what does it measure."""

from __future__ import annotations

import time

from flask import Blueprint, Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from app.health import IndexState, check_database, describe_index
from app.views.bearer import require_token
from app.views.scope import database, parts, settings

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def ops_blueprint() -> Blueprint:
    """The routes for operators; they are never rate limited."""
    ops = Blueprint("ops", __name__)
    ops.get("/healthz")(alive)
    ops.get("/readyz")(ready)
    ops.get("/metrics")(metrics)
    return ops


def install_measuring(app: Flask) -> None:
    """Count and time every request."""
    app.before_request(_start_clock)
    app.after_request(_count_request)


def alive() -> Response:
    """The process answers; nothing else is looked at."""
    return _uncached(jsonify(status="alive"))


def ready() -> Response:
    """Whether questions are answered, and by what. Keywords alone are enough to be ready."""
    check_database(database())
    return _uncached(jsonify(status="ready", database="ok", **describe_index(_observe_index())))


def metrics() -> Response:
    """Measurements in Prometheus' text format."""
    if settings().metrics_token:
        require_token(settings().metrics_token, "KB_METRICS_TOKEN", "metrics:read")
    _observe_index()
    return _uncached(Response(parts().metrics.exposition(), content_type=CONTENT_TYPE_LATEST))


def _observe_index() -> IndexState:
    state = parts().index.state()
    parts().metrics.show_index(
        revision=state.revision, documents=state.documents, degraded=bool(state.degraded)
    )
    return state


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _start_clock() -> None:
    g.started = time.perf_counter()


def _count_request(response: Response) -> Response:
    # Patterns, not addresses: the number of time series must not grow with what visitors type.
    # A method can be any word, too.
    route = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in _METHODS else "(other)"
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    parts().metrics.count_request(route, method, response.status_code, seconds)
    return response
