"""Visitors' requests over HTTP, a few at once, in front of a progress bar."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from benchmarks.help_center import HelpCenterFailed
from tqdm import tqdm

from app.simulation import HEADER
from simulation.behaviour import Truth, visit
from simulation.population import Visitor

_AT_ONCE = 4
_WINDOW = timedelta(hours=72)


class Connections(threading.local):
    """One kept-alive connection for each thread."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None, at: datetime
    ) -> dict[str, Any]:
        """The JSON answer. Raises HelpCenterFailed for anything but success."""
        raw = None if body is None else json.dumps(body).encode()
        headers = {HEADER: at.isoformat(), "Content-Type": "application/json"}
        self._connection.request(method, path, raw, headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise HelpCenterFailed(f"{method} {path}: {response.status} {answer.decode()[:500]}")
        found: dict[str, Any] = json.loads(answer)
        return found


def send_all(
    url: str, visitors: Sequence[Visitor], effect: float, window: timedelta = _WINDOW
) -> list[Truth]:
    """Let all visitors live through their needs, in no order. Raises HelpCenterFailed."""
    connections = Connections(url)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [
            pool.submit(visit, connections.send, visitor, effect=effect, window=window)
            for visitor in visitors
        ]
        try:
            done = tqdm(as_completed(waiting), "Visitors", len(waiting), unit="", disable=None)
            return [each.result() for each in done]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
