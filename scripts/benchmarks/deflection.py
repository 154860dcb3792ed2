"""`scripts/bench deflection`: taking in events, following visitors and reporting, as they grow.

Ninety days of visitors are told to the code that serves the API, day after day, on SQLite. At each
quarter, what a running server does hourly and what a report does are timed; what is closed is
summed, so that a report does not cost what all days together did.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from tqdm import tqdm

from app.db import create_database_engine, session_factory
from app.deflection.day_sums import update_sums
from app.deflection.events import Batch, VisitorEvent, record_batch
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout
from app.deflection.report import make_report
from app.deflection.tracking import update_episodes
from app.migrating import upgrade
from app.models import EpisodeRecord, Event
from app.settings import Settings
from app.tickets import NewTicket, open_ticket
from benchmarks.figures import describe_machine, machine, markdown, megabytes, save

DAYS = 90
WINDOW = timedelta(hours=72)
START = datetime(2026, 1, 1, tzinfo=UTC)
HOLDOUT = Holdout("bench", 10)
_PARTS = 4
_DAY = timedelta(days=1)
_QUESTIONS = 3_000
_ARTICLES = 400
_STORIES = (
    ("suggest_shown", "result_opened", "helpful"),
    ("article_viewed", "suggest_shown", "suggest_shown", "result_opened", "not_helpful"),
    ("contact_started", "suggest_shown", "result_opened", "solved"),
    ("contact_started", "suggest_shown", "contact_abandoned", "effort_rated"),
    ("suggest_shown", "suggest_shown", "suggest_shown"),
    ("suggest_shown", "result_opened", "contact_started", "ticket_submitted"),
    ("article_viewed", "article_viewed", "helpful", "suggest_shown", "result_opened", "solved"),
)


@dataclass(frozen=True)
class Visit:
    """One session of one visitor."""

    batch: Batch
    at: datetime
    writes: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=1_000_000, help="in 90 days")
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    done = measure(arguments.events)
    print(describe_machine(done["machine"]) + "\n")
    print(table(done["rows"]))
    save(done, arguments.save)
    return 0


def measure(events: int) -> dict[str, Any]:
    """Let ninety days pass with so many events, and look at each quarter."""
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name:
        settings = Settings(var_dir=Path(name))
        upgrade(settings)
        engine = create_database_engine(settings)
        try:
            sessions = session_factory(engine)
            with sessions() as session:
                note_experiment(session, name="bench", percent=10, now=START)
            return {"machine": machine(), "rows": list(_live(sessions, events, Path(name)))}
        finally:
            engine.dispose()


def table(rows: list[dict[str, Any]]) -> str:
    """What was measured, as Markdown."""
    headings = ["events", "episodes", "taken in /s", "hourly work s", "report s", "90 days anew s",
                "database MB", "memory MB"]  # fmt: skip
    return markdown(headings, [[
        f"{row['events']:,}", f"{row['episodes']:,}", f"{row['per_second']:,.0f}",
        f"{row['hourly']:.2f}", f"{row['report']:.2f}", f"{row['anew']:.1f}",
        megabytes(row["bytes"]), megabytes(row["memory"]),
    ] for row in rows])  # fmt: skip


def _live(sessions: sessionmaker[Session], events: int, folder: Path) -> Iterator[dict[str, Any]]:
    chance = random.Random(20_261_122)
    asked = [f"how do I {chance.choice(('return', 'pay', 'find', 'change'))} {n} {chance.random()}"
             for n in range(_QUESTIONS)]  # fmt: skip
    told, lasted = 0, 0.0
    for day in tqdm(range(DAYS), "Days", disable=None):
        visits = list(_visits_of(day, events * (day + 1) // DAYS - told, asked, chance))
        begun = time.perf_counter()
        for visit in visits:
            _tell(sessions, visit)
        lasted += time.perf_counter() - begun
        told += sum(len(visit.batch.events) for visit in visits)
        _work(sessions, START + day * _DAY + _DAY)
        if (day + 1) % (DAYS // _PARTS + 1) == 0 or day == DAYS - 1:
            yield _look(sessions, START + day * _DAY + _DAY, folder) | {"per_second": told / lasted}


def _look(sessions: sessionmaker[Session], now: datetime, folder: Path) -> dict[str, Any]:
    """Time an hour's work and a report now, as the days before have left it."""
    hourly = _timed(lambda: _work(sessions, now + timedelta(hours=1)))
    reports = [_timed(lambda: _report(sessions, now)) for _ in range(3)]
    anew = _timed(lambda: _anew(sessions, now))
    with sessions() as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        episodes = session.scalar(select(func.count()).select_from(EpisodeRecord)) or 0
    return {
        "events": events,
        "episodes": episodes,
        "hourly": hourly,
        "report": statistics.median(reports),
        "anew": anew,
        "bytes": sum(path.stat().st_size for path in folder.glob("kotae.sqlite3*")),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _work(sessions: sessionmaker[Session], now: datetime) -> None:
    """What a running server does hourly."""
    update_episodes(sessions, window=WINDOW, now=now)
    update_sums(sessions, now)


def _report(sessions: sessionmaker[Session], now: datetime) -> None:
    """What `kb report deflection` does: hourly work first, then the report."""
    _work(sessions, now)
    with sessions() as session:
        make_report(session, since=now - DAYS * _DAY, window=WINDOW, now=now)


def _anew(sessions: sessionmaker[Session], now: datetime) -> None:
    """The report without sums of days, undone in the end: what it cost before there were any."""
    from sqlalchemy import delete

    from app.models import DaySums

    with sessions() as session:
        session.execute(delete(DaySums))
        make_report(session, since=None, window=WINDOW, now=now)
        session.rollback()


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _tell(sessions: sessionmaker[Session], visit: Visit) -> None:
    with sessions() as session:
        if visit.writes:
            ticket = NewTicket(
                email=f"{visit.batch.session}@example.com",
                subject="Refund",
                body="Where is it?",
                session=visit.batch.session,
                visitor=visit.batch.visitor,
            )
            open_ticket(session, ticket, holdout=HOLDOUT, now=visit.at)
        record_batch(session, visit.batch, holdout=HOLDOUT, now=visit.at)


def _visits_of(day: int, events: int, asked: list[str], chance: random.Random) -> Iterator[Visit]:
    left = events
    while left > 0:
        story = chance.choice(_STORIES)
        left -= len(story)
        yield _visit(START + (day + chance.random()) * _DAY, story, asked, chance)


def _visit(at: datetime, story: tuple[str, ...], asked: list[str], chance: random.Random) -> Visit:
    name = str(uuid.UUID(int=chance.getrandbits(128)))
    happened = [_event(name, kind, at - timedelta(seconds=30 * place), asked, chance)
                for place, kind in enumerate(reversed(story))]  # fmt: skip
    batch = Batch(name, tuple(happened), at, str(uuid.UUID(int=chance.getrandbits(128))))
    return Visit(batch, at, "ticket_submitted" in story)


def _event(
    session: str, kind: str, at: datetime, asked: list[str], chance: random.Random
) -> VisitorEvent:
    # A few questions are asked often, most of them rarely.
    question = asked[min(int(chance.paretovariate(0.6)), len(asked)) - 1]
    value = {"query": question, "results": chance.choice((0, 3, 5)), "via": "suggest"}
    article = f"article-{int(chance.paretovariate(0.8)) % _ARTICLES}"
    return VisitorEvent(
        id=str(uuid.UUID(int=chance.getrandbits(128))),
        session=session,
        type=kind,
        at=at,
        article_id=None if kind in ("suggest_shown", "contact_started") else article,
        locale=chance.choice(("en", "ko", "ja", "zh")),
        value=value if kind == "suggest_shown" else None,
    )
