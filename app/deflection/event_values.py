"""What an event's `value` must look like where the report reads it.

The widget, the site and other programs tell the same in the same words; what is misspelt is refused
when it arrives, because later nobody could say what was meant.
"""

from __future__ import annotations

from typing import Any

from app.payload import Fields

LARGEST_VALUE = 8000
"""Bytes of JSON in one event's value: the longest question in any script, and what it found."""
SHOWN_VIA = ("suggest", "search", "contact")
"""Where answers were shown: while typing, as results, or beside a message to a person."""
MOST_ARTICLES = 10
MOST_RESULTS = 100_000
LONGEST_QUERY = 1000


def read_value(fields: Fields, kind: str) -> Any:
    """The `value` of an event of type `kind`; what is wrong with it goes to `fields`."""
    value = fields.value("value", largest=LARGEST_VALUE)
    check = {"suggest_shown": _check_shown, "article_viewed": _check_viewed}.get(kind)
    if check is None or value is None:
        return value
    inside = fields.inside("value")
    if isinstance(value, dict):
        check(inside)
    fields.problems.extend(inside.problems)
    return value


def _check_shown(value: Fields) -> None:
    value.text("query", longest=LONGEST_QUERY)
    results = value.count("results", high=MOST_RESULTS)
    articles = value.texts("articles", most=MOST_ARTICLES, longest=400)
    value.share("score")
    value.text("page", longest=2000)
    value.flag("no_answer")
    if value.has("via"):
        value.choice("via", SHOWN_VIA)
    if value.flag("held_back") and (results or articles):
        value.refuse("held_back", "out-of-range", "What was held back was not shown: no results.")


def _check_viewed(value: Fields) -> None:
    value.text("from", longest=40)
