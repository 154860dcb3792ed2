"""Writing an import into the database: one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.importing.attachments import forget_gone_attachments, store_attachments
from app.importing.parsing import Reading, RenderedFile
from app.importing.planning import Plan
from app.importing.relinking import as_its_writer, relink_articles
from app.importing.report import FileProblem
from app.importing.shelving import store_shelves
from app.importing.tree import Tree
from app.models import Article, EditorialAction
from app.outbox import note_change
from app.publishing import (
    add_redirects,
    add_revision,
    forget_redirects,
    last_revisions,
    mark_published,
    write_fields,
    write_rendering,
)
from search.document import Progress

AUTHOR = "import"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who changed a file, where that is known."""

    author: str
    email: str = ""
    commit: str | None = None
    note: str = ""
    """What they said about it."""


@dataclass(slots=True)
class Tally:
    """What the transaction did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0


def store_plan(
    session: Session,
    tree: Tree,
    plan: Plan,
    reading: Reading,
    prune: bool,
    now: datetime,
    progress: Progress,
    *,
    attributions: Mapping[str, Attribution] | None = None,
    keep_edits: bool = False,
) -> Tally:
    """Write everything `plan` holds; the caller has begun the transaction and commits it.

    `attributions`, by path: who changed the files. With `keep_edits` an article that was edited
    here and in its file is left as it is, for a sync to merge; else the file wins.
    """
    left = len(plan.unchanged) + len(plan.renamed)
    relinked = relink_articles(session, plan, now)
    tally = Tally(updated=relinked, unchanged=left - relinked)
    root = str(tree.root)
    for start in range(0, len(plan.rendered), _BATCH):
        batch = plan.rendered[start : start + _BATCH]
        _store_batch(session, root, batch, plan, tally, now, attributions, keep_edits)
        progress("Storing", min(start + _BATCH, len(plan.rendered)), len(plan.rendered))
    store_shelves(session, tree, plan.shelves, [file.parsed for file in plan.rendered])
    store_attachments(session, root, plan.media, now)
    if prune:
        tally.retired = _retire(session, tree, plan, reading.forced_locale, now)
    return tally


def _store_batch(
    session: Session,
    root: str,
    files: Sequence[RenderedFile],
    plan: Plan,
    tally: Tally,
    now: datetime,
    attributions: Mapping[str, Attribution] | None,
    keep_edits: bool,
) -> None:
    """Write some files with few statements: other writers wait for as long as this takes."""
    articles = _load_articles(session, files)
    kept = {article.id for article in articles.values()}
    numbers = last_revisions(session, sorted(kept))
    written = []
    for file in files:
        article = articles.get(file.parsed.name)
        if article is None and file.parsed.name in plan.known_names:
            plan.failed.append(_say_renamed(file))
            continue
        if article is None:
            article = Article(
                article_id=file.parsed.article_id, locale=file.parsed.locale, created_at=now
            )
            tally.created += 1
        elif _waits(article, file, plan) if keep_edits else _keeps_an_edit(article, file, plan):
            tally.unchanged += 1
            continue
        else:
            tally.updated += 1
        written.append((article, as_its_writer(session, article, file, plan.table)))
    forget_redirects(session, [article.id for article, _ in written if article.id in kept])
    for article, file in written:
        path = file.parsed.file.path
        by = (attributions or {}).get(path, Attribution(AUTHOR, note=f"Imported from {path}"))
        number = numbers.get(article.id, 0) + 1
        _write(session, root, file, article, number, by, now)
    session.flush()


def _load_articles(
    session: Session, files: Sequence[RenderedFile]
) -> dict[tuple[str, str], Article]:
    ids = sorted({file.parsed.article_id for file in files})
    wanted = {file.parsed.name for file in files}
    found = session.scalars(
        select(Article).where(Article.article_id.in_(ids)).options(selectinload(Article.media))
    )
    return {article_name(article): article for article in found if article_name(article) in wanted}


def _say_renamed(file: RenderedFile) -> FileProblem:
    reason = f"{file.parsed.article_id!r} was renamed here while this ran; import it again."
    return FileProblem(file.parsed.file.path, "renamed-meanwhile", reason)


def _waits(article: Article, file: RenderedFile, plan: Plan) -> bool:
    """Whether an editor did something to it that a sync has to bring together with the file."""
    if article.is_gone and article.import_key is None:
        return False
    if not article.is_gone and article.source_hash == article.imported_hash:
        return False
    if article.imported_hash != file.parsed.content.source_hash:
        reason = "It was changed here and in the editor; `kb sync` brings both together."
        plan.warnings.append(FileProblem(file.parsed.file.path, "changed-twice", reason))
    return True


def _keeps_an_edit(article: Article, file: RenderedFile, plan: Plan) -> bool:
    """Whether the article was edited or put away here since it was imported, and the file not.

    Where both changed the file wins, and a warning says which revision holds the edit.
    """
    if article.imported_hash is None:
        return False  # written in the editor, and its name is given to this file
    if article.is_gone and article.import_key is not None:
        return article.imported_hash == file.parsed.content.source_hash
    if article.source_hash == article.imported_hash:
        return False
    if article.imported_hash == file.parsed.content.source_hash:
        return True
    reason = (
        f"It replaces an edit made in the editor, which is kept as revision {article.revision}."
    )
    plan.warnings.append(FileProblem(file.parsed.file.path, "edit-replaced", reason))
    return False


def _write(
    session: Session,
    root: str,
    file: RenderedFile,
    article: Article,
    number: int,
    by: Attribution,
    now: datetime,
) -> None:
    """Make `article` what the file says; `number` is that of its next revision."""
    parsed, content = file.parsed, file.parsed.content
    is_new_text = article.source_hash != content.source_hash
    deed = _deed_of(article, content.status, is_new_text)
    write_fields(article, content)
    write_rendering(article, file.rendered)
    article.category = parsed.category
    article.source_root, article.source_path = root, parsed.file.path
    article.imported_hash, article.import_key = content.source_hash, parsed.import_key
    mark_published(article, content.status, now)
    session.add(article)
    if is_new_text:
        add_revision(
            session,
            article,
            content,
            number=number,
            author=by.author,
            author_email=by.email,
            origin="git" if by.commit else "import",
            based_on=article.revision or None,
            git_commit=by.commit,
            note=by.note,
            now=now,
        )
        article.updated_at, article.revision = now, number
    if deed is not None:
        _record(session, article, deed, by, now)
    add_redirects(session, article, content.redirect_from)
    note_change(session, article, now)


def _deed_of(article: Article, status: str, is_new_text: bool) -> str | None:
    """What a file is about to do to its article; None for what no reader would notice."""
    if article.id is None:
        return "create"
    if article.status == "published" and status != "published":
        return "unpublish"
    if article.is_gone:
        return "unarchive"
    if article.status != "published" and status == "published":
        return "publish"
    return "update" if is_new_text else None


def _record(session: Session, article: Article, deed: str, by: Attribution, now: datetime) -> None:
    """Write down who changed what is shown by changing a file, as for what is done in the editor.

    The actor has no id: whoever commits need have no account.
    """
    told = {"path": article.source_path, "commit": by.commit, "email": by.email}
    session.add(
        EditorialAction(
            actor=by.author,
            action=deed,
            article_id=article.article_id,
            locale=article.locale,
            revision=article.revision or None,
            detail={name: value for name, value in told.items() if value},
            at=now,
        )
    )


def _retire(
    session: Session, tree: Tree, plan: Plan, forced_locale: str | None, now: datetime
) -> int:
    """Archive what an earlier import of this folder brought and the folder no longer gives."""
    given = {file.parsed.file.path: file.parsed.name for file in plan.rendered}
    given |= {file.path: article.name for file, article in [*plan.unchanged, *plan.renamed]}
    # Also at another path than the row names: of a file that was moved while its article is edited.
    names, gone = set(given.values()), 0
    rows = session.scalars(
        select(Article).where(
            Article.source_root == str(tree.root),
            Article.status != "archived",
            Article.imported_hash.is_not(None),
        )
    ).all()
    missing = tree.gone_among(article.source_path or "" for article in rows)
    for article in rows:
        path = article.source_path or ""
        in_scope = forced_locale in (None, article.locale)
        # A file that failed today keeps the article that it gave yesterday.
        is_gone = path in missing or path in given
        # Nor is one gone of which the plan did not know: it was renamed here while this ran.
        is_gone = is_gone and article_name(article) in plan.known_names - names
        if in_scope and is_gone:
            # As in a sync: what comes back on the site is no file's that is gone.
            article.status = "archived"
            article.imported_hash = article.import_key = None
            note_change(session, article, now)
            _record(session, article, "retire", Attribution(AUTHOR), now)
            gone += 1
    forget_gone_attachments(session, tree)
    return gone


def article_name(article: Article) -> tuple[str, str]:
    """An article's id and locale."""
    return article.article_id, article.locale
