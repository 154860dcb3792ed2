"""Reading what a client sent: JSON bodies and parameters, every field checked, every fault named.

A Fields object is asked for one field after another and remembers what was wrong; `finish` then
raises all of it at once, so that a form or a program is told everything in one answer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from app.errors import KotaeError
from app.problems import BadRequestData, FieldProblem
from app.wording import clean_text

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,1000}")
# RFC 3339, section 5.6; fromisoformat alone would also take week dates and dates without a zone.
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

DEEPEST = 20
"""Levels of nested arrays and objects in a request body."""


class BadJson(KotaeError):
    """A request body is not JSON, or JSON nobody sends in good faith."""

    code = "bad-json"
    status = 400


def parse_json(raw: bytes) -> Any:
    """The value that `raw` (UTF-8 JSON, RFC 8259) stands for.

    Raises BadJson for anything else: another encoding, NaN, numbers beyond measure, and nesting
    deeper than DEEPEST, which only serves to exhaust a stack.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_read_float
        )
        _refuse_deep(value)
    except (ValueError, RecursionError) as error:
        raise BadJson(f"The request body is not JSON in UTF-8: {_first_line(error)}.") from None
    return value


class Fields:
    """The members of one JSON object or the parameters of one query string."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self._values = values
        self._prefix = prefix
        self.problems: list[FieldProblem] = []

    @classmethod
    def from_object(cls, value: Any, prefix: str = "") -> Fields:
        """Fields of a JSON value, which raises BadRequestData unless it is an object."""
        if not isinstance(value, dict):
            name = prefix or "body"
            problem = FieldProblem(name, "wrong-type", "A JSON object is expected.")
            raise BadRequestData((problem,))
        return cls(value, f"{prefix}." if prefix else "")

    def text(self, name: str, *, longest: int, shortest: int = 0, required: bool = False) -> str:
        """A cleaned text of `shortest` to `longest` code points; "" where it is absent or bad."""
        value = self._values.get(name)
        if value is None:
            return self._absent(name, required)
        if not isinstance(value, str):
            return self.refuse(name, "wrong-type", "A text is expected.")
        text = clean_text(value)
        if len(text) > longest:
            return self.refuse(name, "too-long", f"At most {longest} characters are allowed.")
        if len(text.strip()) < shortest:
            return self.refuse(name, "too-short", _shortest(shortest))
        return text

    def matching(
        self, name: str, pattern: re.Pattern[str], expected: str, *, required: bool = False
    ) -> str:
        """A text that matches `pattern` as a whole; `expected` says in words what that is."""
        value = self._values.get(name)
        if value is None:
            return self._absent(name, required)
        if not isinstance(value, str):
            return self.refuse(name, "wrong-type", "A text is expected.")
        if clean_text(value) != value or not pattern.fullmatch(value):
            return self.refuse(name, "malformed", f"{expected} is expected.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of a few words; required."""
        value = self._values.get(name)
        if value is None:
            return self._absent(name, required=True)
        if value not in allowed:
            return self.refuse(name, "unknown", f"One of {', '.join(allowed)} is expected.")
        return str(value)

    def moment(self, name: str) -> datetime:
        """A date and time of RFC 3339, required, in UTC."""
        value = self._values.get(name)
        if value is None:
            self._absent(name, required=True)
            return datetime.now(UTC)
        try:
            if isinstance(value, str) and _RFC_3339.fullmatch(value):
                return _read_moment(value)
        except ValueError:
            pass
        self.refuse(name, "malformed", "A date and time such as 2026-01-31T09:30:00Z is expected.")
        return datetime.now(UTC)

    def number(self, name: str, *, default: int, low: int, high: int, clamp: bool = False) -> int:
        """A whole number of a query string; `clamp` lowers what is above `high` to it."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, str) or not _WHOLE_NUMBER.fullmatch(value):
            self.refuse(name, "malformed", "A whole number is expected.")
            return default
        number = int(value)
        if number > high and clamp:
            return high
        if not low <= number <= high:
            allowed = f"at least {low}" if clamp else f"from {low} to {high}"
            self.refuse(name, "out-of-range", f"A number {allowed} is expected.")
            return default
        return number

    def has(self, name: str) -> bool:
        """Whether there is such a member, null aside."""
        return self._values.get(name) is not None

    def inside(self, name: str) -> Fields:
        """The fields of a member that is an object; none, and a fault, where it is not."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            self.refuse(name, "wrong-type", "A JSON object is expected.")
            value = {}
        return Fields(value, f"{self._prefix}{name}.")

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is absent or something else."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "wrong-type", "True or false is expected.")
            return None
        return value

    def count(self, name: str, *, high: int) -> int | None:
        """A whole JSON number from 0 to `high`; None where it is absent or bad."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(name, "wrong-type", "A whole number is expected.")
        elif not 0 <= value <= high:
            self.refuse(name, "out-of-range", f"A number from 0 to {high} is expected.")
        else:
            return value
        return None

    def share(self, name: str) -> float | None:
        """A JSON number from 0 to 1; None where it is absent or bad."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(name, "wrong-type", "A number is expected.")
        elif not 0 <= value <= 1:
            self.refuse(name, "out-of-range", "A number from 0 to 1 is expected.")
        else:
            return float(value)
        return None

    def texts(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of at most `most` texts, none empty; () where it is absent or bad."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.refuse(name, "wrong-type", "A list of texts is expected.")
            return ()
        texts = tuple(clean_text(each) for each in value)
        if len(texts) > most:
            self.refuse(name, "too-long", f"At most {most} are allowed.")
        elif not all(len(text.strip()) >= 1 and len(text) <= longest for text in texts):
            self.refuse(name, "out-of-range", f"Texts of 1 to {longest} characters are expected.")
        else:
            return texts
        return ()

    def value(self, name: str, *, largest: int) -> Any:
        """Any JSON value whose own JSON (UTF-8) takes at most `largest` bytes; None if absent."""
        value = _clean_value(self._values.get(name))
        if len(json.dumps(value, ensure_ascii=False).encode()) > largest:
            self.refuse(name, "too-long", f"At most {largest} bytes of JSON are allowed.")
            return None
        return value

    def refuse(self, name: str, code: str, detail: str) -> str:
        """Note that field `name` cannot be used; returns "" for callers that need a text."""
        self.problems.append(FieldProblem(f"{self._prefix}{name}", code, detail))
        return ""

    def finish(self) -> None:
        """Raise BadRequestData with everything that was refused, if anything was."""
        if self.problems:
            raise BadRequestData(tuple(self.problems))

    def _absent(self, name: str, required: bool) -> str:
        if required:
            self.refuse(name, "missing", "This field is required.")
        return ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_float(text: str) -> float:
    """The number; 1e999 would become an infinity, which is no JSON and PostgreSQL refuses."""
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number in it is beyond measure")
    return number


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [item for holder in level for item in _members(holder)]
        if not level:
            return
    raise ValueError(f"it is nested more than {DEEPEST} levels deep")


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.upper())
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # A zone can push a clock at the edge of the calendar over it; the hour does not matter.
        return moment.replace(tzinfo=UTC)


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    if isinstance(value, dict):
        return {clean_text(name): _clean_value(item) for name, item in value.items()}
    return value


def _shortest(length: int) -> str:
    return "This must not be empty." if length == 1 else f"At least {length} characters are needed."


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).splitlines()[0][:200].rstrip(".")
