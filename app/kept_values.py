"""Values that cost much to find out and little to keep, for a while, in one process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class KeptValues:
    """The values asked for last. What they depend on belongs into their key."""

    def __init__(
        self, *, seconds: float, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds`: after which a value is found out anew, whatever its key says. `most`: values
        kept at once."""
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._values: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """The value of `key`, which `find` finds out where it is not kept. Raises what that raises.

        Two who ask at once may both find it out: neither waits for the other.
        """
        with self._lock:
            kept = self._values.get(key)
            if kept is not None and self._clock() - kept[0] <= self._seconds:
                self._values.move_to_end(key)
                value: T = kept[1]
                return value
        found = find()
        with self._lock:
            self._values[key] = (self._clock(), found)
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return found
