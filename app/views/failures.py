"""Errors on their way out: a problem document for programs, a page for people. Once, here."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app import problems
from app.errors import KotaeError
from app.page_patterns import words_of
from app.problems import Problem
from app.views.moved import moved_address

_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")
_log = logging.getLogger(__name__)


def install_failures(app: Flask) -> None:
    """Answer every error with a problem document or a page."""
    app.register_error_handler(KotaeError, _answer_domain_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(OperationalError, _answer_database_error)
    app.register_error_handler(Exception, _answer_defect)


def respond(problem: Problem) -> Response:
    """The response for a problem, in the form the request's address calls for."""
    if request.path.startswith(_FOR_PROGRAMS) or "Authorization" in request.headers:
        return problem_document(problem)
    moved = moved_address() if problem.status == 404 else None
    if moved is not None:
        # Depends on the visitor's language, and on what is published now.
        headers = {"Location": moved, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return Response(status=301, headers=headers)
    words = words_of(request.path.partition("/")[2].partition("/")[2])
    response = make_response(
        render_template(
            "problem.html", problem=problem, words=words if problem.status == 404 else ""
        ),
        problem.status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def problem_document(problem: Problem) -> Response:
    """An application/problem+json response (RFC 9457)."""
    body = json.dumps(problem.to_json(request.path), ensure_ascii=False)
    response = Response(body, problem.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer_domain_error(error: KotaeError) -> Response:
    if error.status >= 500:
        _log.error("%s: %s", error.code, error.message)
    return respond(problems.from_domain(error))


def _answer_http_error(error: HTTPException) -> Response:
    original = error.get_response()
    if original.status_code < 400:  # a redirect raised by the router
        return Response(original.get_data(), original.status_code, original.headers)
    response = respond(problems.from_http(original.status_code, _detail_of(error)))
    for name in ("Allow", "Retry-After"):
        if name in original.headers:
            response.headers[name] = original.headers[name]
    return response


def _detail_of(error: HTTPException) -> str:
    most = request.max_content_length
    if isinstance(error, RequestEntityTooLarge) and most:
        return f"The request is too large; it may have at most {most} bytes."
    return error.description or ""


def _answer_database_error(error: OperationalError) -> Response:
    _log.error("the database does not answer: %s", error)
    return respond(problems.from_domain(problems.NotReady("The database does not answer.")))


def _answer_defect(error: Exception) -> Response:
    _log.exception("unforeseen error", exc_info=error)
    return respond(problems.from_defect())
