"""Finding one HTML or JSX tag, or one braced expression, in a text.

A scanner instead of a regular expression: JSX attributes hold nested braces. Every scan that leads
nowhere is paid from an `Effort`, so that hostile text costs linear time: when the effort is spent,
what is left is taken literally.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_TAG = 8_000
"""Characters; a longer "tag" is text."""

_NAME = re.compile(r"<(/?)([A-Za-z][\w.:-]*+)")
_ATTRIBUTE = re.compile(
    r"[\s]*+([A-Za-z_@:*#$][\w.:@*#$-]*+)"
    r"(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|(?=(\{))|([^\s\"'=<>`{}]++)))?+"
)
_SPREAD = re.compile(r"\s*+(?=\{)")
_END = re.compile(r"\s*+(/?)>")
_BRACE = re.compile(r"[{}\"'`\\]")
_STRING = re.compile(r"""\{\s*(?:"([^"\\]*+)"|'([^'\\]*+)'|`([^`\\$]*+)`)\s*\}""")


@dataclass
class Effort:
    """Characters that may still be scanned in vain."""

    left: int = 2_000_000

    def spend(self, characters: int) -> None:
        """Pay for a search that found nothing."""
        self.left -= characters


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag; `attributes` holds only those with a literal value ("" for a bare one)."""

    name: str
    closing: bool
    self_closing: bool
    attributes: Mapping[str, str]
    end: int

    @property
    def is_component(self) -> bool:
        """Whether it is a JSX component rather than an HTML element."""
        return self.name[0].isupper() or "." in self.name


def scan_tag(text: str, start: int, effort: Effort) -> Tag | None:
    """The tag that begins at `start`, or None when there is none."""
    name = _NAME.match(text, start)
    if name is None or effort.left <= 0:
        return None
    stop = min(len(text), start + LONGEST_TAG)
    attributes: dict[str, str] = {}
    position = name.end()
    while position < stop:
        if end := _END.match(text, position):
            closing, bare = bool(name[1]), bool(end[1])
            return Tag(name[2], closing, bare, attributes, end.end())
        following = _scan_attribute(text, position, attributes, effort)
        if following is None or following == position:
            break
        position = following
    effort.spend(max(1, position - start))
    return None


def _scan_attribute(
    text: str, position: int, attributes: dict[str, str], effort: Effort
) -> int | None:
    if spread := _SPREAD.match(text, position):
        return scan_braces(text, spread.end(), effort)
    found = _ATTRIBUTE.match(text, position)
    if found is None:
        return None
    if found[4] is None:
        value = next((group for group in found.group(2, 3, 5) if group is not None), "")
        attributes.setdefault(found[1], value)
        return found.end()
    end = scan_braces(text, found.end(), effort)
    if end is not None and (literal := read_string(text[found.end() : end])) is not None:
        attributes.setdefault(found[1], literal)
    return end


def scan_braces(text: str, start: int, effort: Effort) -> int | None:
    """Where the braced expression that opens at `start` ends, or None when it does not.

    Quotes inside are honoured as JavaScript does, so that a brace in a string does not count.
    """
    if effort.left <= 0:
        return None
    depth, position = 0, start
    stop = min(len(text), start + LONGEST_TAG)
    while found := _BRACE.search(text, position, stop):
        mark, position = found.group(), found.end()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth == 0:
                return position
        elif mark == "\\":
            position += 1
        else:
            position = _skip_string(text, position, mark, stop)
    effort.spend(stop - start)
    return None


def _skip_string(text: str, position: int, quote: str, stop: int) -> int:
    # An apostrophe in prose opens no string: one that does not close on its line is ignored.
    end = text.find(quote, position, stop)
    if end < 0 or (quote != "`" and "\n" in text[position:end]):
        return position
    return end + 1


def read_string(expression: str) -> str | None:
    """The text of an expression that is only a string literal: `{"text"}`; None for any other."""
    found = _STRING.fullmatch(expression)
    if found is None:
        return None
    return next(group for group in found.groups() if group is not None)
