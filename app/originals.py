"""What a translation is made from: the parts of an original, and what they said before.

An original that got another owner, another time or a comment says the same as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.front_matter import parse_source
from app.models import Article, EditorialAction, Revision

LISTS = ("questions", "tags")
"""Keys of the front matter that are translated item by item; the title is, too."""

_SHOWING = (
    *("create", "update", "publish", "merge", "rename", "reviewed"),
    *("unpublish", "archive", "retire", "unarchive", "delete", "undelete"),
)
"""Deeds that name the revision that the article's row has from then on."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is translated of a text."""

    title: str
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    body: str

    @property
    def lines(self) -> str:
        """All of it, to be compared line by line."""
        heads = (self.title, *self.questions, ", ".join(self.tags))
        return "\n".join((*filter(None, heads), "", self.body))


def read_wording(source: str) -> Wording:
    """What is translated of a Markdown file; how its lines end is no wording."""
    parsed = parse_source(source.encode("utf-8"))
    questions, tags = (tuple(texts_of(parsed.raw.get(name))) for name in LISTS)
    title = parsed.raw.get("title")
    body = parsed.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return Wording(title if isinstance(title, str) else "", questions, tags, body)


def texts_of(value: object) -> list[str]:
    """The texts of a list in the front matter, or the one that stands for a list."""
    found = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [text for text in found if isinstance(text, str) and text.strip()]


def is_reworded(before: str, now: str) -> bool:
    """Whether a translation of `before` may no longer say what `now` says."""
    return before != now and read_wording(before) != read_wording(now)


def shown_at(session: Session, article: Article, moment: datetime) -> str | None:
    """The text that the article had then; of a younger one, the first that it had.

    A draft of that time was not published yet. None where no text of it is kept.
    """
    theirs = Revision.article_pk == article.id
    number = _number_at(session, article, moment)
    texts = select(Revision.source).where(theirs)
    if number is not None:
        return session.scalar(texts.where(Revision.number == number))
    before = texts.where(Revision.created_at <= moment).order_by(Revision.number.desc())
    found = session.scalar(before.limit(1))
    return found or session.scalar(texts.order_by(Revision.number).limit(1))


def _number_at(session: Session, article: Article, moment: datetime) -> int | None:
    deeds = select(EditorialAction.revision).where(
        EditorialAction.article_id == article.article_id,
        EditorialAction.locale == article.locale,
        EditorialAction.revision.is_not(None),
        or_(EditorialAction.action.in_(_SHOWING), _is_of_a_folder()),
        EditorialAction.at <= moment,
    )
    return session.scalar(deeds.order_by(EditorialAction.id.desc()).limit(1))


def _is_of_a_folder() -> ColumnElement[bool]:
    """SQL condition: a conflict was resolved by what is shown; that of a draft makes a draft."""
    kind = EditorialAction.detail["kind"].as_string()
    return and_(EditorialAction.action == "resolve", kind == "folder")
