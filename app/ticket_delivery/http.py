"""One HTTP request to a help desk, and what its answer means for the next attempt."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused
from app.timely_http import TimelyHandler

LONGEST_SECONDS = 40.0
"""Of one request, from the connection to the last byte of the answer; files take their time."""
_CONNECT_SECONDS = 10.0
_LARGEST_ANSWER = 1024 * 1024
_SHOWN = 300
_FINAL = frozenset({400, 404, 405, 410, 413, 414, 415, 422})
"""Answers that another attempt would not change. 401 and 403 are mended by an operator, 408, 409,
425, 429 and all of 5xx by time."""
_LONGEST_WAIT = timedelta(hours=24)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A ticket goes to the address that the operator set, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = LONGEST_SECONDS
) -> bytes:
    """POST `body`; the answer's body where it was taken (2xx).

    After `seconds` it is given up, however far it is. Raises DeliveryRefused where it never will be
    taken, DeliveryFailed where it may be later.
    """
    request = urllib.request.Request(url, body, dict(headers), method="POST")
    opener = urllib.request.build_opener(_NoRedirects, TimelyHandler(seconds))
    try:
        try:
            with opener.open(request, timeout=min(_CONNECT_SECONDS, seconds)) as answer:
                return bytes(answer.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(_LARGEST_ANSWER).decode("utf-8", "replace")[:_SHOWN]
            status, wait = error.code, _wait(error.headers.get("Retry-After"))
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryFailed(f"{request.host} cannot be reached: {error}") from error
    message = f"{request.host} answered {status}: {' '.join(said.split())}"
    if status in _FINAL:
        raise DeliveryRefused(message)
    raise DeliveryFailed(message, wait=wait)


def post_json(
    url: str, value: Any, headers: Mapping[str, str], *, seconds: float = LONGEST_SECONDS
) -> Any:
    """POST JSON; the JSON that is answered. Raises as `post`."""
    body = json.dumps(value, ensure_ascii=False).encode()
    sent = {"Content-Type": "application/json; charset=utf-8"} | dict(headers)
    answer = post(url, body, sent, seconds=seconds)
    try:
        return json.loads(answer)
    except ValueError as error:
        # It was taken, or so the status says: to send it again would make two of it.
        raise DeliveryRefused(f"{url} answered something that is not JSON.") from error


def _wait(text: str | None) -> timedelta | None:
    """Seconds of a Retry-After header; dates, which help desks do not send, are passed over."""
    if text is None or not text.strip().isdigit():
        return None
    return min(timedelta(seconds=int(text.strip()[:9])), _LONGEST_WAIT)
