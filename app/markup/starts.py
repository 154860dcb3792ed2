"""Blocks that hold only words: headings, rules, code, definitions of notes and abbreviations."""

from __future__ import annotations

import re

from app.markup.leaves import Fence
from app.markup.outline import Container
from app.markup.state import Reading

_FENCE = re.compile(r"(`{3,}|~{3,})[ ]*([^`]*)$")
_HEADING = re.compile(r"(#{1,6})(?:[ ]+|$)")
_HEADING_ATTRIBUTES = re.compile(r"\{:?[ ]*((?:[.#][^\s{}]+[ ]*)+)\}$")
_REFERENCE = re.compile(r"\[[^\[\]^][^\[\]]{0,200}\]:[ ]*\S")
_FOOTNOTE = re.compile(r"(\[\^[^\[\]\s]{1,100}\]:)[ ]*(.*)$")
_ABBREVIATION = re.compile(r"\*\[[^\[\]]{1,80}\]:")
_SETEXT = re.compile(r"(=+|-+)[ ]*$")
DASHES = re.compile(r"(?:(?:-[ ]*){3,}|(?:\*[ ]*){3,}|(?:_[ ]*){3,})$")
CONTENTS = re.compile(r"\[\[?_?toc_?\]?\]|\{:?[ ]*toc[ ]*\}", re.IGNORECASE)
"""The mark of a table of contents, which the page prints itself."""


def open_fence(reading: Reading, text: str, column: int) -> bool:
    """Open a fenced code block."""
    found = _FENCE.match(text)
    if found is None:
        return False
    reading.start_block()
    reading.leaf = Fence(found[1], found[2].strip(), column, len(reading.outline.stack))
    return True


def write_heading(reading: Reading, text: str, column: int) -> bool:
    """Write a `## Heading`, with its `{ #anchor }` if it names one."""
    found = _HEADING.match(text)
    if found is None:
        return False
    reading.start_block()
    words = text[found.end() :].rstrip()
    bare = words.rstrip("#")
    if not bare or bare.endswith(" "):
        words = bare.rstrip()
    _add_heading(reading, len(found[1]), words)
    return True


def _add_heading(reading: Reading, level: int, words: str) -> None:
    anchor = ""
    if words.endswith("}") and (styled := _HEADING_ATTRIBUTES.search(words[-200:])):
        words = words[: len(words) - len(styled.group())].rstrip()
        names = [name[1:] for name in styled[1].split() if name.startswith("#")]
        anchor = names[0].split(".")[0] if names else ""
    if not words:
        return
    marked = f' id="{anchor}"' if re.fullmatch(r"[^\"<>&]+", anchor) else ""
    reading.outline.write_html(f"<h{level}{marked}>")
    reading.outline.write_text(words)
    reading.outline.write_html(f"</h{level}>")


def write_rule(reading: Reading, text: str) -> bool:
    """Write a rule, or make the paragraph above a heading."""
    outline = reading.outline
    underline = _SETEXT.match(text)
    if underline and outline.paragraph and "|" not in outline.paragraph[-1]:
        words = " ".join(line.strip() for line in outline.paragraph)
        outline.paragraph = []
        _add_heading(reading, 1 if underline[1][0] == "=" else 2, words)
        return True
    if not DASHES.match(text):
        return False
    outline.leave_bare_lists()
    outline.write_html("<hr>")
    return True


def read_definition(reading: Reading, text: str, column: int) -> bool:
    """Pass footnotes and definitions of links and abbreviations on to Markdown."""
    outline = reading.outline
    if outline.paragraph:
        return False
    if CONTENTS.fullmatch(text.strip()):
        return True
    if note := _FOOTNOTE.match(text):
        outline.close_to(0)
        outline.write_block(f"{note[1]} {outline.inline.read(note[2])}")
        outline.open(Container("footnote", column=column + 2))
        return True
    if _REFERENCE.match(text) or _ABBREVIATION.match(text):
        outline.write_block(text.rstrip())
        return True
    return False
