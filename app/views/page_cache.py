"""Rendered pages kept for a moment, as long as nothing that stands on them has changed.

In memory, bounded, one for each worker process. A page is found again only under the same state of
the content, so a change shows at once; what the state does not tell (a category's new name, votes)
shows after LIFETIME_SECONDS.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import ParamSpec

from flask import Response, current_app, request

from app.content_state import content_state
from app.views.scope import chosen_products, database, notices_in_force_now, parts, spoken_locale

P = ParamSpec("P")

LIFETIME_SECONDS = 5.0
MOST_PAGES = 500
MOST_BYTES = 16 * 1024 * 1024
_NAME = "kotae.pages"


class PageCache:
    """The pages asked for last, at most MOST_PAGES and MOST_BYTES of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pages: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> str | None:
        """The page kept under `key`; None where there is none, or where it is too old."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or self._clock() - kept[0] > LIFETIME_SECONDS:
                return None
            self._pages.move_to_end(key)
            return kept[1]

    def put(self, key: Hashable, text: str) -> None:
        """Keep a page, and let go of those that were asked for longest ago."""
        with self._lock:
            self._forget(key)
            self._pages[key] = (self._clock(), text)
            self._size += len(text)
            while len(self._pages) > MOST_PAGES or self._size > MOST_BYTES:
                self._forget(next(iter(self._pages)))

    def _forget(self, key: Hashable) -> None:
        kept = self._pages.pop(key, None)
        if kept is not None:
            self._size -= len(kept[1])


def kept_for_a_moment(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose page is rendered once for all who would see the same."""

    @functools.wraps(view)
    def answer(*arguments: P.args, **values: P.kwargs) -> Response:
        if request.query_string:
            return view(*arguments, **values)
        cache: PageCache = current_app.extensions.setdefault(_NAME, PageCache())
        key = _key()
        text = cache.get(key)
        if text is not None:
            return Response(text, content_type="text/html; charset=utf-8")
        response = view(*arguments, **values)
        if response.status_code == 200:
            cache.put(key, response.get_data(as_text=True))
        return response

    return answer


def _key() -> Hashable:
    """Everything that the page depends on."""
    index = parts().index.state()
    notices = tuple((notice.id, notice.ends_at) for notice in notices_in_force_now())
    return (
        request.path,
        spoken_locale(),
        chosen_products(),
        content_state(database()),
        (index.generation, index.revision),
        notices,
    )
