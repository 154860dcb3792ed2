"""Asking another site whether an address still leads somewhere: briefly, and seldom."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from app.outside_links.public_http import NotPublic, open_session, require_public

FINE, DEAD, UNKNOWN = "fine", "dead", "unknown"
"""What an answer means: somewhere; nowhere (404, 410); anything, such as a door for people only."""
UNREACHABLE, PRIVATE = "unreachable", "private"
"""Nobody answers, which may be our own network's fault; and what is not asked at all."""
NOT_PUBLIC = "not public"
"""What is said of an address that is not asked."""
_GONE = frozenset({404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_TIMEOUTS = (5.0, 10.0)
_PAUSE = 2.0
"""Seconds between two requests to one host."""


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """What became of one address."""

    meaning: str
    said: str
    """A status, or what went wrong in a word or two."""


class Asker:
    """Asks one address after the other, each host at most every two seconds."""

    def __init__(
        self,
        name: str,
        *,
        session: requests.Session | None = None,
        require: Callable[[str], None] = require_public,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`name`: what the sites that are asked may know us by."""
        self._session = session or open_session()
        self._session.headers.update({"User-Agent": name, "Accept": "*/*"})
        self._require, self._clock, self._sleep = require, clock, sleep
        self._asked: dict[str, float] = {}

    def ask(self, url: str) -> LinkAnswer:
        """HEAD, and where that brings no good news GET, whose body nobody reads."""
        try:
            answer = self._follow("HEAD", url)
            return answer if answer.meaning == FINE else self._follow("GET", url)
        except NotPublic:
            return LinkAnswer(PRIVATE, NOT_PUBLIC)
        except requests.Timeout:
            return LinkAnswer(UNREACHABLE, "no answer in time")
        except requests.exceptions.SSLError:
            return LinkAnswer(UNREACHABLE, "no valid certificate")
        except socket.gaierror:
            return LinkAnswer(UNREACHABLE, "unknown host")
        except (requests.RequestException, OSError, ValueError):
            return LinkAnswer(UNREACHABLE, "no connection")

    def _follow(self, method: str, url: str) -> LinkAnswer:
        for _ in range(_MOST_REDIRECTS + 1):
            self._require(url)
            self._wait(urlsplit(url).hostname or "")
            with self._session.request(
                method, url, allow_redirects=False, timeout=_TIMEOUTS, stream=True
            ) as response:
                self._session.cookies.clear()
                status, target = response.status_code, response.headers.get("Location", "")
            if status not in _REDIRECTS or not target:
                return LinkAnswer(_judge(status), str(status))
            url = urljoin(url, target)
        return LinkAnswer(UNKNOWN, "too many redirects")

    def _wait(self, host: str) -> None:
        due = self._asked.get(host, float("-inf")) + _PAUSE
        if due > self._clock():
            self._sleep(due - self._clock())
        self._asked[host] = self._clock()


def name_for(base_url: str) -> str:
    """What sites that are asked read in their logs; `base_url` is where to find who asks."""
    return f"Kotae-link-check (+{base_url})" if base_url else "Kotae-link-check"


def _judge(status: int) -> str:
    if status in _GONE:
        return DEAD
    return FINE if status < 400 else UNKNOWN
