"""A YAML list written one item a line, edited so that every line that stays is as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeGuard

from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

_DASH = re.compile(r"\s*-\s+")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `key` is the same for equal values only, `text` the value as YAML on one line."""

    key: str
    text: str


def is_editable(node: Node, lines: Sequence[str]) -> TypeGuard[SequenceNode]:
    """Whether `edit_items` can be used: every item is a scalar behind a dash of its own line."""
    return (
        isinstance(node, SequenceNode)
        and not node.flow_style
        and bool(node.value)
        and all(
            isinstance(item, ScalarNode)
            and _DASH.fullmatch(lines[item.start_mark.line][: item.start_mark.column])
            for item in node.value
        )
    )


def edit_items(
    lines: list[str], node: SequenceNode, keys: Sequence[str], items: Sequence[Item]
) -> None:
    """Change `lines`, the header's, so that the list of `node` has these items.

    `keys` are those of the items it has. Lines between items, comments mostly, stay.
    """
    places = [_Place.of(item, lines) for item in node.value]
    matcher = SequenceMatcher(None, keys, [item.key for item in items], autojunk=False)
    for kind, start, end, first, last in reversed(matcher.get_opcodes()):
        if kind != "equal":
            _edit_stretch(lines, places, start, end, items[first:last])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item stands: its lines, and the columns of its value in the first of them."""

    first: int
    last: int
    begin: int
    end: int | None
    """None for a value that goes on in the next line."""

    @classmethod
    def of(cls, node: Node, lines: Sequence[str]) -> _Place:
        """The place in `lines` as they were read."""
        start, end = node.start_mark, node.end_mark
        first, last = int(start.line), int(end.line)
        # A text of several lines ends, for the reader of YAML, where the next thing begins.
        last -= end.column == 0 and last > first
        while last > first and not lines[last].strip():
            last -= 1
        return cls(first, last, start.column, end.column if end.line == first else None)


def _edit_stretch(
    lines: list[str], places: Sequence[_Place], start: int, end: int, items: Sequence[Item]
) -> None:
    """Put `items` in the place of items `start` to `end`, from behind: line numbers stay right."""
    paired = min(end - start, len(items))
    column = lines[places[0].first].index("-")
    for place in reversed(places[start + paired : end]):
        del lines[place.first : place.last + 1]
    at = places[start + paired - 1].last + 1 if start + paired else places[0].first
    lines[at:at] = [f"{' ' * column}- {item.text}" for item in items[paired:]]
    for place, item in reversed(list(zip(places[start:], items[:paired], strict=False))):
        line = lines[place.first]
        tail = "" if place.end is None else line[place.end :]
        lines[place.first : place.last + 1] = [line[: place.begin] + item.text + tail]
