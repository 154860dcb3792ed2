"""What can be told of a text by reading it alone: pure, so that it costs nothing to look.

Lengths of sentences are judged by language: 25 words for languages written with blanks (the limit
of the GOV.UK content guidelines), 60 characters for Japanese, 50 for Korean, 45 for Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.languages import language_of

LONGEST_WORDS = 25
LONGEST_CHARACTERS: Mapping[str, int] = {"ja": 60, "ko": 50, "zh": 45}
_MOST_SHOWN = 3
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?=\s|$)|[。！？]|\n|$|[.!?])")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_PICTURE = re.compile(r"<img [^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Readability:
    """How hard the sentences are to read."""

    unit: str
    """`words` or `characters`."""
    average: int
    longest: int
    limit: int
    too_long: tuple[str, ...]
    """The longest sentences above the limit, at most three."""


def measure_sentences(sections: Sequence[Mapping[str, Any]], locale: str) -> Readability | None:
    """How long the sentences are; None where there are none. `sections` as Article.sections."""
    language = language_of(locale)
    by_words = language not in LONGEST_CHARACTERS
    limit = LONGEST_CHARACTERS.get(language, LONGEST_WORDS)
    sized = []
    for section in sections:
        for found in _SENTENCE.findall(str(section.get("text", ""))):
            text = " ".join(found.split())
            size = len(_WORD.findall(text)) if by_words else len(re.sub(r"\s", "", text))
            if size > 1:
                sized.append((size, text))
    if not sized:
        return None
    sizes = [size for size, _ in sized]
    long = sorted((pair for pair in sized if pair[0] > limit), reverse=True)
    return Readability(
        unit="words" if by_words else "characters",
        average=round(sum(sizes) / len(sizes)),
        longest=max(sizes),
        limit=limit,
        too_long=tuple(text for _, text in long[:_MOST_SHOWN]),
    )


def find_skipped_headings(headings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Headings that stand more than one level below the one before them."""
    skipped, before = [], 1
    for heading in headings:
        level = int(heading["level"])
        if level > before + 1:
            skipped.append(str(heading["text"]))
        before = level
    return skipped


def count_wordless_pictures(html: str) -> int:
    """Pictures of clean HTML that say nothing to those who do not see them."""
    texts = (_ALT.search(tag) for tag in _PICTURE.findall(html))
    return sum(found is None or not found[1].strip() for found in texts)
