"""Letters on their way: the same queue, attempts and giving up as for tickets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import Article, EditorialAction, Letter, ReviewComment, User, utc_now
from app.notifications.gathering import gather_letters
from app.notifications.topics import find_choice
from app.notifications.ways import Outgoing, Way
from app.notifications.words import News, write_letter
from app.settings import Settings
from app.ticket_delivery.attempts import (
    Failure,
    carry_all,
    claim,
    note_arrival,
    note_failure,
)

_LONGEST_NOTE = 1000
_Taken = tuple[str, Outgoing]


def tell_staff(
    sessions: sessionmaker[Session],
    ways: Mapping[str, Way],
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Gather what is new, and send every letter that is due; returns how many were tried."""
    gather_letters(sessions, ways.keys(), settings.default_locale, clock())
    return carry_all(
        lambda: _take_one(sessions, ways.keys(), settings, clock()),
        lambda taken: _send(ways, taken),
        arrived=lambda taken, _: _note_arrival(sessions, taken[1].id, clock()),
        failed=lambda taken, error: _note_failure(sessions, taken[1].id, error, clock()),
    )


def last_fault(session: Session, user: User) -> str:
    """Why the newest letter to somebody was given up; "" where it arrived, or is on its way."""
    newest = select(Letter).where(Letter.user_id == user.id, Letter.state != "waiting")
    letter = session.scalar(newest.order_by(Letter.id.desc()).limit(1))
    return letter.fault if letter is not None and letter.state == "dead" else ""


def count_dead_letters(sessions: sessionmaker[Session]) -> int:
    """How many letters were given up of late."""
    with sessions() as session:
        return session.scalar(select(func.count()).where(Letter.state == "dead")) or 0


def _send(ways: Mapping[str, Way], taken: _Taken) -> str:
    way, letter = taken
    ways[way].send(letter)
    return ""


def _take_one(
    sessions: sessionmaker[Session], ways: Collection[str], settings: Settings, now: datetime
) -> _Taken | None:
    due = select(Letter).where(
        Letter.state == "waiting", Letter.next_at <= now, Letter.way.in_(ways)
    )
    first = due.order_by(Letter.next_at, Letter.id).limit(1)
    with sessions() as session:
        while session.scalars(first).first() is not None:
            session.rollback()
            begin_writing(session)
            letter = session.scalars(first).first()
            if letter is None:
                return None
            claim(letter, now)
            outgoing = _load(session, letter, settings)
            if outgoing is None:
                letter.state = "dead"
            session.commit()
            if outgoing is not None:
                return letter.way, outgoing
        return None


def _load(session: Session, letter: Letter, settings: Settings) -> Outgoing | None:
    """The letter with its words; None where its reader was disabled or its article is gone."""
    user = session.get_one(User, letter.user_id)
    article = session.scalar(
        select(Article).where(
            Article.article_id == letter.article_id, Article.locale == letter.locale
        )
    )
    if user.disabled_at is not None or article is None:
        return None
    choice = find_choice(session, user, settings.default_locale)
    news = tuple(
        _news_of(session, article, session.get_one(EditorialAction, item.action_id), item.topic)
        for item in letter.items
    )
    site = settings.base_url
    address = f"{site}/edit/text/{letter.locale}/{letter.article_id}" if site else ""
    words = write_letter(
        news,
        title=article.title,
        address=address,
        choices=f"{site}/account/notifications" if site else "",
        locale=choice.locale,
        zone=settings.time_zone,
    )
    return Outgoing(
        id=letter.id,
        email=user.email,
        name=user.name,
        locale=choice.locale,
        article_id=letter.article_id,
        article_locale=letter.locale,
        title=article.title,
        address=address,
        created_at=letter.created_at,
        news=news,
        words=words,
    )


def _news_of(session: Session, article: Article, action: EditorialAction, topic: str) -> News:
    note = str(action.detail.get("note") or "")
    if action.action == "comment":
        remark = select(ReviewComment.body).where(
            ReviewComment.article_pk == article.id,
            ReviewComment.author == action.actor,
            ReviewComment.created_at == action.at,
        )
        note = session.scalar(remark.limit(1)) or ""
    planned = topic == "schedule"
    return News(
        topic, action.action, action.actor, action.at, "" if planned else note[:_LONGEST_NOTE]
    )


def _note_arrival(sessions: sessionmaker[Session], letter_id: int, now: datetime) -> None:
    with sessions() as session:
        letter = session.get(Letter, letter_id)
        if letter is not None:
            note_arrival(letter, now)
            session.commit()


def _note_failure(
    sessions: sessionmaker[Session], letter_id: int, error: Failure, now: datetime
) -> None:
    with sessions() as session:
        letter = session.get(Letter, letter_id)
        if letter is not None:
            note_failure(letter, error, now)
            session.commit()
