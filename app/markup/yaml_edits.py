"""A YAML value changed where it stands: every line that need not change stays, comments too.

Lists and mappings whose parts have lines of their own are changed part by part, however deep they
are nested. Everything goes from the last line to the first, so that line numbers stay right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.markup.yaml_values import build_value, key_of

Write = Callable[[object], str]
"""A value of JSON's types as YAML on one line."""

_DASHES = re.compile(r"(?:\s*-)+\s+")
_DASH = re.compile(r"\s*-\s+")


def edit_value(lines: list[str], node: Node, value: object, write: Write) -> bool:
    """Change `lines`, those of the header, so that the value of `node` is `value`.

    False, and nothing changed, where the value has to be written anew as a whole.
    """
    if key_of(build_value(node)) == key_of(value):
        return True
    if isinstance(node, SequenceNode) and isinstance(value, list) and value and node.value:
        if node.flow_style:
            return _edit_flow_items(lines, node, value, write)
        return _edit_items(lines, node, value, write)
    if isinstance(node, MappingNode) and isinstance(value, dict) and value and node.value:
        return not node.flow_style and _edit_entries(lines, node, value, write)
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its lines, and its columns in the first of them."""

    first: int
    last: int
    begin: int
    end: int | None
    """None for a value that goes on in the next line."""

    @classmethod
    def of(cls, node: Node, lines: Sequence[str]) -> _Place:
        """The place in `lines` as they were read."""
        start, end = node.start_mark, node.end_mark
        first, last = int(start.line), _last_line(node, lines)
        return cls(first, last, start.column, end.column if end.line == first else None)

    def write(self, lines: list[str], text: str) -> None:
        """Put `text` here; what stands behind the value in its line, a comment perhaps, stays."""
        line = lines[self.first]
        tail = "" if self.end is None else line[self.end :]
        lines[self.first : self.last + 1] = [line[: self.begin] + text + tail]


def _last_line(node: Node, lines: Sequence[str]) -> int:
    """The last line of a value. What YAML's reader takes for its end is where the next begins."""
    is_nested = isinstance(node, (SequenceNode, MappingNode)) and not node.flow_style
    if is_nested and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(node, MappingNode) else last, lines)
    first, end = int(node.start_mark.line), node.end_mark
    last = int(end.line)
    is_block = isinstance(node, ScalarNode) and node.style in {"|", ">"}
    last -= (is_block or end.column == 0) and last > first
    while last > first and not lines[last].strip():
        last -= 1
    return last


def _edit_items(
    lines: list[str], node: SequenceNode, values: Sequence[object], write: Write
) -> bool:
    prefixes = [lines[item.start_mark.line][: item.start_mark.column] for item in node.value]
    if not all(map(_DASH.fullmatch, prefixes[1:])) or not _DASHES.fullmatch(prefixes[0]):
        return False
    changes = _compare(node, values)
    # In a line with its parent's dash, the first item can be changed but not moved.
    if not _DASH.fullmatch(prefixes[0]) and any(each.moves_first for each in changes):
        return False
    places = [_Place.of(item, lines) for item in node.value]
    for change in changes:
        for place in reversed(places[change.start + change.paired : change.end]):
            del lines[place.first : place.last + 1]
        before = change.start + change.paired
        at = places[before - 1].last + 1 if before else places[0].first
        dash = f"{' ' * node.start_mark.column}- "
        lines[at:at] = [dash + write(value) for value in change.values[change.paired :]]
        for number in range(before - 1, change.start - 1, -1):
            value = change.values[number - change.start]
            if not edit_value(lines, node.value[number], value, write):
                places[number].write(lines, write(value))
    return True


def _edit_flow_items(
    lines: list[str], node: SequenceNode, values: Sequence[object], write: Write
) -> bool:
    """A list in brackets, an item a line."""
    places = [_Place.of(item, lines) for item in node.value]
    is_alone = all(
        place.end is not None
        and not lines[place.first][: place.begin].strip()
        and re.match(r"\s*,?\s*(?:#|$)", lines[place.first][place.end :])
        for place in places
    )
    if not is_alone or node.end_mark.line == places[-1].last:
        return False
    for change in _compare(node, values):
        before = change.start + change.paired
        for place in reversed(places[before : change.end]):
            del lines[place.first]
        at = places[before - 1].last + 1 if before else places[0].first
        new = [
            f"{' ' * places[0].begin}{write(value)}," for value in change.values[change.paired :]
        ]
        lines[at:at] = new
        if new and before:
            _end_with_comma(lines, places[before - 1])
        for number in range(before - 1, change.start - 1, -1):
            places[number].write(lines, write(change.values[number - change.start]))
    return True


def _end_with_comma(lines: list[str], place: _Place) -> None:
    line, end = lines[place.first], place.end or 0
    if not line[end:].lstrip().startswith(","):
        lines[place.first] = f"{line[:end]},{line[end:]}"


def _edit_entries(
    lines: list[str], node: MappingNode, values: Mapping[object, object], write: Write
) -> bool:
    keys = [str(key.value) for key, _ in node.value]
    column = node.start_mark.column
    own = [key.start_mark.column == column for key, _ in node.value]
    is_first_alone = not lines[node.start_mark.line][:column].strip()
    if not all(own) or (keys[0] not in values and not is_first_alone):
        return False
    at = _last_line(node, lines) + 1
    new = [key for key in values if key not in keys]
    lines[at:at] = [f"{' ' * column}{write(key)}: {write(values[key])}" for key in new]
    for key, child in reversed(node.value):
        first, last = int(key.start_mark.line), _last_line(child, lines)
        if key.value not in values:
            del lines[first : last + 1]
        elif not edit_value(lines, child, values[key.value], write):
            _write_behind(lines, key, child, write(values[key.value]))
    return True


def _write_behind(lines: list[str], key: Node, child: Node, text: str) -> None:
    """Put a value behind its key, in whose line it may not have been."""
    place = _Place.of(child, lines)
    if place.first == key.end_mark.line and place.begin > key.end_mark.column:
        place.write(lines, f" {text}" if lines[place.first][place.begin - 1] == ":" else text)
        return
    line = lines[key.end_mark.line]
    colon = line.index(":", key.end_mark.column) + 1
    comment = line[colon:].rstrip()
    lines[key.end_mark.line : place.last + 1] = [f"{line[:colon]} {text}{comment}"]


@dataclass(frozen=True, slots=True)
class _Change:
    """Items `start` to `end` of a list become `values`."""

    start: int
    end: int
    values: Sequence[object]

    @property
    def paired(self) -> int:
        """How many of them are changed in their places; the rest is new or goes away."""
        return min(self.end - self.start, len(self.values))

    @property
    def moves_first(self) -> bool:
        return self.start == 0 and self.paired == 0


def _compare(node: SequenceNode, values: Sequence[object]) -> list[_Change]:
    """What is to be changed, the last first."""
    old = [key_of(build_value(item)) for item in node.value]
    matcher = SequenceMatcher(None, old, [key_of(value) for value in values], autojunk=False)
    return [
        _Change(start, end, values[first:last])
        for kind, start, end, first, last in reversed(matcher.get_opcodes())
        if kind != "equal"
    ]
