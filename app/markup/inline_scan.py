"""One paragraph, read mark by mark, on its way to Markdown."""

from __future__ import annotations

import re
from bisect import bisect_right
from html import escape

from app.markup import inline_shapes as shapes
from app.markup.dialect import Dialect
from app.markup.elements import VOID, Treatment, treat
from app.markup.stash import Stash
from app.markup.tags import Effort, Tag, read_string, scan_braces, scan_tag

DEEPEST = 8
"""Square brackets and inline tags inside one another; deeper ones are text."""


class InlineScan:
    """One text on its way through the reader."""

    def __init__(
        self, text: str, stash: Stash, dialect: Dialect, effort: Effort, *, table: bool
    ) -> None:
        self.text, self.table = text, table
        self.stash, self.dialect, self.effort = stash, dialect, effort
        self.out: list[str] = []
        self.brackets: list[int] = []
        self.tags: list[tuple[str, str]] = []
        self.ticks: dict[int, list[int]] | None = None
        self.missing: set[str] = set()
        self.struck = False

    def run(self) -> str:
        position, text = 0, self.text
        while found := shapes.SPECIAL.search(text, position):
            start = found.start()
            self.out.append(text[position:start])
            position = self._handle(found.group(), start)
        self.out.append(text[position:])
        for index in self.brackets:
            self.out[index] = self._literal("[")
        self.out.extend(self._put(close) for _, close in reversed(self.tags) if close)
        if self.struck:
            self.out.append(self._put("</del>"))
        return "".join(self.out)

    def _handle(self, special: str, start: int) -> int:
        match special[0]:
            case "\\":
                return self._escape(start)
            case "`":
                return self._code(start)
            case "<":
                return self._angle(start)
            case "{":
                return self._brace(start)
            case "[":
                return self._open_bracket(start)
            case "]":
                return self._close_bracket(start)
            case "~":
                return self._strike(start)
        return self._bare_address(start)

    def _put(self, html: str) -> str:
        return self.stash.put(html)

    def _literal(self, text: str) -> str:
        return self.stash.put_literal(text)

    def _protect(self, text: str) -> str:
        # Words from an attribute or a string are shown as they are: no Markdown inside.
        return (
            self._put(escape(shapes.BLANKS.sub(" ", text), quote=False)) if text.strip() else text
        )

    def _escape(self, start: int) -> int:
        following = self.text[start + 1 : start + 2]
        if following == "\n":
            self.out.append(self._put("<br>"))
            return start + 1
        if following in shapes.PUNCTUATION and following:
            self.out.append(self._literal(following))
            return start + 2
        self.out.append(self._literal("\\"))
        return start + 1

    def _code(self, start: int) -> int:
        opened = _run_length(self.text, start)
        end = self._closing_ticks(start + opened, opened)
        if end is None:
            self.out.append(self._literal("`") * opened)
            return start + opened
        code = self.text[start + opened : end].replace("\n", " ")
        if code[:1] == code[-1:] == " " and code.strip():
            code = code[1:-1]
        if self.table:
            code = code.replace("\\|", "|")
        self.out.append(self._put(f"<code>{escape(code, quote=False)}</code>"))
        return self._skip_attributes(end + opened)

    def _closing_ticks(self, start: int, length: int) -> int | None:
        if self.ticks is None:
            self.ticks = {}
            for found in re.finditer("`+", self.text):
                self.ticks.setdefault(len(found.group()), []).append(found.start())
        starts = self.ticks.get(length, [])
        index = bisect_right(starts, start - 1)
        if index >= len(starts):
            return None
        end = starts[index]
        return None if self.table and "\n" in self.text[start:end] else end

    def _skip_attributes(self, position: int) -> int:
        found = shapes.BARE_ATTRIBUTE_LIST.match(self.text, position)
        return found.end() if found else position

    def _angle(self, start: int) -> int:
        text = self.text
        if text.startswith("<!--", start):
            return self._skip_to("-->", start, "<!--")
        if link := (shapes.AUTOLINK.match(text, start) or shapes.MAIL.match(text, start)):
            mail = "" if ":" in link[1] else "mailto:"
            shown = escape(link[1])
            self.out.append(self._put(f'<a href="{mail}{shown}">{shown}</a>'))
            return link.end()
        if text.startswith(("<>", "</>"), start) and self.dialect.mdx:
            return text.index(">", start) + 1
        tag = scan_tag(text, start, self.effort)
        if tag is None:
            self.out.append(self._literal("<"))
            return start + 1
        return self._tag(tag, start)

    def _skip_to(self, closer: str, start: int, opener: str) -> int:
        end = -1 if closer in self.missing else self.text.find(closer, start + len(opener))
        if end < 0:
            self.missing.add(closer)
            self.out.append(self._literal(opener))
            return start + len(opener)
        return end + len(closer)

    def _tag(self, tag: Tag, start: int) -> int:
        treatment = treat(tag, self.dialect.locale)
        if treatment.kind == "literal":
            self.out.append(self._literal(self.text[start : tag.end]))
        elif tag.closing:
            self._close_tag(tag)
        elif treatment.kind == "swallow":
            self._write(treatment)
            return self._swallow(tag)
        else:
            self._open_tag(tag, treatment)
        return self._skip_attributes(tag.end)

    def _write(self, treatment: Treatment) -> None:
        if treatment.open:
            self.out.append(self._put(treatment.open))
        elif treatment.label:
            self.out.append(self._protect(treatment.label))

    def _open_tag(self, tag: Tag, treatment: Treatment) -> None:
        lasting = not tag.self_closing and tag.name.lower() not in VOID
        if lasting and len(self.tags) >= DEEPEST:
            return
        if treatment.kind == "component" and lasting and not treatment.close:
            treatment = Treatment("component")
        self._write(treatment)
        if lasting:
            self.tags.append((tag.name, treatment.close))
        elif treatment.close and tag.name.lower() not in VOID:
            self.out.append(self._put(treatment.close))

    def _close_tag(self, tag: Tag) -> None:
        names = [name for name, _ in self.tags]
        if tag.name not in names:
            return
        while self.tags:
            name, close = self.tags.pop()
            if close:
                self.out.append(self._put(close))
            if name == tag.name:
                return

    def _swallow(self, tag: Tag) -> int:
        if tag.self_closing:
            return tag.end
        closer = f"</{tag.name}"
        end = -1 if closer in self.missing else self.text.find(closer, tag.end)
        if end < 0:
            self.missing.add(closer)
            return tag.end
        close = self.text.find(">", end)
        return close + 1 if close >= 0 else len(self.text)

    def _brace(self, start: int) -> int:
        text = self.text
        if text.startswith(("{%", "{{"), start):
            return self._liquid(start)
        if text.startswith("{/*", start):
            return self._skip_to("*/}", start, "{/*")
        if text[start - 1 : start] in {")", "]", "*", "_"} and (
            styled := shapes.ATTRIBUTE_LIST.match(text, start)
        ):
            self.out.append(styled.group())
            return styled.end()
        if styled := shapes.BARE_ATTRIBUTE_LIST.match(text, start):
            return styled.end()
        if self.dialect.mdx:
            end = scan_braces(text, start, self.effort)
            if end is not None:
                self.out.append(self._protect(read_string(text[start:end]) or ""))
                return end
        self.out.append(self._literal("{"))
        return start + 1

    def _liquid(self, start: int) -> int:
        opener = self.text[start : start + 2]
        found = None if opener in self.missing else shapes.LIQUID.match(self.text, start)
        if found is None:
            self.missing.add(opener)
            self.out.append(self._literal("{"))
            return start + 1
        if literal := shapes.LIQUID_STRING.match(found.group()):
            self.out.append(self._protect(literal[1] or literal[2] or ""))
        elif opener == "{{" and self.dialect.mdx:
            # In MDX two braces are an object inside an expression, and may hold more braces.
            end = scan_braces(self.text, start, self.effort)
            return end or found.end()
        return found.end()

    def _open_bracket(self, start: int) -> int:
        if note := shapes.FOOTNOTE.match(self.text, start):
            self.out.append(note.group())
            return note.end()
        if len(self.brackets) >= DEEPEST:
            self.out[self.brackets.pop(0)] = self._literal("[")
        self.brackets.append(len(self.out))
        self.out.append("[")
        return start + 1

    def _close_bracket(self, start: int) -> int:
        if not self.brackets:
            self.out.append(self._literal("]"))
            return start + 1
        self.brackets.pop()
        self.out.append("]")
        behind = shapes.DESTINATION.match(self.text, start + 1)
        behind = behind or shapes.REFERENCE.match(self.text, start + 1)
        if behind:
            self.out.append(behind.group())
            return behind.end()
        following = start + 1
        if self.text.startswith("(", following) and not _has_end(self.text, following):
            self.out.append(self._literal("("))
            return start + 2
        return following

    def _strike(self, start: int) -> int:
        if self.struck:
            self.struck = False
            self.out.append(self._put("</del>"))
        elif "~~" not in self.missing and self.text.find("~~", start + 3) > 0:
            self.struck = True
            self.out.append(self._put("<del>"))
        else:
            self.missing.add("~~")
            self.out.append("~~")
        return start + 2

    def _bare_address(self, start: int) -> int:
        found = shapes.BARE_ADDRESS.match(self.text, start)
        in_link = bool(self.brackets) or any(name.lower() == "a" for name, _ in self.tags)
        if found is None or in_link:
            self.out.append(self.text[start : start + 4])
            return start + 4
        address = found.group().rstrip(".,:;!?'*_~|\\")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")")
        shown = escape(address)
        self.out.append(self._put(f'<a href="{shown}">{shown}</a>'))
        return start + len(address)


def _run_length(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] == "`":
        end += 1
    return end - start


def _has_end(text: str, start: int) -> bool:
    # A destination with blanks in it is read leniently by Markdown, character by character to
    # the end of the text when it finds no end: such a search must not start.
    line_end = text.find("\n", start)
    return text.find(")", start, line_end if line_end >= 0 else start + 2_000) > 0
