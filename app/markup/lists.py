"""Lists and definition lists: which line begins an item, and which list it belongs to."""

from __future__ import annotations

import re

from app.markup.outline import Container, ListTag, Outline

_BULLET = re.compile(r"([-*+])([ ]+|$)")
_NUMBER = re.compile(r"([0-9]{1,9})([.)])([ ]+|$)")
_TASK = re.compile(r"\[([ xX])\][ ]+(?=\S)")


class ListReader:
    """Opens and closes the lists of one article."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline

    def leave(self, depth: int, text: str, column: int) -> None:
        """Close the containers beyond `depth`, but not a list that the line goes on with."""
        outline = self._outline
        stays = self.continues(depth, text)
        outline.close_to(depth)
        if not stays:
            outline.leave_bare_lists()

    def continues(self, depth: int, text: str) -> bool:
        """Whether the line is the next item of the list whose item ends at `depth`."""
        stack = self._outline.stack
        if depth == 0 or depth >= len(stack):
            return False
        if stack[depth].kind == "definition":
            return text.startswith(": ")
        marker = _marker(text)
        return (
            marker is not None
            and stack[depth].kind == "item"
            and (stack[depth - 1].name == marker[0])
        )

    def note_blank(self, text: str) -> None:
        """A blank line came before `text`: the list that both belong to is a loose one."""
        stack = self._outline.stack
        if stack and (stack[-1].kind == "item" or (stack[-1].kind == "list" and _marker(text))):
            self._outline.loosen()

    def open_item(self, text: str, column: int) -> tuple[str, int] | None:
        """Open the list item that the line begins with; the rest of the line and its column."""
        marker = _marker(text)
        if marker is None:
            return None
        outline = self._outline
        name, width, number = marker
        rest = text[width:]
        stack = outline.stack
        goes_on = bool(stack) and stack[-1].kind == "list" and stack[-1].name == name
        if outline.paragraph and not goes_on and (not rest.strip() or number not in (None, 1)):
            return None
        outline.flush()
        if not goes_on and not self._open_list(name, number):
            return rest.lstrip(" "), column + width
        blanks = len(rest) - len(rest.lstrip(" "))
        inner = width + (blanks if rest.strip() and blanks <= 4 else 1)
        opened = outline.open(Container("item", "</li>", column + inner), "<li>")
        rest = rest.lstrip(" ")
        if opened and (task := _TASK.match(rest)):
            checked = " checked" if task[1] != " " else ""
            box = outline.stash.put(f'<input type="checkbox" disabled{checked}>')
            outline.paragraph.append(f"{box} {rest[task.end() :]}")
            return "", column
        return rest, column + width + blanks

    def _open_list(self, name: str, number: int | None) -> bool:
        self._outline.leave_bare_lists()
        if number is None:
            tag, close = ListTag("<ul>"), "</ul>"
        else:
            start = f' start="{number}"' if number != 1 else ""
            tag, close = ListTag(f"<ol{start}>"), "</ol>"
        return self._outline.open(Container("list", close, name=name, tag=tag), tag)

    def open_definition(self, text: str, column: int) -> bool:
        """Read `: text`: the paragraph above names what it defines."""
        outline = self._outline
        goes_on = bool(outline.stack) and outline.stack[-1].kind == "terms"
        terms, outline.paragraph = outline.paragraph, []
        if not terms and not goes_on:
            return False
        if not goes_on and not outline.open(Container("terms", "</dl>"), "<dl>"):
            return False
        for term in terms:
            outline.write_html("<dt>")
            outline.write_text(term)
            outline.write_html("</dt>")
        outline.open(Container("definition", "</dd>", min(column, 4)), "<dd>")
        outline.paragraph.append(text)
        return True


def _marker(text: str) -> tuple[str, int, int | None] | None:
    """A list marker's name, its width without blanks, and its number."""
    if found := _BULLET.match(text):
        return found[1], 1, None
    if found := _NUMBER.match(text):
        return found[2], found.start(3), int(found[1])
    return None
