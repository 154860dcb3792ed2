"""What changed between two texts, as data for a page: side by side, or in one column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import TypeVar

from app.text_lines import match_lines, split_lines

# A word of letters that spaces part, or one character of a script without spaces, or one other.
_TOKENS = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+|\s+|.", re.DOTALL)
_LONGEST_LINE = 2000
"""Tokens of a line beyond which it is shown as changed whole."""
CONTEXT = 3
"""Lines that agree and are shown around a change, as in a unified diff."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line, and whether the other side lacks it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One line of one text."""

    number: int
    """From 1."""
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The line, without what ends it."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each text beside the other; None where one has no such line."""

    kind: str
    """`same`, `changed`, `added` or `removed`."""
    old: Side | None
    new: Side | None


@dataclass(frozen=True, slots=True)
class InlineLine:
    """A line of one column that holds both texts."""

    kind: str
    """`same`, `added` or `removed`."""
    old_number: int | None
    new_number: int | None
    spans: tuple[Span, ...]


Line = TypeVar("Line", Row, InlineLine)


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines that agree and are left out."""

    lines: int
    kind: str = "gap"


def compare_texts(old: str, new: str) -> tuple[Row, ...]:
    """Every line of both, side by side; lines that end differently count as different."""
    return tuple(_rows(split_lines(old), split_lines(new)))


def to_inline(rows: Sequence[Row]) -> tuple[InlineLine, ...]:
    """The same in one column: what a run of changes removes, then what it adds."""
    lines: list[InlineLine] = []
    added: list[InlineLine] = []
    for row in rows:
        if row.kind == "same":
            lines += added
            added = []
        if row.old is not None:
            new_number = row.new.number if row.new and row.kind == "same" else None
            kind = "same" if row.kind == "same" else "removed"
            lines.append(InlineLine(kind, row.old.number, new_number, row.old.spans))
        if row.new is not None and row.kind != "same":
            added.append(InlineLine("added", None, row.new.number, row.new.spans))
    return (*lines, *added)


def around_changes(lines: Sequence[Line]) -> tuple[Line | Gap, ...]:
    """The lines that changed and CONTEXT lines around each; a gap stands for what is left out."""
    kept = [False] * len(lines)
    for at, line in enumerate(lines):
        if line.kind != "same":
            start, end = max(0, at - CONTEXT), at + CONTEXT + 1
            kept[start:end] = [True] * len(kept[start:end])
    shown: list[Line | Gap] = []
    for is_kept, run in groupby(range(len(lines)), key=kept.__getitem__):
        places = list(run)
        # A single line takes no more room than saying that it is left out.
        if is_kept or len(places) == 1:
            shown += [lines[at] for at in places]
        else:
            shown.append(Gap(len(places)))
    return tuple(shown)


def count_changes(rows: Sequence[Row]) -> tuple[int, int]:
    """How many lines were added and removed; a changed line counts as both."""
    added = sum(row.kind in {"added", "changed"} for row in rows)
    removed = sum(row.kind in {"removed", "changed"} for row in rows)
    return added, removed


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    at_old = at_new = 0
    for match in match_lines(old, new):
        yield from _changed(old[at_old : match.old], new[at_new : match.new], at_old, at_new)
        for step in range(match.size):
            line = (Span(_bare(old[match.old + step]), changed=False),)
            yield Row("same", Side(match.old + step + 1, line), Side(match.new + step + 1, line))
        at_old, at_new = match.old + match.size, match.new + match.size


def _changed(old: Sequence[str], new: Sequence[str], at_old: int, at_new: int) -> Iterator[Row]:
    for step, (before, after) in enumerate(zip_longest(old, new)):
        if before is None:
            spans = (Span(_bare(after), changed=True),)
            yield Row("added", None, Side(at_new + step + 1, spans))
        elif after is None:
            spans = (Span(_bare(before), changed=True),)
            yield Row("removed", Side(at_old + step + 1, spans), None)
        else:
            left, right = _compare_line(_bare(before), _bare(after))
            yield Row("changed", Side(at_old + step + 1, left), Side(at_new + step + 1, right))


def _compare_line(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if max(len(before), len(after)) > _LONGEST_LINE:
        return (Span(old, changed=True),), (Span(new, changed=True),)
    left: list[Span] = []
    right: list[Span] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if old_to > old_from:
            left.append(Span("".join(before[old_from:old_to]), kind != "equal"))
        if new_to > new_from:
            right.append(Span("".join(after[new_from:new_to]), kind != "equal"))
    return tuple(left), tuple(right)


def _bare(line: str) -> str:
    return line.rstrip("\r\n")
