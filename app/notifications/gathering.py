"""From the record of editing to letters: nothing is left out, and many things make one letter.

What was done is in the record, in the deed's own transaction. Here is remembered up to where it
was read; the letters are written in the same transaction as that. A server that dies at any
moment goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.models import (
    EditorialAction,
    Letter,
    LetterItem,
    NotificationMark,
    User,
)
from app.notifications.concerned import find_concerned, topic_of
from app.notifications.topics import find_choice

QUIET = timedelta(minutes=1)
"""How long a letter waits for more to tell: who sends back a text has often just remarked on it."""
APART = timedelta(minutes=10)
"""How far apart letters to one person about one article are, at least."""
NEWS = timedelta(days=3)
"""What is older is no news: a server that was away for long tells nobody of it."""
KEPT = timedelta(days=30)
_MARK = 1
_AT_ONCE = 200


def gather_letters(
    sessions: sessionmaker[Session], ways: Collection[str], default_locale: str, now: datetime
) -> int:
    """Write letters about what was done since the last time; returns how many things were read.

    `ways`: those of NOTIFICATION_WAYS that are open.
    """
    read = 0
    while step := _gather_some(sessions, ways, default_locale, now):
        read += step
    return read


def _gather_some(
    sessions: sessionmaker[Session], ways: Collection[str], default_locale: str, now: datetime
) -> int:
    newest = select(func.coalesce(func.max(EditorialAction.id), 0))
    with sessions() as session:
        mark = session.get(NotificationMark, _MARK)
        if mark is not None and session.scalar(newest) == mark.last_action:
            return 0
        session.rollback()
        begin_writing(session)
        mark = session.get(NotificationMark, _MARK)
        if mark is None:  # a database that was not migrated from an older one
            session.add(NotificationMark(id=_MARK, last_action=session.scalar(newest) or 0))
            session.commit()
            return 0
        later = select(EditorialAction).where(EditorialAction.id > mark.last_action)
        actions = session.scalars(later.order_by(EditorialAction.id).limit(_AT_ONCE)).all()
        for action in actions:
            if action.at > now - NEWS:
                _tell(session, action, ways, default_locale, now)
        mark.last_action = actions[-1].id if actions else mark.last_action
        _forget_old(session, now)
        session.commit()
        return len(actions)


def _tell(
    session: Session,
    action: EditorialAction,
    ways: Collection[str],
    default_locale: str,
    now: datetime,
) -> None:
    topic = topic_of(action)
    if topic is None:
        return
    staff = session.scalars(select(User).where(User.disabled_at.is_(None))).all()
    for user in find_concerned(session, action, staff):
        for way in find_choice(session, user, default_locale).ways_of(topic):
            if way in ways:
                letter = _open_letter(session, user, way, action, now)
                letter.items.append(LetterItem(action_id=action.id, topic=topic))
                session.flush()


def _open_letter(
    session: Session, user: User, way: str, action: EditorialAction, now: datetime
) -> Letter:
    """The letter about this article that nobody has taken yet, or a new one."""
    theirs = select(Letter).where(
        Letter.user_id == user.id,
        Letter.way == way,
        Letter.article_id == action.article_id,
        Letter.locale == action.locale,
    )
    open_one = session.scalar(theirs.where(Letter.state == "waiting", Letter.attempts == 0))
    if open_one is not None:
        return open_one
    before = session.scalar(theirs.order_by(Letter.id.desc()).limit(1))
    earliest = action.at + QUIET
    if before is not None:
        earliest = max(earliest, (before.delivered_at or before.created_at) + APART)
    letter = Letter(
        user_id=user.id,
        way=way,
        article_id=action.article_id,
        locale=action.locale,
        created_at=now,
        next_at=earliest,
    )
    session.add(letter)
    return letter


def _forget_old(session: Session, now: datetime) -> None:
    old = select(Letter.id).where(Letter.state != "waiting", Letter.created_at < now - KEPT)
    session.execute(delete(LetterItem).where(LetterItem.letter_id.in_(old)))
    session.execute(delete(Letter).where(Letter.state != "waiting", Letter.created_at < now - KEPT))
