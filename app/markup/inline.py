"""The inside of a paragraph, before Markdown sees it.

Takes out everything that Markdown would misread or take too long over: code spans, HTML and JSX
tags, expressions and template tags of other tools, stray brackets. What remains for Markdown is
emphasis, links, images, footnote marks and abbreviations. One pass, linear in the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.markup.dialect import Dialect
from app.markup.inline_scan import InlineScan
from app.markup.stash import Stash
from app.markup.tags import Effort

_HEAVY = 2_000_000
"""Marks times characters of one paragraph."""

_MANY = 1_000
"""Emphasis marks of one paragraph: each pair may be nested in another."""


@dataclass
class InlineReader:
    """Prepares paragraphs of one article for Markdown."""

    stash: Stash
    dialect: Dialect
    effort: Effort = field(default_factory=Effort)

    def read(self, text: str, *, table: bool = False) -> str:
        """The text as Markdown that holds no HTML; `table` says that lines are rows of cells."""
        scan = InlineScan(text, self.stash, self.dialect, self.effort, table=table)
        return self._calm(scan.run(), table)

    def _calm(self, text: str, table: bool) -> str:
        # Markdown pairs delimiters in time that grows with their number times the text; a
        # paragraph that would take seconds shows them as typed.
        longest = max(map(len, text.split("\n"))) if table else len(text)
        for mark in ("*", "_", "](", "!["):
            count = text.count(mark)
            if count * longest > _HEAVY or (not table and mark in "*_" and count > _MANY):
                text = text.replace(mark, "".join(map(self.stash.put_literal, mark)))
        return text
