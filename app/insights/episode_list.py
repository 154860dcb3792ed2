"""The episodes behind a number, as far as that names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.insights.figures import SMALLEST_GROUP
from app.insights.journeys import Journey, people

MOST_EPISODES = 100


@dataclass(frozen=True, slots=True)
class EpisodeList:
    """Episodes, the newest first; `too_few` where they are of so few people that none is shown."""

    journeys: Sequence[Journey]
    total: int | None
    """How many there are; None where they are too few to be told."""
    too_few: bool


def list_episodes(journeys: Sequence[Journey], outcome: str) -> EpisodeList:
    """Those with an outcome, or all for ""."""
    chosen = [each for each in journeys if outcome in ("", each.outcome)]
    if people(chosen) < SMALLEST_GROUP:
        return EpisodeList((), None if chosen else 0, too_few=bool(chosen))
    return EpisodeList(chosen[::-1][:MOST_EPISODES], len(chosen), too_few=False)


def describe(journey: Journey) -> dict[str, Any]:
    """One episode, without the name of its visitor."""
    return {
        "started_at": journey.started_at.isoformat(timespec="minutes"),
        "minutes": round((journey.ended_at - journey.started_at).total_seconds() / 60, 1),
        "outcome": journey.outcome,
        "locale": journey.locale,
        "queries": list(journey.queries),
        "seen": list(journey.seen),
        "read": list(journey.read),
        "tickets": len(journey.tickets),
    }
