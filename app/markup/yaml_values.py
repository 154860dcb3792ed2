"""The values of YAML nodes, as JSON has them or as they were typed."""

from __future__ import annotations

import json
import re
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

_INTEGER = re.compile(r"[-+]?[0-9]+")


def build_value(node: Node, *, raw: bool = False) -> object:
    """The value in JSON's types, dates as text; `raw`: every scalar as its author typed it (None
    for null)."""
    if isinstance(node, MappingNode):
        return {str(key.value): build_value(value, raw=raw) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [build_value(item, raw=raw) for item in node.value]
    return _build_scalar(node, raw)


def _build_scalar(node: Any, raw: bool) -> object:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    if kind == "null":
        return None
    if raw:
        return text
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and _INTEGER.fullmatch(text) and len(text) < 16:
        return int(text)
    if kind == "float":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def key_of(value: object) -> str:
    """A text that is the same for equal values of JSON's types only: 1 is neither "1" nor true."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
