"""Signs that an article has gone stale: pure, from what happened since it was last looked after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.deflection.intervals import newcombe, wilson

FEWEST_VOTES = 10
"""Votes below which helpfulness says nothing."""
FEWEST_READERS = 20
"""Readers below which the share of those who wrote to a person says nothing."""
WORTH_A_LOOK = 0.15
"""Share of readers who still wrote from which an article is looked at, whatever others do."""


@dataclass(frozen=True, slots=True)
class Votes:
    """How many found an article helpful, and how many did not."""

    helpful: int = 0
    not_helpful: int = 0

    @property
    def total(self) -> int:
        """All who said so."""
        return self.helpful + self.not_helpful


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one published article."""

    today: date
    review_by: date | None
    cared_for_at: datetime
    """When its text last changed, or somebody last said that it is right."""
    votes: Votes
    """Since then."""
    votes_before: Votes
    """Until then."""
    readers: int
    """Who read it since then."""
    readers_who_wrote: int
    """Those of them who wrote to a person within a day."""
    usual_rate: float
    """Share of readers of all articles who wrote to a person."""
    dead_links: tuple[str, ...]
    """Within the help center."""
    dead_outside: tuple[str, ...]
    """To other sites, with what these answered."""
    written_for: Mapping[str, str]
    """Product -> the version that the article says it was written for."""
    versions: Mapping[str, str]
    """Product -> the version of today."""
    source_changed_at: datetime | None
    """When the text that this is a translation of last changed, in what is translated of it; None
    where it did not, and for one that is none."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to look at an article."""

    kind: str
    """One of KINDS."""
    detail: str
    """What was seen, in numbers or names."""
    counts: tuple[int, ...] = ()
    """The numbers alone: how many, of how many; of helpfulness that fell, the same before it."""


KINDS: Mapping[str, float] = {
    "source-changed": 3.0,
    "tickets-after-reading": 3.0,
    "helpfulness-fell": 3.0,
    "not-helpful": 2.0,
    "superseded-version": 2.0,
    "review-due": 2.0,
    "dead-links": 1.0,
    "dead-outside-links": 1.0,
}
"""Every kind and its weight in the order of the work list."""


def find_signs(facts: Facts) -> tuple[Sign, ...]:
    """All signs of one article, the heaviest first."""
    found = [
        *_of_time(facts),
        *_of_votes(facts),
        *_of_tickets(facts),
        *_of_links(facts),
        *_of_versions(facts),
    ]
    return tuple(sorted(found, key=lambda sign: (-KINDS[sign.kind], sign.kind)))


def weigh(signs: Sequence[Sign]) -> float:
    """How urgent they are together."""
    return sum(KINDS[sign.kind] for sign in signs)


def _of_time(facts: Facts) -> Iterator[Sign]:
    if facts.review_by is not None and facts.review_by <= facts.today:
        yield Sign("review-due", facts.review_by.isoformat())
    changed = facts.source_changed_at
    if changed is not None and changed > facts.cared_for_at:
        yield Sign("source-changed", changed.date().isoformat())


def _of_votes(facts: Facts) -> Iterator[Sign]:
    """Helpfulness that fell beyond chance, or is low beyond chance."""
    now, before = facts.votes, facts.votes_before
    if now.total < FEWEST_VOTES:
        return
    shown = f"{now.helpful} of {now.total}"
    fell = newcombe((before.helpful, before.total), (now.helpful, now.total))
    if before.total >= FEWEST_VOTES and fell is not None and fell.low > 0:
        earlier = (before.helpful, before.total)
        told = f"{shown}, before {before.helpful} of {before.total}"
        yield Sign("helpfulness-fell", told, (now.helpful, now.total, *earlier))
        return
    rate = wilson(now.helpful, now.total)
    if rate is not None and rate.high < 0.5:
        yield Sign("not-helpful", shown, (now.helpful, now.total))


def _of_tickets(facts: Facts) -> Iterator[Sign]:
    """Readers who still had to write, more often than chance and other articles account for."""
    if facts.readers < FEWEST_READERS:
        return
    rate = wilson(facts.readers_who_wrote, facts.readers)
    usual = max(facts.usual_rate, WORTH_A_LOOK)
    if rate is not None and rate.low > usual:
        told = f"{facts.readers_who_wrote} of {facts.readers} readers"
        counts = (facts.readers_who_wrote, facts.readers)
        yield Sign("tickets-after-reading", told, counts)


def _of_links(facts: Facts) -> Iterator[Sign]:
    for kind, links in (
        ("dead-links", facts.dead_links),
        ("dead-outside-links", facts.dead_outside),
    ):
        if links:
            yield Sign(kind, ", ".join(links[:3]) + (", ..." if len(links) > 3 else ""))


def _of_versions(facts: Facts) -> Iterator[Sign]:
    old = [
        f"{product} {version} → {facts.versions[product]}"
        for product, version in sorted(facts.written_for.items())
        if product in facts.versions and is_older(version, facts.versions[product])
    ]
    if old:
        yield Sign("superseded-version", ", ".join(old))


def is_older(version: str, current: str) -> bool:
    """Whether `version` comes before `current`, as far as it says: 4 is no older than 4.2."""
    one, other = (_numbers(each) for each in (version, current))
    return one < other[: len(one)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", version))
