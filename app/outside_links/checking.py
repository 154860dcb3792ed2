"""Asking other sites about links that are due, and noting what became of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import OutsideLink, utc_now
from app.outside_links.asking import DEAD, FINE, PRIVATE, UNREACHABLE, LinkAnswer
from app.outside_links.known_links import note_links
from app.settings import Settings

MOST_AT_ONCE = 100
_FINE_FOR = timedelta(days=7)
_AGAIN_AFTER = timedelta(hours=12)
_NOWHERE = frozenset({DEAD, UNREACHABLE})
_LOG = logging.getLogger(__name__)


class _Asks(Protocol):
    def ask(self, url: str) -> LinkAnswer:
        """What became of the address."""
        ...


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one round found."""

    asked: int
    dead: tuple[str, ...]
    """Addresses that led nowhere this time."""
    is_offline: bool = False
    """Nobody answered at all, so nothing was noted."""


def check_links(
    sessions: sessionmaker[Session],
    settings: Settings,
    asker: _Asks,
    *,
    now: datetime | None = None,
    most: int = MOST_AT_ONCE,
) -> CheckReport:
    """Note the links of published articles, and ask at most `most` of those that are due.

    Where another process is at it, nothing is done.
    """
    moment = now or utc_now()
    try:
        with FileLock(settings.var_dir / "links.lock", timeout=0):
            note_links(sessions, settings, moment)
            answers = {url: asker.ask(url) for url in _due(sessions, moment, most)}
            is_offline = _is_offline(answers)
            if not is_offline:
                _note_answers(sessions, answers, moment)
    except Timeout:
        return CheckReport(0, ())
    if is_offline:
        _LOG.warning("none of %d links to other sites could be reached", len(answers))
    dead = (url for url, each in answers.items() if each.meaning in _NOWHERE)
    return CheckReport(len(answers), () if is_offline else tuple(sorted(dead)), is_offline)


def _due(sessions: sessionmaker[Session], now: datetime, most: int) -> list[str]:
    """Addresses that were not asked for long enough, those never asked first."""
    checked = func.min(OutsideLink.checked_at)
    failures = func.max(OutsideLink.failures)
    rows = select(
        OutsideLink.url, func.count(OutsideLink.checked_at), func.count(), checked, failures
    )
    with sessions() as session:
        found = session.execute(rows.group_by(OutsideLink.url)).all()
    waiting = []
    for url, times, articles, at, failed in found:
        pause = _AGAIN_AFTER if failed else _FINE_FOR
        if times < articles:
            waiting.append((False, now, url))
        elif at is not None and at <= now - pause:
            waiting.append((True, at, url))
    return [url for _, _, url in sorted(waiting)[:most]]


def _is_offline(answers: Mapping[str, LinkAnswer]) -> bool:
    """Whether more likely we are cut off than every site."""
    asked = [each.meaning for each in answers.values() if each.meaning != PRIVATE]
    return len(asked) > 1 and set(asked) == {UNREACHABLE}


def _note_answers(
    sessions: sessionmaker[Session], answers: Mapping[str, LinkAnswer], now: datetime
) -> None:
    with sessions() as session:
        begin_writing(session)
        for url, answer in answers.items():
            noted = update(OutsideLink).where(OutsideLink.url == url)
            noted = noted.values(checked_at=now, said=answer.said)
            if answer.meaning == FINE:
                noted = noted.values(failing_since=None, failures=0)
            elif answer.meaning in _NOWHERE:
                since = func.coalesce(OutsideLink.failing_since, now)
                noted = noted.values(failing_since=since, failures=OutsideLink.failures + 1)
            session.execute(noted)
        session.commit()
