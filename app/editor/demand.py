"""How many visitors of each language asked for what an article says, from what they did.

A question has the language of its script; Latin letters alone do not tell one, so that questions
in them count where the visitor opened the article. What was only typed on the way to a longer
question is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.languages import choose_locale
from app.models import Event
from search.languages import asked_language

PERIOD = timedelta(days=28)
"""As long as the figures for staff look back."""
_MOST_EVENTS = 30_000
"""The newest; reading and sorting them takes under a second."""
_KINDS = ("suggest_shown", "result_opened", "article_viewed")
_TELLING = frozenset({"ko", "ja"})
"""Languages that no other one shares its letters with."""

Demand = Mapping[tuple[str, str], int]
"""(article id, locale) -> how many visitors of that language it was the first answer to, or opened
it. Only where there are any."""


def count_demand(session: Session, locales: Sequence[str], *, now: datetime) -> Demand:
    """The demand in each of `locales`, in which the articles need not be there, over PERIOD."""
    visitors: dict[tuple[str, str], set[str]] = defaultdict(set)
    suits = cache(lambda language: choose_locale([language], locales))
    for visitor, events in _by_visitor(session, now - PERIOD).items():
        for article_id, language in _wanted(events):
            locale = suits(language)
            if locale is not None:
                visitors[article_id, locale].add(visitor)
    return {name: len(found) for name, found in visitors.items()}


def _by_visitor(session: Session, since: datetime) -> dict[str, list[Any]]:
    """The events of each visitor, in order."""
    newest = (
        select(Event.session, Event.type, Event.article_id, Event.locale, Event.value)
        .where(Event.type.in_(_KINDS), Event.received_at >= since)
        .order_by(Event.received_at.desc(), Event.at.desc())
        .limit(_MOST_EVENTS)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in reversed(session.execute(newest).all()):
        found[row.session].append(row)
    return found


def _wanted(events: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """(article id, language) of what one visitor asked for or opened."""
    shown = [row for row in events if row.type == "suggest_shown" and isinstance(row.value, dict)]
    told = [asked_language(_query(row), None) for row in shown]
    # Han alone may be Japanese too: kana anywhere else say which.
    own = next((language for language in told if language in _TELLING), None)
    for row, after in zip_longest(shown, shown[1:]):
        language = asked_language(_query(row), own)
        answers = row.value.get("articles") or ()
        typed_on = after is not None and _query(after).startswith(_query(row))
        if language is not None and answers and not typed_on:
            yield str(answers[0]), language
    spoken = own or next((language for language in told if language), None)
    for row in events:
        language = spoken or row.locale
        if row.type != "suggest_shown" and row.article_id and language:
            yield row.article_id, language


def _query(row: Any) -> str:
    query = row.value.get("query")
    return " ".join(query.casefold().split()) if isinstance(query, str) else ""
