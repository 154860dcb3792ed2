"""When things happened, by the server's clock; visitors' clocks are hints.

What a clock cannot get wrong is the time between two events of one page, or between an event and
the moment at which it was sent. So a batch that says when it was sent is set right exactly; the
events of another are moved together, and only where the clock is shown to be off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

TRUSTED_LAG = timedelta(minutes=5)
"""A batch that says it is older than this was not underway so long: its clock is slow."""
LONGEST_PAST = timedelta(hours=24)
"""Nothing in a batch happened longer before its arrival: a session does not last longer."""


def settle_times(
    told: Sequence[datetime], received: datetime, sent_at: datetime | None = None
) -> list[datetime]:
    """The moments at which the events of one batch happened, in the given order.

    `told` are the visitor's times, `received` the server's, all aware. `sent_at`: the visitor's
    time when the batch was sent, which taken from `received` is how far that clock is off. Without
    it the newest event is taken to have just happened where its time lies in the future or more
    than TRUSTED_LAG back; the others keep their distance from it.
    """
    if not told:
        return []
    if sent_at is not None:
        return [received - min(max(sent_at - at, timedelta()), LONGEST_PAST) for at in told]
    newest = max(told)
    settled = newest if timedelta() <= received - newest <= TRUSTED_LAG else received
    # Distances, not sums: a clock at the edge of the calendar must not push a time over it.
    return [max(settled - min(newest - at, LONGEST_PAST), received - LONGEST_PAST) for at in told]
