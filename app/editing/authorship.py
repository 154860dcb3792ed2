"""Whose words the newest text holds that nobody has published yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.editing.actors import Actor
from app.editing.revisions import content_of, head_of, is_live, read_revision
from app.models import Article, EditorialAction, Revision

_Line = Row[int, int | None, str, str, str]
"""A revision without its text: number, based_on, origin, author, author_email."""


def is_by(revision: Revision | _Line, actor: Actor) -> bool:
    """By the e-mail address where both have one: a name can be changed, or be another's too."""
    if revision.author_email and actor.email:
        return bool(revision.author_email.casefold() == actor.email.casefold())
    return bool(revision.author == actor.name)


def has_written(session: Session, article: Article, actor: Actor) -> bool:
    """Whether any revision since the last publication that the newest text goes on from is theirs.

    All in between count, not the chain alone: a merge names one of its two texts.
    """
    lines = _lines_of(session, article)
    shown = _published(session, article)
    begun = _begun_with(session, article, lines, shown)
    return any(
        is_by(line, actor)
        for number, line in lines.items()
        if begun < number <= head_of(article) and number not in shown
    )


def _lines_of(session: Session, article: Article) -> dict[int, _Line]:
    columns = (
        Revision.number,
        Revision.based_on,
        Revision.origin,
        Revision.author,
        Revision.author_email,
    )
    found = session.execute(select(*columns).where(Revision.article_pk == article.id))
    return {line.number: line for line in found}


def _published(session: Session, article: Article) -> set[int]:
    """Numbers that customers saw, as far as the record tells."""
    done = select(EditorialAction.revision).where(
        EditorialAction.article_id == article.article_id,
        EditorialAction.locale == article.locale,
        EditorialAction.action == "publish",
    )
    shown = {number for number in session.scalars(done) if number is not None}
    return shown | {article.revision} if is_live(article) else shown


def _begun_with(
    session: Session, article: Article, lines: Mapping[int, _Line], shown: set[int]
) -> int:
    """The newest revision that both the newest text and something published go on from; else 0."""
    published = {each for number in shown for each in _chain(lines, number)}
    for number in _chain(lines, head_of(article)):
        if number in published or _is_published_file(session, article, lines[number]):
            return number
    return 0


def _chain(lines: Mapping[int, _Line], number: int | None) -> Iterator[int]:
    while number is not None and number in lines:
        yield number
        number = lines[number].based_on


def _is_published_file(session: Session, article: Article, line: _Line) -> bool:
    """The folder publishes what does not say that it is a draft; nobody pressed a button."""
    if line.origin not in {"import", "git"}:
        return False
    return content_of(read_revision(session, article, line.number)).status == "published"
