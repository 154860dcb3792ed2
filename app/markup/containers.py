"""Blocks that hold blocks: quotes, and the notes, tips and tabs of several publishing tools."""

from __future__ import annotations

import re

from app.markup.admonitions import KIND_OF, frame
from app.markup.outline import Container
from app.markup.state import Reading

_COLON_FENCE = re.compile(r"(:{3,})[ ]*(?:\{?\.?([A-Za-z][\w-]*)\}?)?[ ]*(.*)$")
_SLASH_FENCE = re.compile(r"(/{3,})[ ]*(?:([A-Za-z][\w-]*)[ ]*(?:\|[ ]*(.*))?)?$")
_BRACKETED_TITLE = re.compile(r"\[(.*)\]")
_MARKED = re.compile(r'(?:!!!|\?\?\?\+?)[ ]+([\w-]+)[^"]*(?:"(.*)")?[ ]*$')
_TAB = re.compile(r'===[!+]*[ ]+"(.*)"[ ]*$')
_ALERT = re.compile(r"\[!([A-Za-z]+)\][+-]?[ ]*(.*)$")
_DEFINITION = re.compile(r":[ ]{1,3}(?=\S)")


def open_quote(reading: Reading, text: str, column: int) -> tuple[str, int]:
    """Open a quote, or a note written as one; the rest of the line and its column."""
    outline, rest = reading.outline, text[1:]
    reading.start_block()
    inner = rest.lstrip(" ")
    alert = _ALERT.match(inner)
    if alert and alert[1].lower() in KIND_OF:
        _open_frame(reading, Container("quote"), alert[1], alert[2])
        return "", column
    outline.open(Container("quote", "</blockquote>"), "<blockquote>")
    return inner, column + 1 + len(rest) - len(inner)


def read_colons(reading: Reading, text: str, column: int) -> bool:
    """Read `:::note[Title]`, its closing `:::`, or the `: meaning` of a term."""
    if definition := _DEFINITION.match(text):
        return reading.lists.open_definition(text[definition.end() :], column + definition.end())
    found = _COLON_FENCE.match(text)
    if found is None:
        return False
    title = found[3].strip()
    if bracketed := _BRACKETED_TITLE.match(title):
        title = bracketed[1]
    elif title.startswith("{") or title.endswith(":::"):
        title = ""
    _read_directive(reading, found[1], found[2] or "", title)
    return True


def read_slashes(reading: Reading, text: str, column: int) -> bool:
    """Read `/// note | Title` or its closing `///`."""
    found = _SLASH_FENCE.match(text)
    if found is None:
        return False
    _read_directive(reading, found[1], found[2] or "", found[3] or "")
    reading.options = bool(found[2])
    return True


def _read_directive(reading: Reading, mark: str, kind: str, title: str) -> None:
    outline = reading.outline
    outline.flush()
    if not kind:
        depth = outline.find("directive", mark)
        if depth is not None:
            outline.close_to(depth)
        return
    outline.leave_bare_lists()
    if kind.lower() in KIND_OF:
        _open_frame(reading, Container("directive", name=mark), kind, title)
    elif outline.open(Container("directive", name=mark)) and title:
        outline.write_text(f"**{title}**")


def open_marked(reading: Reading, text: str, column: int) -> bool:
    """Open `!!! note "Title"` or `??? note`, whose content is indented."""
    found = _MARKED.match(text)
    if found is None:
        return False
    reading.start_block()
    kind = "details" if text[0] == "?" else found[1]
    _open_frame(reading, Container("indented", column=column + 4), kind, found[2] or "")
    return True


def open_tab(reading: Reading, text: str, column: int) -> bool:
    """Open `=== "Title"`: the title stands above the indented content."""
    found = _TAB.match(text)
    if found is None:
        return False
    reading.start_block()
    reading.outline.write_text(f"**{found[1]}**")
    reading.outline.open(Container("indented", column=column + 4))
    return True


def _open_frame(reading: Reading, container: Container, kind: str, title: str) -> None:
    """Open an admonition, its title read as Markdown."""
    outline = reading.outline
    parts = frame(kind, reading.dialect.locale, titled=bool(title.strip()))
    container.close = parts.close
    if outline.open(container, parts.before_title):
        if title.strip():
            outline.write_text(title.strip())
        outline.write_html(parts.after_title)
