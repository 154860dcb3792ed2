"""Putting content into an article's row: the columns, the revision, the old addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.addresses import media_hash
from app.content import ArticleContent, RenderedContent
from app.models import Article, ArticleMedia, Redirect, Revision

_MOST_PARAMETERS = 500


def write_fields(article: Article, content: ArticleContent) -> None:
    """Set what the front matter says; id, locale, category and status are the caller's business."""
    article.title = content.title
    article.audience = content.audience
    article.questions = list(content.questions)
    article.tags = list(content.tags)
    article.products = list(content.products)
    article.pages = "\n".join(content.pages)
    article.owner = content.owner
    article.publish_at = content.publish_at
    article.expires_at = content.expires_at
    article.review_by = content.review_by
    article.source = content.source
    article.source_hash = content.source_hash


def write_rendering(article: Article, rendered: RenderedContent) -> None:
    """Set what readers and the index get."""
    article.html = rendered.html
    article.sections = list(rendered.sections)
    article.headings = list(rendered.headings)
    article.links = dict(rendered.links)
    _write_media(article, {media_hash(address or "") for address in rendered.links.values()})


def _write_media(article: Article, hashes: set[str]) -> None:
    # What stays keeps its row: most changes of a text are none of its pictures.
    kept = [each for each in article.media if each.sha256 in hashes]
    new = hashes - {each.sha256 for each in kept} - {""}
    article.media = kept + [ArticleMedia(sha256=sha256) for sha256 in sorted(new)]


def last_revisions(session: Session, article_pks: Sequence[int]) -> dict[int, int]:
    """The newest revision's number of each article that has one."""
    numbers = select(Revision.article_pk, func.max(Revision.number)).group_by(Revision.article_pk)
    found: dict[int, int] = {}
    for part in _parts(article_pks):
        rows = session.execute(numbers.where(Revision.article_pk.in_(part)))
        found |= {article_pk: number for article_pk, number in rows}
    return found


def add_revision(
    session: Session,
    article: Article,
    content: ArticleContent,
    *,
    number: int,
    author: str,
    note: str,
    now: datetime,
    origin: str = "import",
    author_email: str = "",
    based_on: int | None = None,
    git_commit: str | None = None,
) -> None:
    """Append revision `number`, which must be the next one of the article."""
    session.add(
        Revision(
            article=article,
            number=number,
            source=content.source,
            source_hash=content.source_hash,
            author=author,
            author_email=author_email,
            origin=origin,
            based_on=based_on,
            git_commit=git_commit,
            note=note,
            created_at=now,
        )
    )


def forget_redirects(session: Session, article_pks: Sequence[int]) -> None:
    """Delete the old addresses that these articles' texts named; those of a renamed file stay."""
    for part in _parts(article_pks):
        named = (Redirect.article_pk.in_(part), Redirect.kept.is_(False))
        session.execute(delete(Redirect).where(*named))


def add_redirects(session: Session, article: Article, paths: Sequence[str]) -> None:
    """Let the old addresses `paths` lead to `article`, beside those of a renamed file."""
    wanted = dict.fromkeys("/" + path.strip().strip("/") for path in paths)
    if wanted and article.id is not None:
        kept = select(Redirect.path).where(Redirect.article_pk == article.id)
        for path in session.scalars(kept.where(Redirect.kept.is_(True))):
            wanted.pop(path, None)
    session.add_all(Redirect(path=path, article=article) for path in wanted)


def mark_published(article: Article, status: str, now: datetime) -> None:
    """Set the status; the first publication's moment is kept, a retired article comes back."""
    article.status = status
    article.deleted_at = None
    if status == "published" and article.published_at is None:
        article.published_at = now


def _parts(article_pks: Sequence[int]) -> Iterator[Sequence[int]]:
    # Fewer than the number of parameters that every SQLite allows in one statement.
    for start in range(0, len(article_pks), _MOST_PARAMETERS):
        yield article_pks[start : start + _MOST_PARAMETERS]
