"""Problem details for HTTP APIs (RFC 9457): what a client is told when something went wrong.

A domain error becomes a Problem here, once. Programs read `code`, which never changes; people
read `title` and `detail`.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from app.errors import KotaeError


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One part of a request that cannot be used."""

    field: str
    """The parameter's or member's name; members of members are joined by dots: `events.3.id`."""
    code: str
    """missing, wrong-type, too-short, too-long, out-of-range, malformed or unknown."""
    detail: str
    """What is expected, as a sentence."""


class BadRequestData(KotaeError):
    """A request has fields that cannot be used; `problems` lists every one of them."""

    code = "invalid-fields"
    status = 400

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        names = ", ".join(problem.field for problem in problems)
        super().__init__(f"These fields cannot be used: {names}. See errors for each.")
        self.problems = problems


class BadAddress(KotaeError):
    """The address of a request is not UTF-8."""

    code = "bad-address"
    status = 400


class OriginRefused(KotaeError):
    """A page of a site that is not allowed tried to send something."""

    code = "origin-refused"
    status = 403


class NotSigned(KotaeError):
    """A request that must carry a signature or a token carries none that is valid."""

    code = "not-signed"
    status = 401


class NotReady(KotaeError):
    """Something the server cannot work without does not answer."""

    code = "not-ready"
    status = 503


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in the members of RFC 9457 and two of ours, `code` and `errors`."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()

    def to_json(self, instance: str) -> dict[str, Any]:
        """The members of an application/problem+json body; `instance` is the request's path."""
        body: dict[str, Any] = {
            "type": f"urn:kotae:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "instance": instance,
        }
        if self.errors:
            body["errors"] = [
                {"field": error.field, "code": error.code, "detail": error.detail}
                for error in self.errors
            ]
        return body


def from_domain(error: KotaeError) -> Problem:
    """The problem of an error that was raised on purpose."""
    errors = error.problems if isinstance(error, BadRequestData) else ()
    return Problem(error.status, error.code, _title(error.status), error.message, errors)


def from_http(status: int, detail: str) -> Problem:
    """The problem of a bare HTTP status, such as 404 for an address that nothing is at."""
    title = _title(status)
    return Problem(status, title.lower().replace(" ", "-"), title, detail)


def from_defect() -> Problem:
    """The problem of an error that nobody foresaw: it tells nothing of the inside."""
    return Problem(
        500,
        "internal-error",
        _title(500),
        "Something went wrong on our side. It has been logged; please try again in a moment.",
    )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
