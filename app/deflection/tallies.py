"""Counting episodes and events into sums that name nobody.

The same sums are made of what is stored now and kept, day by day, of what is forgotten; a report
adds both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.deflection.episodes import sought_help
from app.models import DailyCount, EpisodeRecord, Event

Tally = Counter[tuple[str, str, str]]
"""(kind, key, locale) -> how often. Kinds and keys:

event      an event's type
outcome    an outcome, of all episodes that were decided or pending
contact    an outcome, of the episodes in which contact was begun or a ticket of their own sent
read       an article, of the episodes in which it was opened
failed     an article, of the episodes in which it was opened and a ticket came all the same
helpful, not_helpful   an article, of the votes about it
session    "", of the sessions that sent an event
seeker     "", of the visitors with an episode in which help was sought
query      a question as it was last put in an episode, of the visitors who did; letters' case aside
query_failed, query_unanswered   a question, of the episodes that failed, or showed it no answer
"""

ARTICLE_MEASURES = ("read", "failed", "helpful", "not_helpful")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` on and before `end`; None leaves that side open."""

    start: datetime | None = None
    end: datetime | None = None

    def of(self, column: Any) -> list[Any]:
        """Conditions for a column of moments."""
        conditions = []
        if self.start is not None:
            conditions.append(column >= self.start)
        if self.end is not None:
            conditions.append(column < self.end)
        return conditions


def tally_events(session: Session, span: Span) -> Tally:
    """Events that arrived in `span`, by type, and votes by article."""
    arrived = span.of(Event.received_at)
    # One question without a condition on the type, or SQLite would look at all votes there are.
    counted = (
        select(Event.type, Event.article_id, func.count())
        .where(*arrived)
        .group_by(Event.type, Event.article_id)
    )
    tally: Tally = Counter()
    for kind, article_id, count in session.execute(counted):
        tally["event", kind, ""] += count
        if article_id and kind in ("helpful", "not_helpful"):
            tally[kind, article_id, ""] += count
    # A vote sent without scripts has no session.
    visits = select(func.count(func.distinct(Event.session))).where(*arrived, Event.session != "")
    tally["session", "", ""] = session.scalar(visits) or 0
    return +tally


def tally_episodes(rows: Iterable[Row[Any]]) -> Tally:
    """Episodes, each a row as `load_episodes` gives them."""
    tally: Tally = Counter()
    seekers = set()
    for row in rows:
        locale, evidence = row.locale or "", row.evidence
        tally["outcome", row.outcome, locale] += 1
        if sought_help(
            evidence.get("looked", False), evidence.get("read", ()), evidence.get("verdict", "")
        ):
            seekers.add(row.visitor)
        # What only a ticket of another episode refutes reached no person itself.
        if evidence.get("contact") or row.tickets:
            tally["contact", row.outcome, locale] += 1
        for article_id in evidence.get("read", ()):
            tally["read", article_id, ""] += 1
            # A ticket about another need refutes a deflection, but is not this article's fault.
            if row.outcome == "failed" and row.tickets:
                tally["failed", article_id, ""] += 1
    if seekers:
        tally["seeker", "", ""] = len(seekers)
    return tally


def tally_queries(rows: Iterable[Row[Any]]) -> Tally:
    """What was asked in episodes, each a row as `load_episodes` gives them.

    Apart from `tally_episodes`, because questions are forgotten with the events.
    """
    tally: Tally = Counter()
    visitors: set[tuple[str, str]] = set()
    for row in rows:
        asked = row.evidence.get("queries") or ()
        if not asked:
            continue
        query = asked[-1].casefold()
        visitors.add((query, row.visitor))
        if row.outcome == "failed":
            tally["query_failed", query, ""] += 1
        if asked[-1] in row.evidence.get("unanswered", ()):
            tally["query_unanswered", query, ""] += 1
    tally.update(("query", query, "") for query, _ in visitors)
    return tally


def load_episodes(session: Session, span: Span, *conditions: Any) -> list[Row[Any]]:
    """The stored episodes that began in `span` and meet the conditions."""
    columns = (
        EpisodeRecord.visitor,
        EpisodeRecord.outcome,
        EpisodeRecord.locale,
        EpisodeRecord.tickets,
        EpisodeRecord.evidence,
    )
    return list(
        session.execute(select(*columns).where(*span.of(EpisodeRecord.started_at), *conditions))
    )


def load_days(session: Session, since: datetime | None) -> Tally:
    """The sums kept of days whose events are forgotten, from the day of `since` on."""
    columns = DailyCount.kind, DailyCount.key, DailyCount.locale, func.sum(DailyCount.count)
    days = [DailyCount.day >= since.date()] if since else []
    kept = select(*columns).where(*days).group_by(*columns[:3])
    return Counter({(kind, key, locale): int(n) for kind, key, locale, n in session.execute(kept)})


def store_day(session: Session, day: date, tally: Tally) -> None:
    """Add sums to those of a day; the caller commits."""
    for (kind, key, locale), count in sorted(tally.items()):
        found = session.get(DailyCount, (day, kind, key, locale))
        if found is None:
            row = DailyCount(day=day, kind=kind, key=key, locale=locale, count=count)
            session.add(row)
        else:
            found.count += count
