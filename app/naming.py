"""Names made from file names: article ids, category paths, and titles for people."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

ARTICLE_SUFFIXES = frozenset({".md", ".mdx", ".markdown"})


def slugify(text: str) -> str:
    """One segment of an address, readable in any script: `Cards & Cash` -> `cards-cash`.

    Letters, marks and digits of every script, "_" and "." stay; runs of anything else become one
    hyphen; NFC, lower case.
    """
    kept = [
        character if unicodedata.category(character)[0] in "LMN" or character in "_." else "-"
        for character in unicodedata.normalize("NFC", text).lower()
    ]
    return re.sub(r"-{2,}", "-", "".join(kept)).strip("-.")


def slugify_path(path: str) -> str:
    """`slugify` for every segment; segments of which nothing stays are left out."""
    return "/".join(filter(None, (slugify(segment) for segment in path.split("/"))))


def default_article_id(path: str) -> str:
    """The id of a file that names none: its path below the language folder, without suffix."""
    pure = PurePosixPath(path)
    name = pure.stem if pure.suffix.lower() in ARTICLE_SUFFIXES else pure.name
    return slugify_path(str(pure.with_name(name)) if pure.name else path)


def humanise(segment: str) -> str:
    """A title from a folder's name: `payments_and-invoices` -> `Payments and invoices`."""
    words = re.sub(r"[-_\s]+", " ", segment).strip()
    return words[:1].upper() + words[1:]
