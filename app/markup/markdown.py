"""Markdown of paragraphs to HTML: Python-Markdown, reduced to what is left to it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections import deque
from dataclasses import dataclass
from typing import Any, SupportsIndex

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.tables import TableExtension

from app.markup.admonitions import back_label
from app.markup.blocks import BlockReader
from app.markup.dialect import Dialect
from app.markup.stash import Stash, strip_marks

# Taken over by the block and inline readers, which know more dialects and take linear time.
_PREPROCESSORS = ("html_block",)
_BLOCK_PROCESSORS = (
    "code",
    "hashheader",
    "setextheader",
    "hr",
    "olist",
    "ulist",
    "quote",
    "indent",
)
_INLINE_PATTERNS = ("backtick", "escape", "autolink", "automail", "html")

_MDX = re.compile(
    r"import[ ]+[^'\"]*from[ ]+['\"]|import[ ]+['\"]|export[ ]+const[ ]|<[A-Z][A-Za-z.]*[\s/>]"
    r"|<[A-Z][A-Za-z.]*$|\{/\*"
)


class _Blocks(deque[str]):
    """The list of blocks that Python-Markdown takes from the front: a list makes that quadratic."""

    def pop(self, index: SupportsIndex = -1) -> str:
        return self.popleft() if index == 0 else super().pop()

    def insert(self, index: int, block: str) -> None:
        if index == 0:
            self.appendleft(block)
        else:
            super().insert(index, block)


class _Parser(BlockParser):
    def parseChunk(self, parent: etree.Element, text: str) -> None:  # noqa: N802 (their name)
        self.parseBlocks(parent, _Blocks(text.split("\n\n")))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Converted:
    """An article as HTML that is not yet safe."""

    html: str
    code: Stash
    """Holds the code blocks, whose tokens are still in the HTML."""
    flattened: bool
    """Whether some nesting was too deep and became flat."""


def convert(source: str, locale: str) -> Converted:
    """Convert an article's Markdown."""
    lines = strip_marks(source).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stash = Stash()
    reader = BlockReader(stash, Dialect(is_mdx(lines), locale))
    markdown = _build_markdown(locale)
    html = markdown.convert(reader.read(lines))
    return Converted(stash.restore(html), stash, reader.flattened)


def is_mdx(lines: list[str]) -> bool:
    """Whether an article is MDX: Markdown with modules, components and expressions."""
    mark = ""
    for line in lines:
        bare = line.strip()
        if mark:
            if bare.startswith(mark) and not bare.strip(mark[0]):
                mark = ""
        elif bare.startswith(("```", "~~~")):
            mark = bare[: len(bare) - len(bare.lstrip(bare[0]))]
        elif bare[:1] in ("i", "e", "<", "{") and _MDX.match(bare):
            return True
    return False


def _build_markdown(locale: str) -> Markdown:
    extensions: list[Any] = [
        TableExtension(use_align_attribute=True),
        FootnoteExtension(BACKLINK_TITLE=back_label(locale), BACKLINK_TEXT="↩"),
        AbbrExtension(),
        AttrListExtension(),
    ]
    markdown = Markdown(extensions=extensions, output_format="html")
    for name in _PREPROCESSORS:
        markdown.preprocessors.deregister(name)
    for name in _INLINE_PATTERNS:
        markdown.inlinePatterns.deregister(name)
    processors = markdown.parser.blockprocessors
    for name in _BLOCK_PROCESSORS:
        processors.deregister(name, strict=False)
    parser = _Parser(markdown)
    parser.blockprocessors = processors
    for processor in processors:
        processor.parser = parser
    markdown.parser = parser
    return markdown
