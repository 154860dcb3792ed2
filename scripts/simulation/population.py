"""Who comes, when, with which needs, and what they would do with and without suggestions.

Everything is drawn before anybody is asked anything, for both arms at once: the same chance decides
whether a visitor writes who is shown suggestions and one who is not. So what suggestions do away
with is known to the visitor, whichever arm they are in.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_ALIKE = 10.0
"""How little visitors differ: the two parameters of a beta distribution add up to this."""
_NEEDS_AGAIN = 0.35
_MOST_NEEDS = 8
_MEAN_DAYS_BETWEEN = 1.5
_UNANSWERED = 0.15
NONSENSE = ("xylophone warranty on the moon", "명왕성 배송 견적", "火星の引っ越し", "火星搬家报价")
"""Asked by some; no help center answers it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated."""

    visitors: int
    start: datetime
    end: datetime
    rate: float
    """Share of needs that end in a ticket where no suggestion is shown."""
    effect: float
    """Share of these tickets that suggestions do away with, where there are any."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """One need for help, and the chances that decide what becomes of it."""

    at: datetime
    question: str
    begins_at_contact: bool
    writes: float
    """Between 0 and 1; a ticket is sent where it lies below the visitor's readiness."""
    writes_after: timedelta
    opens: bool
    says: str
    """What they say in the end if they send no ticket: solved, helpful, not_helpful or nothing."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person with one browser."""

    name: str
    email: str
    locale: str
    readiness: float
    needs: tuple[Need, ...]


def draw_visitors(plan: Plan, questions: Sequence[tuple[str, str]]) -> Iterator[Visitor]:
    """The visitors of a plan; `questions` are (text, locale). The same seed draws the same."""
    chance = random.Random(plan.seed)
    by_locale: dict[str, list[str]] = {}
    for text, locale in questions:
        by_locale.setdefault(locale, []).append(text)
    for number in range(plan.visitors):
        locale = chance.choice(sorted(by_locale))
        yield Visitor(
            name=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            email=f"visitor-{number}@example.com",
            locale=locale,
            readiness=chance.betavariate(_ALIKE * plan.rate, _ALIKE * (1 - plan.rate)),
            needs=tuple(_needs(plan, by_locale[locale], chance)),
        )


def _needs(plan: Plan, questions: Sequence[str], chance: random.Random) -> Iterator[Need]:
    at = plan.start + (plan.end - plan.start) * chance.random()
    for _ in range(_MOST_NEEDS):
        yield _need(at, questions, chance)
        if chance.random() > _NEEDS_AGAIN:
            return
        # An hour at least, so that each is an episode of its own.
        at += timedelta(hours=1, days=chance.expovariate(1 / _MEAN_DAYS_BETWEEN))
        if at > plan.end:
            return


def _need(at: datetime, questions: Sequence[str], chance: random.Random) -> Need:
    return Need(
        at=at,
        question=chance.choice(NONSENSE if chance.random() < _UNANSWERED else questions),
        begins_at_contact=chance.random() < 0.4,
        writes=chance.random(),
        writes_after=timedelta(minutes=chance.uniform(2, 25)),
        opens=chance.random() < 0.6,
        says=chance.choice(("solved", "helpful", "not_helpful", "", "")),
    )
