"""Letters on their way: the same queue, attempts and giving up as for tickets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import Article, EditorialAction, Letter, ReviewComment, User, utc_now
from app.notifications.gathering import gather_letters
from app.notifications.topics import find_choice
from app.notifications.ways import Outgoing, Subject, Way
from app.notifications.words import ArticleNews, News, write_letter
from app.settings import Settings
from app.ticket_delivery.attempts import carry_all, claim, note_arrival, note_failure

_LONGEST_NOTE = 1000
_MOST_TOGETHER = 50
"""Letters of one mail: who does one thing to many articles sends nobody many mails."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """Letters that are ours to carry, as one."""

    way: str
    ids: tuple[int, ...]
    attempt: int
    outgoing: Outgoing


def gather_news(
    sessions: sessionmaker[Session],
    ways: Collection[str],
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Write letters about what is new, for `ways`; returns how many things were read.

    Those are all that are open, whoever sends them: what was read once is not read again.
    """
    return gather_letters(sessions, ways, settings.default_locale, clock())


def send_letters(
    sessions: sessionmaker[Session],
    ways: Mapping[str, Way],
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Send every letter that is due by `ways`; returns how many were tried.

    After a way failed the rest waits for the next time.
    """
    return carry_all(
        lambda: _take_one(sessions, ways.keys(), settings, clock()),
        lambda taken: _send(ways, taken),
        arrived=lambda taken, _: _settle(
            sessions, taken, lambda letter: note_arrival(letter, clock())
        ),
        failed=lambda taken, error: _settle(
            sessions, taken, lambda letter: note_failure(letter, error, taken.attempt, clock())
        ),
    )


def tell_staff(
    sessions: sessionmaker[Session],
    ways: Mapping[str, Way],
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Gather what is new, and send what is due, one way after the other; returns how many were
    tried. A server does each on a thread of its own (app/carrying.py)."""
    gather_news(sessions, ways.keys(), settings, clock)
    return sum(send_letters(sessions, {name: way}, settings, clock) for name, way in ways.items())


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
    ways[taken.way].send(taken.outgoing)
    return ""


def _take_one(
    sessions: sessionmaker[Session], ways: Collection[str], settings: Settings, now: datetime
) -> _Taken | None:
    """The next letter that is due; of mails, with all others that are due to its reader."""
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
            together = [letter]
            if letter.way == "email":
                same = due.where(Letter.user_id == letter.user_id, Letter.way == letter.way)
                same = same.where(Letter.attempts == letter.attempts)
                together = list(session.scalars(same.order_by(Letter.id).limit(_MOST_TOGETHER)))
            taken = _take(session, together, settings, now)
            session.commit()
            if taken is not None:
                return taken
        return None


def _take(
    session: Session, letters: Sequence[Letter], settings: Settings, now: datetime
) -> _Taken | None:
    """Claim the letters of one reader; those that nobody waits for any more are given up."""
    user = session.get_one(User, letters[0].user_id)
    subjects = []
    for letter in letters:
        claim(letter, now)
        subject = _subject_of(session, letter, settings.base_url)
        if user.disabled_at is None and subject is not None:
            subjects.append((letter.id, subject))
        else:
            letter.state = "dead"
    if not subjects:
        return None
    choice = find_choice(session, user, settings.default_locale)
    site = settings.base_url
    words = write_letter(
        [subject.about for _, subject in subjects],
        choices=f"{site}/account/notifications" if site else "",
        locale=choice.locale,
        zone=settings.time_zone,
    )
    ids = tuple(number for number, _ in subjects)
    outgoing = Outgoing(
        id=ids[0],
        email=user.email,
        name=user.name,
        locale=choice.locale,
        created_at=letters[0].created_at,
        subjects=tuple(subject for _, subject in subjects),
        words=words,
    )
    return _Taken(letters[0].way, ids, letters[0].attempts, outgoing)


def _subject_of(session: Session, letter: Letter, site: str) -> Subject | None:
    """What a letter is about; None where its article is gone."""
    article = session.scalar(
        select(Article).where(
            Article.article_id == letter.article_id, Article.locale == letter.locale
        )
    )
    if article is None:
        return None
    news = tuple(
        _news_of(session, article, session.get_one(EditorialAction, item.action_id), item.topic)
        for item in letter.items
    )
    address = f"{site}/edit/text/{letter.locale}/{letter.article_id}" if site else ""
    about = ArticleNews(article.title, address, news)
    return Subject(letter.article_id, letter.locale, about)


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


def _settle(sessions: sessionmaker[Session], taken: _Taken, note: Callable[[Letter], None]) -> None:
    with sessions() as session:
        for letter in session.scalars(select(Letter).where(Letter.id.in_(taken.ids))):
            note(letter)
        session.commit()
