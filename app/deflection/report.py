"""The deflection report: what became of needs for help, and what suggestions are worth.

Every figure's definition and formula is in docs/deflection.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.counting import Counts, count_senders, count_tickets
from app.deflection.day_sums import tally_since
from app.deflection.episodes import OUTCOMES
from app.deflection.holdout import Effect, last_experiments, measure_effect, visitor_results
from app.deflection.intervals import Interval, wilson
from app.deflection.kept_results import results_in
from app.deflection.tallies import ARTICLE_MEASURES, Tally, load_days
from app.models import EVENT_TYPES
from app.simulation import is_simulation

SMALLEST_GROUP = 5
"""Rows about fewer people, or for older days fewer episodes, are not shown."""
_LONGEST_TABLE = 50


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, and the rate with its interval."""

    count: int
    of: int
    rate: Interval | None

    @classmethod
    def make(cls, count: int, of: int) -> Share:
        """With Wilson's interval."""
        return cls(count, of, wilson(count, of))

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {"count": self.count, "of": self.of, "rate": self.rate and self.rate.to_json()}


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """Episodes in one language."""

    locale: str
    episodes: int
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What reading one article led to."""

    article_id: str
    read: int
    failed: int
    helpful: int
    not_helpful: int


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A question, as visitors meant it in the end."""

    query: str
    visitors: int
    failed: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, the most frequent first, and how many more there are that are not shown."""

    rows: Sequence[Any]
    hidden: int

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {"rows": [asdict(row) for row in self.rows], "hidden": self.hidden}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `kb report deflection` says."""

    counts: Counts
    window: timedelta
    outcomes: dict[str, int]
    shares: dict[str, Share]
    self_service_score: float | None
    effect: Effect | None
    """Of visitors of no site with a share of its own."""
    site_effects: tuple[Effect, ...]
    """Of sites with a share of their own, in the order of their keys."""
    languages: Table
    articles: Table
    failing: Table
    queries: Table
    is_simulated: bool = False
    """The visitors were made up (app/simulation.py)."""

    def claims(self) -> dict[str, Interval | float | None]:
        """Tickets avoided, as others define it and as the experiment measured it, side by side.

        The first two are shares of needs that reached contact, the third visitors who sought help
        for each sender of a ticket, the last the share of senders that suggestions did away with.
        """
        return {
            "confirmed": self.shares["confirmed_of_contacts"].rate,
            "confirmed_and_assumed": self.shares["confirmed_and_assumed_of_contacts"].rate,
            "self_service_score": self.self_service_score,
            "measured_reduction": self.effect.reduction_always() if self.effect else None,
        }

    def to_json(self) -> dict[str, Any]:
        """One object; the counts' members stand at the top."""
        return self.counts.to_json() | {
            "window_hours": self.window / timedelta(hours=1),
            "episodes": self.outcomes,
            "shares": {name: share.to_json() for name, share in self.shares.items()},
            "self_service_score": self.self_service_score,
            "holdout": self.effect and self.effect.to_json(),
            "site_holdouts": [effect.to_json() for effect in self.site_effects],
            "languages": self.languages.to_json(),
            "articles": self.articles.to_json(),
            "failing_articles": self.failing.to_json(),
            "queries": self.queries.to_json(),
            "claims": {
                name: claim.to_json() if isinstance(claim, Interval) else claim
                for name, claim in self.claims().items()
            },
            "simulated": self.is_simulated,
        }


def make_report(
    session: Session, *, since: datetime | None, window: timedelta, now: datetime
) -> Report:
    """The report on what began at `since` (aware) or later, as stored episodes have it.

    Call `update_episodes` first, and `update_sums` to have it quick. The holdout is reported whole:
    it has its own beginning.
    """
    tally = tally_since(session, since) + load_days(session, since)
    # Tickets come at once, their absence is known when the window has closed: shares of what began
    # lately would be shares of tickets.
    opened = max(now - window, since) if since else now - window
    closed = tally - tally_since(session, opened)
    effects = current_effects(session, window, now)
    return Report(
        counts=_counts(session, since, tally),
        window=window,
        outcomes=_outcomes(tally),
        shares=_shares(_outcomes(closed), closed),
        self_service_score=_self_service_score(session, tally, since),
        effect=next((each for each in effects if not each.experiment.site), None),
        site_effects=tuple(each for each in effects if each.experiment.site),
        languages=_languages(tally),
        articles=_articles(tally, "read"),
        failing=_articles(tally, "failed"),
        queries=_queries(tally),
        is_simulated=is_simulation(session),
    )


def _counts(session: Session, since: datetime | None, tally: Tally) -> Counts:
    return Counts(
        since=since,
        events={kind: tally["event", kind, ""] for kind in EVENT_TYPES},
        sessions=tally["session", "", ""],
        tickets=count_tickets(session, since),
    )


def _outcomes(tally: Tally) -> dict[str, int]:
    return {
        name: sum(n for (kind, key, _), n in tally.items() if (kind, key) == ("outcome", name))
        for name in OUTCOMES
    }


def _shares(outcomes: dict[str, int], tally: Tally) -> dict[str, Share]:
    """Of all episodes that are decided; and of those with contact, as other vendors count."""
    decided = sum(outcomes.values()) - outcomes["pending"]
    shares = {
        name: Share.make(count, decided) for name, count in outcomes.items() if name != "pending"
    }
    contact: Counter[str] = Counter()
    for (kind, key, _), count in tally.items():
        if kind == "contact" and key != "pending":
            contact[key] += count
    total = sum(contact.values())
    claimed = contact["confirmed"] + contact["assumed"]
    return shares | {
        "confirmed_of_contacts": Share.make(contact["confirmed"], total),
        "confirmed_and_assumed_of_contacts": Share.make(claimed, total),
    }


def _self_service_score(session: Session, tally: Tally, since: datetime | None) -> float | None:
    """Visitors who sought help for each person who opened a ticket, here or elsewhere."""
    people = count_senders(session, since)
    return round(tally["seeker", "", ""] / people, 4) if people else None


def current_effects(session: Session, window: timedelta, now: datetime) -> list[Effect]:
    """What the last experiment of all, and that of each site, have measured so far."""
    kept = load_days(session, None)
    return [
        measure_effect(
            experiment,
            visitor_results(session, experiment, window=window, now=now)
            + results_in(experiment, kept),
            window=window,
            now=now,
        )
        for experiment in last_experiments(session)
    ]


def _languages(tally: Tally) -> Table:
    found: dict[str, Counter[str]] = {}
    for (kind, key, locale), count in tally.items():
        if kind == "outcome":
            found.setdefault(locale, Counter())[key] += count
    rows = [
        LanguageRow(locale, sum(counts.values()), {name: counts[name] for name in OUTCOMES})
        for locale, counts in found.items()
    ]
    return _table(rows, lambda row: row.episodes, lambda row: (-row.episodes, row.locale))


def _articles(tally: Tally, measure: str) -> Table:
    """By how often an article was read, or failed; ties by its id."""
    found: dict[str, dict[str, int]] = {}
    for (kind, key, _), count in tally.items():
        if kind in ARTICLE_MEASURES:
            row = found.setdefault(key, dict.fromkeys(ARTICLE_MEASURES, 0))
            row[kind] += count
    rows = [ArticleRow(article_id, **counts) for article_id, counts in found.items()]
    rows = [row for row in rows if getattr(row, measure)]
    return _table(
        rows,
        lambda row: max(row.read, row.helpful + row.not_helpful),
        lambda row: (-getattr(row, measure), row.article_id),
    )


def _queries(tally: Tally) -> Table:
    found = [
        QueryRow(
            query, visitors, tally["query_failed", query, ""], tally["query_unanswered", query, ""]
        )
        for (kind, query, _), visitors in tally.items()
        if kind == "query"
    ]
    return _table(found, lambda row: row.visitors, lambda row: (-row.visitors, row.query))


def _table(rows: Sequence[Any], size: Any, order: Any) -> Table:
    shown = sorted((row for row in rows if size(row) >= SMALLEST_GROUP), key=order)
    shown = shown[:_LONGEST_TABLE]
    return Table(shown, len(rows) - len(shown))
