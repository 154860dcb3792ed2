"""How an article is to be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The kind of Markdown, and the language (BCP 47) of the words Kotae adds."""

    mdx: bool
    locale: str
