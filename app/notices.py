"""What customers should know before they ask: planned work, known problems, news.

A notice is for a window of time and may be narrowed to languages, products, pages and words. One
that names neither pages nor words is shown everywhere; otherwise where one of its pages is being
looked at, or one of its words is in the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from app.errors import KotaeError
from app.languages import choose_locale, same_writing
from app.models import Notice
from app.page_patterns import matches_page

PAST_DAYS = 7
"""How long an ended notice is remembered on the status page."""
_ORDER = {"problem": 0, "planned": 1, "info": 2}


class NoticeNotFound(KotaeError):
    """No notice has this id."""

    code = "notice-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at what."""

    locale: str
    products: frozenset[str] = frozenset()
    page: str = ""
    """Address of the page that is looked at, or that the visitor comes from."""
    question: str = ""


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice as one visitor reads it."""

    id: str
    kind: str
    title: str
    body: str
    locale: str
    """The language of its text."""
    starts_at: datetime
    ends_at: datetime | None


def notices_for(notices: Iterable[Notice], visit: Visit) -> tuple[ShownNotice, ...]:
    """Of these notices those that concern the visit, as the visitor reads them."""
    return tuple(show(each, visit.locale) for each in notices if _concerns(each, visit))


def notices_in_force(session: Session, now: datetime) -> list[Notice]:
    """Every notice whose window holds `now`, the gravest first, then the newest."""
    # Each suggestion asks, and there is hardly ever one: making objects is for when there is.
    if session.connection().execute(_any_in_force(), {"now": now}).first() is None:
        return []
    statement = select(Notice).where(
        Notice.starts_at <= now, or_(Notice.ends_at.is_(None), Notice.ends_at > now)
    )
    return _sorted(session.scalars(statement))


@cache
def _any_in_force() -> Select[Any]:
    columns = Notice.__table__.c
    now: BindParameter[datetime] = bindparam("now")
    window = columns.starts_at <= now, or_(columns.ends_at.is_(None), columns.ends_at > now)
    return select(columns.id).where(*window).limit(1)


def notices_to_come(session: Session, now: datetime) -> list[Notice]:
    """Notices whose window has not begun, the nearest first."""
    statement = select(Notice).where(Notice.starts_at > now).order_by(Notice.starts_at, Notice.id)
    return list(session.scalars(statement))


def notices_of_late(session: Session, now: datetime) -> list[Notice]:
    """Notices that ended in the last PAST_DAYS days, the latest first."""
    since = now - timedelta(days=PAST_DAYS)
    statement = select(Notice).where(Notice.ends_at <= now, Notice.ends_at > since)
    # One that was taken back before it began was never shown, and need not be explained.
    shown = statement.where(Notice.ends_at > Notice.starts_at)
    return list(session.scalars(shown.order_by(Notice.ends_at.desc(), Notice.id)))


def list_notices(session: Session) -> list[Notice]:
    """Every notice that is kept, the newest first."""
    return list(session.scalars(select(Notice).order_by(Notice.starts_at.desc(), Notice.id)))


def add_notice(session: Session, notice: Notice) -> None:
    """Store a notice that `app.notice_fields.read_notice` made, and commit."""
    session.add(notice)
    session.commit()


def end_notice(session: Session, notice_id: str, *, now: datetime) -> Notice:
    """End a notice now, and commit; one that is over stays as it is. Raises NoticeNotFound."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NoticeNotFound(f"There is no notice {notice_id!r}; `kb notice list` names them.")
    if notice.ends_at is None or notice.ends_at > now:
        notice.ends_at = now
        session.commit()
    return notice


def show(notice: Notice, locale: str) -> ShownNotice:
    """The notice in the language nearest to `locale` that it is written in."""
    written = sorted(notice.texts)
    chosen = choose_locale((locale, "en"), written) or written[0]
    text = notice.texts[chosen]
    return ShownNotice(
        notice.id,
        notice.kind,
        text["title"],
        text.get("body", ""),
        chosen,
        notice.starts_at,
        notice.ends_at,
    )


def suits(notice: Notice, visit: Visit) -> bool:
    """Whether it is for the visitor's language and products, whatever they look at."""
    spoken = not notice.locales or any(same_writing(each, visit.locale) for each in notice.locales)
    used = (
        not notice.products or not visit.products or not visit.products.isdisjoint(notice.products)
    )
    return spoken and used


def mentions(question: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand in the question; case and width do not matter."""
    asked, words = _plain(question), _plain(phrase)
    if not words:
        return False
    # "card" is not in "discard"; scripts without blanks have no such borders.
    before = r"(?<![a-z0-9])" if words[0].isascii() else ""
    after = r"(?![a-z0-9])" if words[-1].isascii() else ""
    return re.search(before + re.escape(words) + after, asked) is not None


def _concerns(notice: Notice, visit: Visit) -> bool:
    if not suits(notice, visit):
        return False
    if not notice.pages and not notice.phrases:
        return True
    return any(visit.page and matches_page(pattern, visit.page) for pattern in notice.pages) or any(
        mentions(visit.question, phrase) for phrase in notice.phrases
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _sorted(notices: Iterable[Notice]) -> list[Notice]:
    newest_first: Sequence[Notice] = sorted(notices, key=lambda each: each.starts_at, reverse=True)
    return sorted(newest_first, key=lambda each: _ORDER[each.kind])
