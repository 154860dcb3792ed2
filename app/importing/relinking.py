"""Following the links anew of articles that show another text than their files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import read_content, render_content
from app.editing.actors import SYSTEM
from app.editing.usable_media import author_of, restrict_media
from app.errors import KotaeError
from app.importing.planning import Plan
from app.importing.report import FileProblem
from app.linking import Origin
from app.models import Article
from app.outbox import note_change
from app.publishing import write_rendering


def relink_articles(session: Session, plan: Plan, now: datetime) -> int:
    """Render what `plan.relinked` names from the texts that are shown; returns how many.

    Text, name and status stay. The caller commits.
    """
    done = 0
    for file, known in plan.relinked:
        article = session.scalar(
            select(Article).where(
                Article.article_id == known.article_id, Article.locale == known.locale
            )
        )
        if article is None:
            continue  # renamed since it was looked at: what renamed it followed its links
        origin = Origin(file.path, article.locale, article.audience)
        try:
            content = read_content(article.source.encode("utf-8"))
            writer = author_of(session, SYSTEM, article, article.revision)
            table = restrict_media(session, writer, article, article.source, plan.table)
            rendered = render_content(content, origin, table)
        except KotaeError as error:
            plan.warnings.append(FileProblem(file.path, error.code, error.message))
            continue
        write_rendering(article, rendered)
        note_change(session, article, now)
        plan.warnings += [
            FileProblem(file.path, each.code, each.message) for each in rendered.warnings
        ]
        done += 1
    return done
