"""Who takes part in the experiment, in which arm, and what they did; one visitor, several sessions.

A visitor's browser makes a random name for the experiment that serves nothing else and lasts as
long as it. Here it is known by a hash only. Sessions change daily, so that name alone holds a
visitor in one arm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from app.db import insert_new
from app.models import EpisodeRecord, Participant, ParticipantSession

CONTROL = "control"
TREATMENT = "treatment"
SHORTEST_VISITOR = 16
"""Shorter names could be guessed, and are no random ones."""


@dataclass(frozen=True, slots=True)
class Holdout:
    """An experiment that runs: its name, and the share of visitors who are shown no suggestions."""

    name: str
    percent: int
    site: str = ""
    """Key of the site whose visitors take part, if it has a share of its own."""

    @property
    def key(self) -> str:
        """What participants are kept under; see `experiment_key`."""
        return experiment_key(self.name, self.percent, self.site)

    def arm_of(self, visitor: str) -> str:
        """The arm of a visitor, by the name their browser made."""
        share = int(hash_visitor(visitor, self.key)[:16], 16)
        return CONTROL if share < self.percent * 2**64 // 100 else TREATMENT


def arm_of(visitor: str, name: str, percent: int) -> str:
    """The arm of a visitor in the experiment `name`, of which `percent` are in control.

    It follows from a salted hash, so every process of every server agrees without asking anybody.
    """
    return Holdout(name, percent).arm_of(visitor)


def experiment_key(name: str, percent: int, site: str) -> str:
    """Name, share and site in one word of at most 64 letters.

    The share belongs to it: another share draws other visitors, as another name does, so that who
    was in one arm under the old share is not counted in it under the new one.
    """
    return "/".join(filter(None, (name, str(percent), site)))


def hash_visitor(visitor: str, key: str) -> str:
    """What is kept of a visitor's name: SHA-256 salted with the experiment's key."""
    return hashlib.sha256(f"{key}\n{visitor}".encode()).hexdigest()


def join(session: Session, holdout: Holdout, visitor: str, visit: str, at: datetime) -> None:
    """Note that the session `visit` is a participant's from `at` on; the caller commits."""
    known = {"experiment": holdout.key, "visitor": hash_visitor(visitor, holdout.key)}
    new = known | {"arm": holdout.arm_of(visitor), "episodes": 0, "tickets": 0, "closed": False}
    session.execute(insert_new(session, Participant), [new])
    session.execute(
        insert_new(session, ParticipantSession), [known | {"session": visit, "joined_at": at}]
    )


def follow_participants(session: Session, visits: Collection[str], window: timedelta) -> None:
    """Compute anew what the participants of these sessions did; the caller commits.

    Call it when the sessions' episodes are stored. A visitor enrols when their first episode
    begins that ends after they joined, and is followed for exactly `window` from then on.
    """
    concerned = (
        select(Participant)
        .join(
            ParticipantSession,
            (ParticipantSession.experiment == Participant.experiment)
            & (ParticipantSession.visitor == Participant.visitor),
        )
        .where(ParticipantSession.session.in_(visits), Participant.closed.is_(False))
        .distinct()
    )
    experiments: dict[str, list[Participant]] = {}
    for participant in session.scalars(concerned):
        experiments.setdefault(participant.experiment, []).append(participant)
    for name, participants in experiments.items():
        done = _episodes(session, name, [each.visitor for each in participants])
        for participant in participants:
            _follow(participant, done.get(participant.visitor, []), window)


def close_participants(session: Session, visits: Any) -> None:
    """Keep the results of these sessions' participants as they are, and forget the sessions.

    `visits`: a SELECT of sessions whose events go. The caller commits.
    """
    theirs = select(ParticipantSession.visitor).where(
        ParticipantSession.session.in_(visits),
        ParticipantSession.experiment == Participant.experiment,
    )
    session.execute(
        update(Participant)
        .where(Participant.visitor.in_(theirs))
        .values(closed=True)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(ParticipantSession).where(ParticipantSession.session.in_(visits)))


def _episodes(
    session: Session, experiment: str, visitors: Sequence[str]
) -> dict[str, list[Row[Any]]]:
    """Each participant's episodes that ended after they joined in that session, in order."""
    found = session.execute(
        select(ParticipantSession.visitor, EpisodeRecord.started_at, EpisodeRecord.evidence)
        .join(EpisodeRecord, ParticipantSession.session == EpisodeRecord.visitor)
        .where(
            ParticipantSession.experiment == experiment,
            ParticipantSession.visitor.in_(visitors),
            EpisodeRecord.ended_at >= ParticipantSession.joined_at,
        )
    )
    episodes: dict[str, list[Row[Any]]] = {}
    # Sorted here: for an ORDER BY, SQLite would go through all episodes there are.
    for row in sorted(found, key=lambda row: row.started_at):
        episodes.setdefault(row.visitor, []).append(row)
    return episodes


def _follow(participant: Participant, episodes: Sequence[Row[Any]], window: timedelta) -> None:
    if not episodes:
        participant.enrolled_at, participant.episodes, participant.tickets = None, 0, 0
        return
    enrolled = episodes[0].started_at
    end = enrolled + window
    counted = [each for each in episodes if each.started_at <= end]
    tickets = {
        ticket
        for each in counted
        for ticket, at in each.evidence.get("against", ())
        if datetime.fromisoformat(at) <= end
    }
    participant.enrolled_at = enrolled
    participant.episodes, participant.tickets = len(counted), len(tickets)
