"""How a text will look: rendered as it will be when it is published, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.content import ArticleContent, RenderedContent, read_content, render_content
from app.editing.actors import Actor
from app.editing.revisions import path_of
from app.editing.transaction import ArticleName
from app.editing.usable_media import restrict_media
from app.link_table import load_link_table
from app.linking import Origin
from app.models import Article


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as its readers will get it."""

    content: ArticleContent
    rendered: RenderedContent


def preview_source(
    session: Session, actor: Actor, name: ArticleName, source: str, article: Article | None
) -> Preview:
    """Render a file with the pictures that the actor may show in it.

    Raises ArticleError for what is wrong with it, Unrenderable.
    """
    content = read_content(source.encode("utf-8"))
    path = f"{name.locale}/{name.article_id}.md" if article is None else path_of(article)
    table = load_link_table(session, article.source_root if article else None)
    table = restrict_media(session, actor, article, source, table)
    origin = Origin(path, name.locale, content.audience)
    return Preview(content, render_content(content, origin, table))
