"""The YAML between the `---` lines: read by node, so that every value knows its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.markup.yaml_edits import Write, edit_value
from app.markup.yaml_values import build_value

DEEPEST = 12
"""Levels of lists and mappings inside one another."""

LONGEST = 64 * 1024
"""Characters of YAML."""


class HeaderError(ValueError):
    """The YAML cannot be used; `line` counts from 0 within it."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One top-level key and the node of its value."""

    key: str
    node: Node
    line: int
    column: int

    @property
    def raw(self) -> object:
        """The value with every scalar as its author typed it (None for null)."""
        return build_value(self.node, raw=True)

    @property
    def value(self) -> object:
        """The value in JSON's types; dates stay text."""
        return build_value(self.node)


def read_header(yaml_text: str) -> tuple[Entry, ...]:
    """The top-level entries. Raises HeaderError.

    Refused: anything but a mapping with text keys, a key twice, anchors and aliases (a few
    lines of them can grow without bounds), more than DEEPEST levels, more than LONGEST characters.
    """
    if len(yaml_text) > LONGEST:
        raise HeaderError(f"it is longer than {LONGEST // 1024} kB", 0)
    root = _compose(yaml_text)
    if root is None:
        return ()
    if not isinstance(root, MappingNode):
        raise HeaderError("it must be a list of `key: value` lines", root.start_mark.line)
    _check(root, 1)
    return tuple(
        Entry(str(key.value), value, key.start_mark.line, key.start_mark.column)
        for key, value in root.value
    )


def _compose(yaml_text: str) -> Node | None:
    try:
        # The pure-Python parser: the C one reads YAML 1.1, where `no` and `08` mean other things.
        root: Node | None = YAML(typ="safe", pure=True).compose(yaml_text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise HeaderError(error.problem or str(error), mark.line if mark else 0) from error
    except YAMLError as error:
        raise HeaderError(" ".join(str(error).split()), 0) from error
    except RecursionError as error:
        raise HeaderError("it is nested too deep", 0) from error
    except ValueError as error:
        raise HeaderError(str(error), 0) from error
    return root


def _check(node: Node, depth: int) -> None:
    if node.anchor:
        raise HeaderError("anchors and aliases (& and *) are not allowed", node.start_mark.line)
    if depth > DEEPEST:
        raise HeaderError(f"it is nested deeper than {DEEPEST} levels", node.start_mark.line)
    if isinstance(node, SequenceNode):
        for item in node.value:
            _check(item, depth + 1)
    elif isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            _check_key(key, seen)
            _check(value, depth + 1)


def _check_key(key: Node, seen: set[str]) -> None:
    line = key.start_mark.line
    if not isinstance(key, ScalarNode):
        raise HeaderError("a key must be a word", line)
    if key.anchor:
        raise HeaderError("anchors and aliases (& and *) are not allowed", line)
    if key.value in seen:
        raise HeaderError(f"the key {key.value!r} stands twice", line)
    seen.add(key.value)


def edit_lines(
    lines: list[str],
    entries: tuple[Entry, ...],
    changes: Mapping[str, object],
    write: Write,
    *,
    as_a_whole: bool = False,
) -> list[str]:
    """The header's lines with some values replaced, everything else as it was.

    `lines` are without line ends; `changes` maps a key to its new value in JSON's types, or None to
    remove the key. Lists and mappings are changed part by part where their parts have lines of
    their own, unless `as_a_whole`. New keys go to the end.
    """
    edited = list(lines)
    places = sorted(entries, key=lambda entry: entry.line)
    for index in range(len(places) - 1, -1, -1):
        entry = places[index]
        if entry.key in changes:
            value = changes[entry.key]
            if not as_a_whole and edit_value(edited, entry.node, value, write):
                continue
            following = places[index + 1].line if index + 1 < len(places) else len(lines)
            _replace(edited, entry, following, None if value is None else write(value))
    indent = " " * (places[0].column if places else 0)
    known = {entry.key for entry in entries}
    for key, value in changes.items():
        if key not in known and value is not None:
            edited.append(f"{indent}{key}: {write(value)}")
    return edited


def _replace(lines: list[str], entry: Entry, following: int, value: str | None) -> None:
    end = following
    while end > entry.line + 1 and (not lines[end - 1].strip() or lines[end - 1][0] == "#"):
        end -= 1
    if value is None:
        del lines[entry.line : end]
        return
    start_mark, end_mark = entry.node.start_mark, entry.node.end_mark
    line = lines[entry.line]
    if start_mark.line == end_mark.line == entry.line:
        # On one line: what stands behind the value, a comment perhaps, stays.
        head, tail = line[: start_mark.column], line[end_mark.column :]
        lines[entry.line] = f"{head.rstrip()} {value}{tail}"
    else:
        lines[entry.line : end] = [f"{line[: line.index(':', entry.column) + 1]} {value}"]
