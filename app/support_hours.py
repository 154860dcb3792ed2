"""When somebody is there to answer: read from a setting, told in the reader's language."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULE = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)"
)
_EXPECTED = "days and times such as Mon-Fri 09:00-18:00, Sat 10:00-14:00"


@dataclass(frozen=True, slots=True)
class Hours:
    """Some days of the week, and from when to when on each."""

    first: int
    """0 is Monday."""
    last: int
    opens: time
    closes: time
    """Exclusive; 00:00 is midnight at the day's end."""

    def covers(self, moment: datetime) -> bool:
        """Whether `moment`, in the hours' own time zone, lies in them."""
        after = self.closes == time() or moment.time() < self.closes
        return self._has_day(moment.weekday()) and self.opens <= moment.time() and after

    def _has_day(self, day: int) -> bool:
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


def read_hours(value: str) -> tuple[Hours, ...]:
    """Opening hours in English abbreviations, separated by commas. Raises ValueError."""
    return tuple(_read_rule(part) for part in value.split(",") if part.strip())


def read_zone(value: str) -> str:
    """The name of a time zone of the IANA database. Raises ValueError."""
    name = value.strip()
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as Asia/Seoul or UTC") from None
    return name


def is_open(hours: Sequence[Hours], zone: str, now: datetime) -> bool:
    """Whether somebody is there at `now` (aware)."""
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    return any(each.covers(local) for each in hours)


def _read_rule(text: str) -> Hours:
    found = _RULE.fullmatch(" ".join(text.lower().split()))
    if found is None:
        raise ValueError(_EXPECTED)
    first, last = found["first"], found["last"] or found["first"]
    if first not in _DAYS or last not in _DAYS:
        raise ValueError(_EXPECTED)
    opens, closes = _read_time(found["opens"]), _read_time(found["closes"])
    if closes not in {time()} and closes <= opens:
        raise ValueError(f"{_EXPECTED}, each ending after it begins")
    return Hours(_DAYS.index(first), _DAYS.index(last), opens, closes)


def _read_time(text: str) -> time:
    if text == "24:00":
        return time()
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(_EXPECTED) from None
