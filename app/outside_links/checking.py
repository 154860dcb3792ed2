"""Asking other sites about links that are due, and noting what became of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from filelock import FileLock, Timeout
from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import OutsideLink, utc_now
from app.outside_links.asking import DEAD, FINE, NOT_PUBLIC, PRIVATE, UNREACHABLE, LinkAnswer
from app.outside_links.known_links import note_links
from app.settings import Settings

MOST_AT_ONCE = 100
_FINE_FOR = timedelta(days=7)
_AGAIN_AFTER = timedelta(hours=12)
_MOST_WITNESSES = 3
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
    """Nobody answered, not even who did last time: nothing is held against a link."""


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
            if _is_nobody_reached(answers):
                answers |= _ask_witnesses(sessions, asker, answers, moment)
            is_offline = _is_nobody_reached(answers) and _is_news(sessions, answers, moment)
            _note_answers(sessions, answers, moment, is_held_against=not is_offline)
    except Timeout:
        return CheckReport(0, ())
    if is_offline:
        _LOG.warning("none of %d links to other sites could be reached", len(answers))
    dead = (url for url, each in answers.items() if each.meaning in _NOWHERE)
    return CheckReport(len(answers), () if is_offline else tuple(sorted(dead)), is_offline)


def _due(sessions: sessionmaker[Session], now: datetime, most: int) -> list[str]:
    """Addresses that were not asked for long enough, those never asked first."""
    checked = func.min(OutsideLink.checked_at)
    failing = func.count(OutsideLink.failing_since)
    rows = select(
        OutsideLink.url, func.count(OutsideLink.checked_at), func.count(), checked, failing
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


def _is_nobody_reached(answers: Mapping[str, LinkAnswer]) -> bool:
    """Whether perhaps we are cut off, rather than every site."""
    asked = [each.meaning for each in answers.values() if each.meaning != PRIVATE]
    return len(asked) > 1 and set(asked) == {UNREACHABLE}


def _ask_witnesses(
    sessions: sessionmaker[Session], asker: _Asks, answers: Mapping[str, LinkAnswer], now: datetime
) -> dict[str, LinkAnswer]:
    """Ask a few other hosts that answered last time, until one is reached."""
    latest = func.max(OutsideLink.checked_at).desc()
    rows = select(OutsideLink.url).where(_answered_last_time(now))
    with sessions() as session:
        known = session.scalars(rows.group_by(OutsideLink.url).order_by(latest)).all()
    found: dict[str, LinkAnswer] = {}
    hosts = {urlsplit(url).hostname for url in answers}
    for url in known:
        if urlsplit(url).hostname in hosts:
            continue
        hosts.add(urlsplit(url).hostname)
        found[url] = asker.ask(url)
        if found[url].meaning not in {UNREACHABLE, PRIVATE} or len(found) == _MOST_WITNESSES:
            break
    return found


def _is_news(
    sessions: sessionmaker[Session], answers: Mapping[str, LinkAnswer], now: datetime
) -> bool:
    """Whether among those that did not answer are some that did last time, or all are first ones.

    Where all that are known failed before, more likely it is they who are gone than we.
    """
    asked = OutsideLink.url.in_(answers)
    first = select(OutsideLink.id).where(asked, _answered_last_time(now))
    again = select(OutsideLink.id).where(asked, OutsideLink.failing_since.is_not(None))
    with sessions() as session:
        if session.scalar(first.limit(1)) is not None:
            return True
        return session.scalar(again.limit(1)) is None


def _answered_last_time(now: datetime) -> ColumnElement[bool]:
    """What is never reached any more is no witness for ever."""
    is_recent = OutsideLink.failing_since.is_(None) | (OutsideLink.failing_since > now - _FINE_FOR)
    is_answer = OutsideLink.said.not_in(["", NOT_PUBLIC])
    return and_(OutsideLink.failures == 0, is_answer, is_recent)


def _note_answers(
    sessions: sessionmaker[Session],
    answers: Mapping[str, LinkAnswer],
    now: datetime,
    *,
    is_held_against: bool,
) -> None:
    """Note when and what; a failure that is not held against its link lets it only be asked again
    as soon as one that fails."""
    with sessions() as session:
        begin_writing(session)
        for url, answer in answers.items():
            noted = update(OutsideLink).where(OutsideLink.url == url).values(checked_at=now)
            since = func.coalesce(OutsideLink.failing_since, now)
            if answer.meaning == FINE:
                noted = noted.values(failing_since=None, failures=0)
            elif answer.meaning in _NOWHERE:
                noted = noted.values(failing_since=since)
            else:
                # A silence that was not held against it ends here; what failed before, fails still.
                failing = case((OutsideLink.failures > 0, OutsideLink.failing_since))
                noted = noted.values(failing_since=failing)
            if is_held_against or answer.meaning != UNREACHABLE:
                noted = noted.values(said=answer.said)
            if is_held_against and answer.meaning in _NOWHERE:
                noted = noted.values(failures=OutsideLink.failures + 1)
            session.execute(noted)
        session.commit()
