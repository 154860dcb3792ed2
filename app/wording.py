"""What people type, made fit for the engine and the database.

Browsers, widgets and scripts send anything: lone surrogates from a cut emoji, control characters
from a paste, a whole log file. The engine and the database see only clean, bounded text.
"""

from __future__ import annotations

import unicodedata

from app.errors import KotaeError

LONGEST_QUESTION = 800
"""Code points; a question is a sentence or an error message, not a document.

Percent-encoded, Hangul and Han take nine bytes each: so many fit a request line of 8190 bytes."""


class QueryTooLong(KotaeError):
    """A question is longer than any question."""

    code = "query-too-long"
    status = 400


def clean_question(text: str) -> str:
    """One line of text to search for.

    Blanks in front go, one blank behind stays: it tells a finished word from an unfinished one.
    Raises QueryTooLong above LONGEST_QUESTION code points.
    """
    if len(text) > LONGEST_QUESTION:
        raise QueryTooLong(
            f"The question has {len(text)} characters; {LONGEST_QUESTION} are allowed. "
            "Send the sentence that describes the problem."
        )
    words = clean_text(text).split()
    ended = text[-1:].isspace() and bool(words)
    return " ".join(words) + (" " if ended else "")


def clean_text(text: str) -> str:
    """The text without what cannot be stored or shown.

    Lone surrogates and noncharacters go, control characters become a blank; tabs and line ends
    stay, and so do format characters, which scripts and emoji need.
    """
    return "".join(_clean_character(character) for character in text)


def _clean_character(character: str) -> str:
    if character in "\t\n\r":
        return character
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    if category == "Cs" or ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef":
        return ""
    return character
