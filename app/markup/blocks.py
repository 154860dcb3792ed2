"""Reading an article line by line: which block each line begins, continues or ends.

Block structure follows CommonMark (lists by the column of their content, lazy continuation),
extended by the containers of other publishing tools: `:::note`, `/// tip`, `!!! note`, `=== "Tab"`,
`> [!NOTE]`, HTML and JSX elements. Containers become HTML in the outline; paragraphs, tables,
footnotes and definitions of links and abbreviations are left to Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.markup.block_tags import TagLines, has_block_tags
from app.markup.containers import open_marked, open_quote, open_tab, read_colons, read_slashes
from app.markup.dialect import Dialect
from app.markup.foreign import drop_module_line, drop_snippet, read_braces
from app.markup.inline import InlineReader
from app.markup.leaves import (
    LONGEST_PENDING,
    Fence,
    Pending,
    Skipped,
    find_closer,
    find_last_closers,
    render_preformatted,
)
from app.markup.lists import ListReader
from app.markup.outline import DEEPEST, INDENTED, Outline
from app.markup.starts import DASHES, open_fence, read_definition, write_heading, write_rule
from app.markup.stash import Stash
from app.markup.state import Reading
from app.markup.tags import Effort, scan_braces, scan_tag

_MOST_MARKS = 2 * DEEPEST
"""Marks of lists and quotes that one line may begin with: the line is searched anew for each."""
_BLOCK_OPTION = re.compile(r"[ ]{4,}[\w-]+:[ ]?[^ ].*$")
_INTERRUPTS = re.compile(
    r"```|~~~|#{1,6}(?:[ ]|$)|>|:::|///|!!![ ]|\?\?\?|[-*+][ ]+\S|1[.)][ ]+\S|</?[A-Z]"
)
_OPENERS: dict[str, Callable[[Reading, str, int], bool]] = {
    "`": open_fence,
    "~": open_fence,
    "#": write_heading,
    ":": read_colons,
    "/": read_slashes,
    "!": open_marked,
    "?": open_marked,
    "=": open_tab,
    "[": read_definition,
    "*": read_definition,
    "{": read_braces,
    "-": drop_snippet,
    ";": drop_snippet,
    "i": drop_module_line,
    "e": drop_module_line,
}
"""First character of a line -> what it may begin."""


class BlockReader:
    """Reads the lines of one article into an outline."""

    def __init__(self, stash: Stash, dialect: Dialect) -> None:
        effort = Effort()
        outline = Outline(stash, InlineReader(stash, dialect, effort))
        self._reading = Reading(outline, ListReader(outline), dialect, effort)
        self._tags = TagLines(outline, dialect, effort)

    @property
    def flattened(self) -> bool:
        """Whether something was nested too deep to be shown nested."""
        return self._reading.outline.flattened

    def read(self, lines: list[str]) -> str:
        """The article as Markdown that holds only paragraphs, tables, notes and definitions."""
        reading = self._reading
        reading.last_closers = self._tags.last_closers = find_last_closers(lines)
        for reading.number, line in enumerate(lines):
            self._read_line(line)
        self._finish()
        return reading.outline.markdown()

    def _finish(self) -> None:
        leaf, self._reading.leaf = self._reading.leaf, None
        if isinstance(leaf, Fence):
            leaf.write(self._reading.outline)
        elif isinstance(leaf, Pending):
            self._reading.outline.paragraph.extend(leaf.lines)

    def _read_line(self, raw: str) -> None:
        line = raw.expandtabs(4) if "\t" in raw else raw
        if isinstance(self._reading.leaf, Skipped):
            self._skip(raw)
            return
        if isinstance(self._reading.leaf, Pending):
            self._continue_pending(line)
            return
        depth, line = self._match_containers(line)
        if isinstance(self._reading.leaf, Fence):
            if self._continue_fence(raw, line, depth):
                return
            self._finish()
        text = line.strip(" ")
        if not text:
            self._read_blank(depth)
        else:
            self._read_text(line.lstrip(" "), len(line) - len(line.lstrip(" ")), depth)

    def _match_containers(self, line: str) -> tuple[int, str]:
        """How many open containers the line belongs to; its quote marks become blanks."""
        for depth, container in enumerate(self._reading.outline.stack):
            column = len(line) - len(line.lstrip(" "))
            if container.kind == "quote":
                if line[column : column + 1] != ">":
                    return depth, line
                line = f"{line[:column]} {line[column + 1 :]}"
            elif container.kind in INDENTED and column < container.column and column < len(line):
                return depth, line
        return len(self._reading.outline.stack), line

    def _read_blank(self, depth: int) -> None:
        self._reading.outline.flush()
        stack = self._reading.outline.stack
        quote = next((i for i in range(depth, len(stack)) if stack[i].kind == "quote"), None)
        if quote is not None:
            self._reading.outline.close_to(quote)
        self._reading.blank, self._reading.options = True, False

    def _read_text(self, text: str, column: int, depth: int) -> None:
        outline = self._reading.outline
        if self._reading.options and _BLOCK_OPTION.match(" " * column + text):
            return
        self._reading.options = False
        if self._is_lazy(text, column, depth):
            outline.paragraph.append(text)
            return
        if depth < len(outline.stack) and not self._closes_container(text):
            self._reading.lists.leave(depth, text, column)
        if self._reading.blank:
            self._reading.lists.note_blank(text)
            self._reading.blank = False
        text, column = self._open_all_nested(text, column)
        if text and not self._open_leaf(text, column):
            self._add_to_paragraph(text, column)

    def _is_lazy(self, text: str, column: int, depth: int) -> bool:
        """Whether the line continues a paragraph whose container it is not indented for."""
        outline = self._reading.outline
        if depth == len(outline.stack) or not outline.paragraph:
            return False
        if outline.stack[depth].kind not in ("quote", "item"):
            return False
        if _INTERRUPTS.match(text) or self._reading.lists.continues(depth, text):
            return False
        return not DASHES.match(text) and not has_block_tags(text)

    def _closes_container(self, text: str) -> bool:
        """Whether the line is a closing mark, which finds its container wherever it is open."""
        if text.startswith("</"):
            tag = scan_tag(text, 0, self._reading.effort)
            return tag is not None and self._reading.outline.find("element", tag.name) is not None
        bare = text.rstrip()
        return (
            bare[:3] in (":::", "///") and self._reading.outline.find("directive", bare) is not None
        )

    def _open_all_nested(self, text: str, column: int) -> tuple[str, int]:
        for _ in range(_MOST_MARKS):
            rest = self._open_nested(text, column) if text else None
            if rest is None:
                break
            text, column = rest
        return text, column

    def _open_nested(self, text: str, column: int) -> tuple[str, int] | None:
        """Open the quote or list item that the line begins with; the rest of the line."""
        if self._is_indented_code(column):
            return None
        if text.startswith(">"):
            return open_quote(self._reading, text, column)
        if DASHES.match(text):
            return None
        return self._reading.lists.open_item(text, column)

    def _open_leaf(self, text: str, column: int) -> bool:
        outline = self._reading.outline
        if self._is_indented_code(column):
            fence = Fence("\0", "", self._reading.base + 4, len(outline.stack))
            fence.lines.append(" " * (column - fence.column) + text)
            outline.leave_bare_lists()
            self._reading.leaf = fence
            return True
        opener = _OPENERS.get(text[0])
        if opener is not None and opener(self._reading, text, column):
            return True
        if write_rule(self._reading, text):
            return True
        if text[0] != "|" and has_block_tags(text):
            self._reading.leaf = self._tags.read(text, self._reading.number)
            return True
        return False

    def _add_to_paragraph(self, text: str, column: int) -> None:
        self._reading.outline.leave_bare_lists()
        self._reading.outline.paragraph.append(text)

    def _is_indented_code(self, column: int) -> bool:
        reading = self._reading
        if column - reading.base < 4 or reading.outline.paragraph or reading.dialect.mdx:
            return False
        # JSX and HTML are indented for looks, and so is what is nested too deep: no code there.
        return not (reading.outline.holds("element") or reading.outline.is_full)

    def _skip(self, raw: str) -> None:
        leaf = self._reading.leaf
        assert isinstance(leaf, Skipped)
        end = find_closer(raw, leaf.closer)
        if end < 0:
            if leaf.kept is not None:
                leaf.kept.append(raw)
            return
        self._reading.leaf = None
        if leaf.kept is not None:
            leaf.kept.append(raw[: raw.lower().index(leaf.closer)])
            outline = self._reading.outline
            outline.write_html(render_preformatted("\n".join(leaf.kept), outline.stash))
        rest = raw[end:].strip(" ;")
        if rest and leaf.closer != 'from"':
            self._read_text(rest, self._reading.base, len(self._reading.outline.stack))

    def _continue_pending(self, line: str) -> None:
        leaf = self._reading.leaf
        assert isinstance(leaf, Pending)
        leaf.lines.append(line.strip())
        text = "\n".join(leaf.lines)
        if leaf.kind == "tag":
            tag = scan_tag(text, 0, self._reading.effort)
            end = tag.end if tag else None
        else:
            end = scan_braces(text, 0, self._reading.effort)
        if end is not None:
            self._reading.leaf = None
            whole = text[:end].replace("\n", " ") + text[end:] if leaf.kind == "tag" else text[end:]
            if whole.strip():
                self._read_text(whole.strip(), self._reading.base, len(self._reading.outline.stack))
        elif len(leaf.lines) > LONGEST_PENDING or self._reading.effort.left <= 0:
            self._finish()

    def _continue_fence(self, raw: str, line: str, depth: int) -> bool:
        """Take the line into the open fence; False when the fence ended before it."""
        fence = self._reading.leaf
        assert isinstance(fence, Fence)
        column = len(line) - len(line.lstrip(" "))
        if fence.mark == "\0":
            return self._continue_indented_code(fence, line, column)
        if depth < fence.depth and line.strip():
            return False
        if fence.ends(line.strip()):
            self._finish()
            return True
        if fence.column == 0 and not self._reading.outline.holds("quote"):
            fence.lines.append(raw)
        else:
            fence.lines.append(line[min(fence.column, column) :])
        return True

    def _continue_indented_code(self, fence: Fence, line: str, column: int) -> bool:
        if line.strip() and column < fence.column:
            while fence.lines and not fence.lines[-1].strip():
                fence.lines.pop()
            return False
        fence.lines.append(line[fence.column :])
        return True
