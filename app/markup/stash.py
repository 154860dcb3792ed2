"""HTML that is finished and must pass through Markdown untouched.

A piece of HTML is put away and a short token takes its place in the Markdown; after conversion the
tokens are exchanged back. Tokens are private-use characters around a number, which Markdown treats
as a letter; `strip_marks` keeps authors from writing one.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Protocol

_INLINE, _BLOCK, _CLOSE = "\ue000", "\ue003", "\ue001"
_MARKS = str.maketrans({
    **dict.fromkeys((_INLINE, _BLOCK, _CLOSE, "\ue002", "\x02", "\x03")), "\x00": "\ufffd"
})  # fmt: skip
_MARK_REFERENCES = re.compile(
    r"&#(?:x0*e00[0-3](?![0-9a-f])|0*5734[4-7](?![0-9]));?", re.IGNORECASE
)
_TOKEN = re.compile(f"<p>{_BLOCK}([0-9]+){_CLOSE}</p>|[{_INLINE}{_BLOCK}]([0-9]+){_CLOSE}")
_IN_ATTRIBUTE = re.compile(f'="[^"<>]*{_INLINE}[^"<>]*"')
_BARE_TOKEN = re.compile(f"[{_INLINE}{_BLOCK}]([0-9]+){_CLOSE}")
_TAG = re.compile(r"<[^<>]*>")


class Html(Protocol):
    """A piece of HTML whose final form may be known only later."""

    def __str__(self) -> str: ...


def strip_marks(text: str) -> str:
    """Text without the characters that tokens, and Markdown's own placeholders, are made of.

    Neither as such nor as character references, which an HTML parser would turn into them.
    """
    return _MARK_REFERENCES.sub("\ufffd", text.translate(_MARKS))


class Stash:
    """The pieces put away while one article is rendered."""

    def __init__(self) -> None:
        self._pieces: list[Html] = []
        self._literals: dict[str, str] = {}

    def put(self, html: Html) -> str:
        """Put away `html` that stands inside a paragraph; its token."""
        self._pieces.append(html)
        return f"{_INLINE}{len(self._pieces) - 1}{_CLOSE}"

    def put_block(self, html: Html) -> str:
        """Put away `html` that takes the place of a paragraph; its token."""
        self._pieces.append(html)
        return f"{_BLOCK}{len(self._pieces) - 1}{_CLOSE}"

    def put_literal(self, character: str) -> str:
        """A token for a character that Markdown would take for a mark.

        Cheaper than a character reference, each of which makes Markdown copy the paragraph.
        """
        token = self._literals.get(character)
        if token is None:
            token = self._literals[character] = self.put(escape(character))
        return token

    def restore(self, html: str) -> str:
        """Exchange every token for its piece; tokens inside a piece stay.

        Inside an attribute (an image's text holding a code span) only the words of the piece fit.
        """
        plain = _IN_ATTRIBUTE.sub(
            lambda found: _BARE_TOKEN.sub(
                lambda token: _TAG.sub("", self._piece(token[1])).replace('"', "&quot;"),
                found.group(),
            ),
            html,
        )
        return _TOKEN.sub(lambda found: self._piece(found[1] or found[2]), plain)

    def read_words(self, text: str) -> str:
        """Text with the plain words of each piece in its token's place."""
        return _BARE_TOKEN.sub(lambda found: unescape(_TAG.sub("", self._piece(found[1]))), text)

    def _piece(self, number: str) -> str:
        return str(self._pieces[int(number)])
