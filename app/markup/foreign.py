"""Lines written for other publishing tools: modules, expressions, includes. They are dropped."""

from __future__ import annotations

import re

from app.markup.leaves import Pending, Skipped, find_closer
from app.markup.starts import CONTENTS
from app.markup.state import Reading
from app.markup.tags import scan_braces

_IMPORT = re.compile(r"import[ ]+(?:[^'\"]*[ ]from[ ]+)?['\"][^'\"]+['\"][ ]*;?[ ]*(?://.*)?$")
_LONG_IMPORT = re.compile(r"import[ ]+[\w$, ]*\{[^}'\"]*$")
_EXPORT = re.compile(
    r"export[ ]+(?:const|let|var|function|default|async|class|type|interface)\b|export[ ]*[{*]"
)
_SNIPPET = re.compile(r"-+8<-+|\{\*.*\*\}[ ]*$|;-+8<-+")


def read_braces(reading: Reading, text: str, column: int) -> bool:
    """Drop includes and comments in braces, and expressions over several lines."""
    if _SNIPPET.match(text) or CONTENTS.fullmatch(text.strip()):
        return True
    for opener, closer in (("{/*", "*/}"), ("{% comment", "{%endcomment")):
        open_ended = text.startswith(opener) and find_closer(text, closer) < 0
        if open_ended and reading.closes_later(closer):
            reading.leaf = Skipped(closer)
            return True
    if not reading.dialect.mdx or text.startswith(("{%", "{{")) or reading.outline.paragraph:
        return False
    if scan_braces(text, 0, reading.effort) is None:
        reading.leaf = Pending("braces", 0, [text])
        return True
    return False


def drop_snippet(reading: Reading, text: str, column: int) -> bool:
    """Drop the include of a file."""
    return _SNIPPET.match(text) is not None


def drop_module_line(reading: Reading, text: str, column: int) -> bool:
    """Drop an `import` or `export` of an MDX module."""
    if not reading.dialect.mdx or column or reading.outline.paragraph or reading.outline.stack:
        return False
    if _IMPORT.match(text):
        return True
    if _LONG_IMPORT.match(text) and reading.closes_later('from"'):
        reading.leaf = Skipped('from"')
        return True
    if _EXPORT.match(text) is None:
        return False
    brace = text.find("{")
    if brace >= 0 and scan_braces(text, brace, reading.effort) is None:
        reading.leaf = Pending("braces", 0, [text[brace:]])
    return True
