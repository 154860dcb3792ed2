"""Lines that hold block-level HTML or JSX: the tags open and close containers, the rest is text."""

from __future__ import annotations

import re
from html import escape

from app.markup.dialect import Dialect
from app.markup.elements import BLOCKS, SWALLOWED, VOID, WRAPPERS, Treatment, treat
from app.markup.leaves import Pending, Skipped, find_closer, render_preformatted
from app.markup.outline import Container, Outline
from app.markup.tags import Effort, Tag, scan_tag

_NAMES = "|".join(sorted(BLOCKS | WRAPPERS | SWALLOWED | {"pre"}))
_BLOCK_TAG = re.compile(rf"</?(?:{_NAMES})(?![\w.:-])|</[A-Z]", re.IGNORECASE)
_UNFINISHED = re.compile(r"<[A-Za-z][\w.:-]*(?:\s[^<>]*)?$")
_TICKS = re.compile(r"`+")
_SELF_ENDING = {
    "li": frozenset({"li"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tr": frozenset({"td", "th", "tr"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}


def has_block_tags(text: str) -> bool:
    """Whether a line must be read for block-level tags."""
    return text.startswith("<") or ("<" in text and _BLOCK_TAG.search(text) is not None)


class TagLines:
    """Reads lines with block-level tags into an outline."""

    def __init__(self, outline: Outline, dialect: Dialect, effort: Effort) -> None:
        self._outline, self._dialect, self._effort = outline, dialect, effort
        self.last_closers: dict[str, int] = {}
        """Last line of each closing text."""

    def read(self, text: str, number: int) -> Skipped | Pending | None:
        """Read line `number`; what it leaves unfinished, if anything, is returned."""
        position = search_from = 0
        while (start := _find_angle(text, search_from)) >= 0:
            if text.startswith("<!--", start):
                search_from = self._pass_comment(text, start, number)
                if search_from < 0:
                    self._add_text(text[position:start])
                    return Skipped("-->")
                continue
            tag = scan_tag(text, start, self._effort)
            if tag is None:
                if not text[:start].strip() and _UNFINISHED.match(text, start):
                    return Pending("tag", 0, [text[start:]])
                search_from = start + 1
                continue
            treatment = treat(tag, self._dialect.locale)
            search_from = tag.end
            if self._is_block(tag, treatment, text, start, position):
                self._add_text(text[position:start])
                search_from, skipped = self._read_tag(tag, treatment, text, number)
                position = search_from
                if skipped is not None:
                    return skipped
        self._add_text(text[position:])
        return None

    def _pass_comment(self, text: str, start: int, number: int) -> int:
        """Where reading goes on behind a comment; -1 when it ends on a later line."""
        last = self.last_closers.get("-->", -1)
        end = text.find("-->", start) if last >= number else -1
        if end >= 0:
            return end + 3
        if last > number:
            return -1
        self._effort.spend(len(text) - start if last == number else 0)
        return start + 4

    def _read_tag(
        self, tag: Tag, treatment: Treatment, text: str, number: int
    ) -> tuple[int, Skipped | None]:
        if treatment.kind == "swallow" or tag.name.lower() == "pre":
            return self._swallow(tag, treatment, text, number)
        self._apply(tag, treatment)
        return tag.end, None

    def _add_text(self, text: str) -> None:
        if text.strip():
            self._outline.leave_bare_lists()
            self._outline.paragraph.append(text.strip() + ("  " if text.endswith("  ") else ""))

    def _is_block(
        self, tag: Tag, treatment: Treatment, text: str, start: int, position: int
    ) -> bool:
        if treatment.kind in ("block", "swallow") or tag.name.lower() == "pre":
            return True
        if treatment.kind != "component":
            return False
        if tag.closing:
            return self._outline.find("element", tag.name) is not None
        if text[position:start].strip():
            return False
        rest = text[tag.end :].strip()
        return not rest or rest.startswith("<") or rest.endswith(f"</{tag.name}>")

    def _apply(self, tag: Tag, treatment: Treatment) -> None:
        outline = self._outline
        name = tag.name if tag.is_component else tag.name.lower()
        if tag.closing:
            depth = outline.find("element", name)
            if depth is not None:
                outline.close_to(depth)
            return
        outline.leave_bare_lists()
        if tag.self_closing or name in VOID:
            outline.write_html(_alone(tag, treatment))
            return
        self._end_siblings(name)
        if outline.open(Container("element", treatment.close, name=name), treatment.open):
            outline.write_html(_label(treatment))

    def _end_siblings(self, name: str) -> None:
        stack, ended = self._outline.stack, _SELF_ENDING.get(name, frozenset()) | {"p"}
        while stack and stack[-1].kind == "element" and stack[-1].name in ended:
            self._outline.close_to(len(stack) - 1)

    def _swallow(
        self, tag: Tag, treatment: Treatment, text: str, number: int
    ) -> tuple[int, Skipped | None]:
        outline, name = self._outline, tag.name.lower()
        if treatment.open and not tag.closing:
            outline.write_html(f"<p>{treatment.open}</p>")
        outline.flush()
        if tag.closing or tag.self_closing or name in VOID:
            return tag.end, None
        closer = f"</{name}"
        last = self.last_closers.get(closer, -1)
        end = find_closer(text[tag.end :], closer) if last >= number else -1
        if end >= 0:
            end += tag.end
            if name == "pre":
                content = text[tag.end : text.lower().index(closer, tag.end)]
                outline.write_html(render_preformatted(content, outline.stash))
            return end, None
        if last <= number:
            self._effort.spend(len(text) - tag.end if last == number else 0)
            return tag.end, None
        return end, Skipped(closer, [text[tag.end :]] if name == "pre" else None)


def _alone(tag: Tag, treatment: Treatment) -> str:
    if treatment.kind == "block":
        return treatment.open if tag.name.lower() in VOID else ""
    if treatment.open:
        return f"<p>{treatment.open}</p>"
    return _label(treatment)


def _label(treatment: Treatment) -> str:
    if not treatment.label:
        return ""
    return f"<p><strong>{escape(treatment.label, quote=False)}</strong></p>"


def _find_angle(text: str, start: int) -> int:
    """Where the next `<` stands outside code spans that begin and end on this line."""
    position = start
    while True:
        angle = text.find("<", position)
        ticks = _TICKS.search(text, position, angle if angle >= 0 else len(text))
        if angle < 0 or ticks is None:
            return angle
        closing = _closing_ticks(text, ticks)
        position = closing if closing >= 0 else ticks.end()


def _closing_ticks(text: str, opened: re.Match[str]) -> int:
    for found in _TICKS.finditer(text, opened.end()):
        if len(found.group()) == len(opened.group()):
            return found.end()
    return -1
