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

from app.models import DailyCount, EpisodeRecord, Event

Tally = Counter[tuple[str, str, str]]
"""(kind, key, locale) -> how often. Kinds and keys:

event      an event's type
outcome    an outcome, of all episodes that were decided or pending
contact    an outcome, of the episodes in which the visitor began to write to a person
read       an article, of the episodes in which it was opened
failed     an article, of the episodes in which it was opened and a ticket came all the same
helpful, not_helpful   an article, of the votes about it
"""

ARTICLE_MEASURES = ("read", "failed", "helpful", "not_helpful")
_WITH_CONTACT = ("confirmed", "assumed", "failed", "direct")
"""Outcomes that cannot be had without contact being begun or made."""


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
    by_type = select(Event.type, func.count()).where(*arrived).group_by(Event.type)
    tally: Tally = Counter({("event", kind, ""): n for kind, n in session.execute(by_type)})
    votes = (
        select(Event.type, Event.article_id, func.count())
        .where(*arrived, Event.type.in_(("helpful", "not_helpful")))
        .group_by(Event.type, Event.article_id)
    )
    for kind, article_id, count in session.execute(votes):
        if article_id:
            tally[kind, article_id, ""] += count
    return tally


def tally_episodes(rows: Iterable[Row[Any]]) -> Tally:
    """Episodes, each a row with `outcome`, `locale`, `tickets` and `evidence`."""
    tally: Tally = Counter()
    for row in rows:
        locale, evidence = row.locale or "", row.evidence
        tally["outcome", row.outcome, locale] += 1
        if evidence.get("contact") or row.tickets or row.outcome in _WITH_CONTACT:
            tally["contact", row.outcome, locale] += 1
        for article_id in evidence.get("read", ()):
            tally["read", article_id, ""] += 1
            # A ticket about another need refutes a deflection, but is not this article's fault.
            if row.outcome == "failed" and row.tickets:
                tally["failed", article_id, ""] += 1
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
