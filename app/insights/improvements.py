"""The improvement list: each gap is planned, changed, checked, and kept or dropped.

Plan, do, check, act: the check compares the share of needs that failed before the change with that
after it, with an interval, so that a change is kept because it helped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.deflection.intervals import Interval, newcombe, wilson
from app.errors import KotaeError
from app.insights.figures import SMALLEST_GROUP
from app.models import IMPROVEMENT_KINDS, EpisodeRecord, Improvement
from app.wording import clean_text

LONGEST_BEFORE = timedelta(days=28)
FAILED = ("failed", "direct", "abandoned")
"""Outcomes in which the need was not settled."""
_LONGEST_TEXT = 4000
_MOST_QUESTIONS = 20


class ImprovementNotFound(KotaeError):
    """No item of the list has this number."""

    code = "improvement-not-found"
    status = 404


class BadImprovement(KotaeError):
    """An item cannot be made of what was given, or cannot take this step now."""

    code = "bad-improvement"
    status = 422


@dataclass(frozen=True, slots=True)
class Check:
    """Needs that failed before and after a change; `difference` below 0 is an improvement."""

    before: tuple[int, int]
    """How many failed, of how many."""
    after: tuple[int, int]
    difference: Interval | None
    """After less before."""

    @property
    def verdict(self) -> str:
        """too-early, better, worse or unclear."""
        if self.difference is None or min(self.before[1], self.after[1]) < SMALLEST_GROUP:
            return "too-early"
        if self.difference.high < 0:
            return "better"
        return "worse" if self.difference.low > 0 else "unclear"

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Check:
        """What `to_json` gave."""
        difference = kept["difference"]
        return cls(
            (kept["before"][0], kept["before"][1]),
            (kept["after"][0], kept["after"][1]),
            difference and Interval(**difference),
        )

    def to_json(self) -> dict[str, Any]:
        """The members by name."""
        return {
            "before": list(self.before),
            "after": list(self.after),
            "difference": self.difference and self.difference.to_json(),
            "verdict": self.verdict,
        }


def plan_improvement(
    session: Session, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Improvement:
    """Put a gap on the list, and commit. Raises BadImprovement.

    `values`: kind, article, locale, questions, title, plan. A gap that is on it already and not
    settled is returned as it is.
    """
    kind, article = str(values.get("kind", "")), str(values.get("article") or "")[:400]
    questions = _questions(values.get("questions") or ())
    if kind not in IMPROVEMENT_KINDS or not (article or questions):
        raise BadImprovement("An improvement needs a kind, and an article or questions.")
    title = _clean(values.get("title"))[:300] or (questions[0] if questions else article)
    locale = str(values.get("locale") or "")[:35]
    for known in list_improvements(session):
        same = (known.kind, known.article_id or "", known.locale or "", known.title)
        if known.settled_at is None and same == (kind, article, locale, title):
            return known
    item = Improvement(
        kind=kind,
        article_id=article or None,
        locale=locale or None,
        questions=questions,
        title=title,
        plan=_clean(values.get("plan")),
        user_id=actor.user_id,
        created_at=now,
    )
    session.add(item)
    session.flush()
    note_deed(session, actor, "improvement.plan", f"improvement:{item.id}", title=title)
    session.commit()
    return item


def find_improvement(session: Session, number: int) -> Improvement:
    """One item. Raises ImprovementNotFound."""
    item = session.get(Improvement, number)
    if item is None:
        raise ImprovementNotFound(f"There is no improvement {number}.")
    return item


def list_improvements(session: Session) -> list[Improvement]:
    """Every item: what is underway first, the newest first."""
    items = session.scalars(select(Improvement).order_by(Improvement.id.desc()))
    return sorted(items, key=lambda item: item.settled_at is not None)


def note_change(
    session: Session, item: Improvement, *, plan: str, change: str, actor: Actor, now: datetime
) -> None:
    """Write down the plan, and what was done where something was; commits. Raises BadImprovement.

    The first word on what was done is the moment from which on the check counts.
    """
    if item.settled_at is not None:
        raise BadImprovement("This improvement is settled; plan another one.")
    item.plan, item.change = _clean(plan), _clean(change)
    if item.change and item.changed_at is None:
        item.changed_at, item.state = now, "changed"
    note_deed(session, actor, "improvement.change", f"improvement:{item.id}")
    session.commit()


def settle(
    session: Session,
    item: Improvement,
    *,
    keeps: bool,
    actor: Actor,
    window: timedelta,
    now: datetime,
) -> None:
    """Keep or drop a change, with what the check said, and commit. Raises BadImprovement."""
    if item.settled_at is not None:
        raise BadImprovement("This improvement is settled already.")
    item.result = (
        check(session, item, window=window, now=now).to_json() if item.changed_at else None
    )
    item.state, item.settled_at = "kept" if keeps else "dropped", now
    note_deed(session, actor, "improvement.settle", f"improvement:{item.id}", state=item.state)
    session.commit()


def check(session: Session, item: Improvement, *, window: timedelta, now: datetime) -> Check:
    """Compare the needs that the item is about before and after its change.

    Both sides are as long: from the change until now, at most LONGEST_BEFORE. Only episodes whose
    `window` for tickets has closed count. Of a settled item it is what was seen when somebody
    decided: the events behind it are forgotten in time.
    """
    if item.settled_at is not None and item.result:
        return Check.from_json(item.result)
    if item.changed_at is None or item.settled_at is not None:
        return Check((0, 0), (0, 0), None)
    until = min(now, item.changed_at + LONGEST_BEFORE)
    length = until - item.changed_at
    before = _failures(session, item, item.changed_at - length, item.changed_at, now - window)
    after = _failures(session, item, item.changed_at, until, now - window)
    return Check(before, after, newcombe(after, before) if wilson(*after) else None)


def _failures(
    session: Session, item: Improvement, start: datetime, end: datetime, closed_before: datetime
) -> tuple[int, int]:
    columns = select(EpisodeRecord.outcome, EpisodeRecord.evidence).where(
        EpisodeRecord.started_at >= start,
        EpisodeRecord.started_at < end,
        EpisodeRecord.outcome != "pending",
        EpisodeRecord.ended_at <= closed_before,
    )
    if item.locale and item.kind != "improve":
        columns = columns.where(EpisodeRecord.locale == item.locale)
    asked = {_fold(question) for question in item.questions}
    failed = total = 0
    for outcome, evidence in session.execute(columns):
        about = asked & {_fold(query) for query in evidence.get("queries") or ()}
        read = item.kind == "improve" and item.article_id in (evidence.get("read") or ())
        if about or read:
            total += 1
            failed += outcome in FAILED
    return failed, total


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _questions(given: Iterable[Any]) -> list[str]:
    cleaned = (_clean(each)[:800] for each in given)
    return list(dict.fromkeys(each for each in cleaned if each))[:_MOST_QUESTIONS]


def _clean(text: Any) -> str:
    return clean_text(str(text or "")).strip()[:_LONGEST_TEXT]
