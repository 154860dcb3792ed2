"""Rendering anew what an import brings no other text of, with the rights of who wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import media_hash
from app.content import read_content, render_content
from app.editing.actors import SYSTEM
from app.editing.usable_media import author_of, restrict_media, sees_everything
from app.errors import KotaeError
from app.importing.parsing import RenderedFile
from app.importing.planning import Plan
from app.importing.report import FileProblem
from app.linking import LinkTable, Origin
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


def as_its_writer(
    session: Session, article: Article, file: RenderedFile, table: LinkTable
) -> RenderedFile:
    """The file as its text's writer may show it, where it is the text that is shown already.

    A sync may have written it: that it went through a file gives nobody a right to pictures.
    """
    content, addresses = file.parsed.content, file.rendered.links.values()
    if article.source_hash != content.source_hash or not any(
        map(media_hash, filter(None, addresses))
    ):
        return file
    writer = author_of(session, SYSTEM, article, article.revision)
    if sees_everything(writer):
        return file
    own = restrict_media(session, writer, article, content.source, table)
    return replace(file, rendered=render_content(content, file.parsed.origin, own))
