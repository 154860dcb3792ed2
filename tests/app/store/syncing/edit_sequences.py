"""Random edits on both sides of a sync, and the proof that every one of them is still somewhere."""

import re
import shutil
from collections import Counter
from contextlib import suppress

from hypothesis import strategies as st
from sqlalchemy import select

from app.content import hash_source
from app.db import create_database_engine, session_factory
from app.editing.conflicts import EditConflict, list_conflicts
from app.editing.drafts import ArticleExists, save_draft
from app.editing.lifecycle import archive, delete_article, rename, take_out_of_archive, undelete
from app.editing.publication import MergedUnseen, publish, publish_text, unpublish
from app.editing.revisions import head_of, read_revision
from app.editing.transaction import ArticleName
from app.front_matter import parse_source, with_fields
from app.importing import import_folder
from app.models import Article, Revision
from app.reading import ArticleNotFound
from app.settings import Settings
from app.syncing import sync_folder
from tests.store_helpers import EDITOR, newest

NAMES = ["a", "b", "c/d"]
PLACES = st.integers(0, 5)
_LINES = st.tuples(st.sampled_from(["site-line", "file-line"]), st.sampled_from(NAMES), PLACES)
_OTHERS = st.tuples(
    st.sampled_from(
        [
            *("site-new", "file-new", "file-delete", "file-rename"),
            *("site-archive", "site-unarchive", "site-unpublish", "site-delete", "site-undelete"),
            *("site-field", "file-field"),
            *("site-rename", "site-draft", "site-publish"),
        ]
    ),
    st.sampled_from(NAMES),
    PLACES,
)
_TOGETHER = st.sampled_from([("sync", "", 0), ("import", "", 0), ("serve", "", 0)])
EDITS = st.one_of(_LINES, _LINES, _LINES, _OTHERS, _TOGETHER)
"""Mostly lines, on both sides: that is where something could be lost."""
_LIVES = st.tuples(
    st.sampled_from(["site-rename", "site-rename", "site-delete", "site-archive", "site-new"]),
    st.sampled_from(NAMES),
    PLACES,
)
LIVES = st.one_of(_LIVES, _LIVES, _OTHERS, _TOGETHER)
"""Mostly what changes where links lead: that is where an import could bring something back."""


class Played:
    """Both sides, and every mark that was ever written into one."""

    def __init__(self, folder, migrated):
        self.root = folder / "articles"
        (self.root / "en").mkdir(parents=True)
        self.settings = Settings(var_dir=folder / "var", articles_dir=self.root)
        shutil.copytree(migrated, folder / "var")
        self.engine = create_database_engine(self.settings)
        self.sessions = session_factory(self.engine)
        self.marks = 0
        self.written = set()

    def mark(self):
        self.marks += 1
        return f"mark{self.marks}x"

    def sync(self):
        return sync_folder(
            self.root, session_factory=self.sessions, settings=self.settings, allow_missing=True
        )

    def path(self, name):
        return self.root / "en" / f"{name}.md"


def play(folder, migrated, edits):
    """Do `edits`, sync, and check: nothing is lost, and both sides agree or are in conflict.

    `migrated` is a var folder with an empty database.
    """
    played = Played(folder, migrated)
    try:
        # Both sides know all but one article already, or most edits would meet nothing.
        for name in NAMES[:2]:
            _file_new(played, name, 0)
        played.sync()
        for kind, name, place in edits:
            _DO[kind](played, name, place)
            _check_nothing_lost(played)
        played.sync()
        played.sync()
        _check_nothing_lost(played)
        _check_agreement(played)
    finally:
        played.engine.dispose()
        shutil.rmtree(folder)


def _text(mark):
    lines = [f"line {number}\n\n" for number in range(6)]
    # To every article: whatever happens to one, the others have to be rendered anew.
    links = [f"[{name}](/articles/{name})\n" for name in NAMES]
    return "# Title\n\n" + "".join(lines + links) + mark + "\n"


def _change(source, place, mark):
    lines = source.split("\n")
    at = [number for number, line in enumerate(lines) if line.startswith("line")]
    lines[at[place]] = f"line {place} {mark}"
    return "\n".join(lines)


def _file_line(played, name, place):
    path = played.path(name)
    if path.exists():
        _write(played, path, _change(path.read_text(), place, played.mark()))


def _set_field(source, place, mark):
    field = "owner" if place < 3 else "tags"
    given = parse_source(source.encode())
    value = mark if field == "owner" else [*given.meta.get("tags", ["a"]), mark]
    return with_fields(given, {field: value})


def _file_field(played, name, place):
    path = played.path(name)
    if path.exists():
        _write(played, path, _set_field(path.read_text(), place, played.mark()))


def _file_new(played, name, place):
    path = played.path(name)
    if not path.exists():
        _write(played, path, _text(played.mark()))


def _write(played, path, text):
    # What a developer overwrites before any sync is theirs to lose: only the newest text counts.
    if path.exists():
        played.written -= _marks(path.read_text()) - _kept_marks(played)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    played.written |= _marks(text)


def _file_delete(played, name, place):
    path = played.path(name)
    if path.exists():
        played.written -= _marks(path.read_text()) - _kept_marks(played)
        path.unlink()


def _file_rename(played, name, place):
    path = played.path(name)
    target = played.path(f"{name}-{played.marks}")
    if path.exists() and not target.exists():
        path.rename(target)


def _site_line(played, name, place):
    def edit(session, article):
        source = read_revision(session, article, head_of(article)).source
        return _change(source, place, played.mark()), head_of(article)

    _on_site(played, name, edit)


def _site_field(played, name, place):
    def edit(session, article):
        source = read_revision(session, article, head_of(article)).source
        return _set_field(source, place, played.mark()), head_of(article)

    _on_site(played, name, edit)


def _site_new(played, name, place):
    with played.sessions() as session:
        mark = played.mark()
        try:
            name = ArticleName(name, "en")
            publish_text(session, EDITOR, name, source=_text(mark), base=None)
            played.written.add(mark)
        except ArticleExists:
            pass


def _on_site(played, name, edit, use_case=publish_text):
    with played.sessions() as session:
        article = session.scalar(select(Article).where(Article.article_id == name))
        if article is None or article.status != "published" or article.deleted_at is not None:
            return
        source, base = edit(session, article)
        session.rollback()
        with suppress(EditConflict, MergedUnseen):
            use_case(session, EDITOR, ArticleName(name, "en"), source=source, base=base)
        played.written |= _marks(source)


def _site_rename(played, name, place):
    with played.sessions() as session, suppress(ArticleExists, ArticleNotFound):
        rename(session, EDITOR, name, f"{name}-{place}")


def _site_draft(played, name, place):
    def edit(session, article):
        source = read_revision(session, article, head_of(article)).source
        return _change(source, place, played.mark()), head_of(article)

    _on_site(played, name, edit, save_draft)


def _site_publish(played, name, place):
    with played.sessions() as session:
        article = session.scalar(select(Article).where(Article.article_id == name))
        if article is None or article.deleted_at is not None or article.status == "archived":
            return
        session.rollback()
        with suppress(EditConflict, MergedUnseen):
            publish(session, EDITOR, ArticleName(name, "en"))


def _site_archive(played, name, place):
    _try(played, archive, name)


def _site_unarchive(played, name, place):
    _try(played, take_out_of_archive, name)


def _site_unpublish(played, name, place):
    with played.sessions() as session:
        article = session.scalar(select(Article).where(Article.article_id == name))
        is_shown = article is not None and article.status == "published"
        if not is_shown or article.deleted_at is not None:
            return
    _try(played, unpublish, name)


def _site_delete(played, name, place):
    _try(played, delete_article, name)


def _site_undelete(played, name, place):
    _try(played, undelete, name)


def _try(played, use_case, name):
    with played.sessions() as session:
        if newest(session, ArticleName(name, "en")) is None:
            return
        use_case(session, EDITOR, ArticleName(name, "en"))


def _sync(played, name, place):
    report = played.sync()
    assert {problem.code for problem in report.failed} <= {"shared-file"}, report.failed


def _import(played, name, place, keep_edits=False):
    before = _agreed(played)
    import_folder(
        played.root,
        session_factory=played.sessions,
        settings=played.settings,
        keep_edits=keep_edits,
    )
    after = _agreed(played)
    assert {key: after[key] for key in after if key[0] in {path for path, _ in before}} == before


def _serve(played, name, place):
    _import(played, name, place, keep_edits=True)


def _agreed(played):
    """What the articles are whose files are as they were at the last import or sync."""
    with played.sessions() as session:
        return {
            (row.source_path, row.id): (row.article_id, row.status, row.deleted_at, row.source_hash)
            for row in session.scalars(select(Article))
            if row.source_path and row.imported_hash == _hash(played.root / row.source_path)
        }


def _hash(path):
    return hash_source(path.read_bytes()) if path.exists() else ""


_DO = {
    "site-rename": _site_rename,
    "site-draft": _site_draft,
    "site-publish": _site_publish,
    "site-line": _site_line,
    "file-line": _file_line,
    "site-new": _site_new,
    "file-new": _file_new,
    "file-delete": _file_delete,
    "file-rename": _file_rename,
    "site-archive": _site_archive,
    "site-unarchive": _site_unarchive,
    "site-unpublish": _site_unpublish,
    "site-delete": _site_delete,
    "site-undelete": _site_undelete,
    "site-field": _site_field,
    "file-field": _file_field,
    "sync": _sync,
    "import": _import,
    "serve": _serve,
}


def _marks(text):
    return set(re.findall(r"mark\d+x", text))


def _kept_marks(played):
    with played.sessions() as session:
        return set().union(*(_marks(source) for source in session.scalars(select(Revision.source))))


def _check_nothing_lost(played):
    files = (path.read_text() for path in played.root.rglob("*.md"))
    found = _kept_marks(played).union(*(_marks(text) for text in files))
    assert played.written <= found, played.written - found


def _shared(rows):
    """Files of two articles: by an import without a sync, of a file that was written anew."""
    living = [row for row in rows if row.status != "archived" and row.deleted_at is None]
    paths = Counter(row.source_path for row in living)
    return {path for path, times in paths.items() if times > 1}


def _check_agreement(played):
    with played.sessions() as session:
        disputed = {conflict.article_pk for conflict in list_conflicts(session)}
        rows = session.scalars(select(Article)).all()
        shown = {
            row.source_path: row.source
            for row in rows
            if row.id not in disputed and row.status != "archived" and row.deleted_at is None
        }
        ignored = {row.source_path for row in rows if row.id in disputed} | _shared(rows)
        shown = {path: text for path, text in shown.items() if path not in ignored}
    files = {
        path.relative_to(played.root).as_posix(): path.read_text()
        for path in played.root.rglob("*.md")
    }
    assert {path: text for path, text in files.items() if path not in ignored} == shown
