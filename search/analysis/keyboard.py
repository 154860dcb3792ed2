"""Which keys of a keyboard lie beside each other: the slip that fingers make most."""

from __future__ import annotations

import math
from functools import cache

_ROWS = ((0.0, "qwertyuiop"), (0.25, "asdfghjkl"), (0.75, "zxcvbnm"))
"""The rows of a QWERTY keyboard, and how far each is set off to the right, in keys."""
_TOUCHING = 1.3


@cache
def neighbours() -> frozenset[str]:
    """Return the pairs of keys that touch, as two letters, each pair both ways."""
    keys = [(key, column + shift, row) for row, (shift, letters) in enumerate(_ROWS)
            for column, key in enumerate(letters)]  # fmt: skip
    return frozenset(a + b for a, x, y in keys for b, u, v in keys
                     if a != b and math.hypot(x - u, y - v) < _TOUCHING)  # fmt: skip
