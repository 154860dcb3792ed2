"""An index that remembers what it was told, a Progress that remembers, an article of nothing."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from sqlalchemy import select

from app.editing.actors import Actor, Grant
from app.editing.drafts import save_draft
from app.editing.publication import publish_text
from app.editing.revisions import head_of
from app.editing.transaction import ArticleName
from app.locales import normalise_locale
from app.models import Article


@dataclass
class RecordingIndex:
    """Stands for search.index.SearchIndex where only the writing matters."""

    documents: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)
    stale: bool = False
    degraded: str = ""
    failures: list = field(default_factory=list)
    """Exceptions to be raised, one for each coming write."""

    def state(self):
        return SimpleNamespace(stale=self.stale, degraded=self.degraded)

    def put(self, documents):
        self._begin("put", [document.id for document in documents])
        self.documents |= {document.id: document for document in documents}

    def remove(self, document_ids):
        self._begin("remove", list(document_ids))
        for document_id in document_ids:
            self.documents.pop(document_id, None)

    def rebuild(self, documents, *, total, progress=None):
        found = {document.id: document for document in documents}
        self._begin("rebuild", total)
        self.documents, self.stale = found, False

    def _begin(self, *call):
        self.calls.append(call)
        if self.failures:
            raise self.failures.pop(0)


@dataclass
class Recorder:
    """A Progress that keeps what it was called with."""

    calls: list = field(default_factory=list)

    def __call__(self, label, done, total):
        self.calls.append((label, done, total))


def stored_article(article_id, locale="en", **values):
    """A published article with everything a test does not care about filled in."""
    title = values.pop("title", article_id.title())
    given = {
        "article_id": article_id,
        "locale": locale,
        "title": title,
        "status": "published",
        "source": f"# {title}\n",
        "source_hash": "0" * 64,
        "sections": [{"path": ["How"], "anchor": "how", "text": "So."}],
    }
    return Article(**(given | values))


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def write_tree(root, files):
    """Files by path: text as UTF-8, bytes as they are."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8") if isinstance(content, str) else content
        target.write_bytes(data)
    return root


def read_tree(root):
    """Every file under `root` by path, as bytes."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


EDITOR = Actor("Kim", "kim", "kim@example.com", (Grant("publisher"),))


def publish_source(session, *, article_id, locale, source, author="Kim", note=""):
    """Save and publish a text as the newest one, whoever saved before."""
    actor = replace(EDITOR, name=author)
    name = ArticleName(article_id, locale)
    return publish_text(session, actor, name, source=source, base=newest(session, name), note=note)


def save_source(session, *, article_id, locale, source, author="Kim", note=""):
    """Save a draft on top of what is there."""
    name = ArticleName(article_id, locale)
    actor = replace(EDITOR, name=author)
    base = newest(session, name)
    return save_draft(session, actor, name, source=source, base=base, note=note).article


def newest(session, name):
    """The revision to save on top of; None where there is no article yet."""
    found = session.scalar(
        select(Article).where(
            Article.article_id == name.article_id,
            Article.locale == normalise_locale(name.locale),
        )
    )
    session.rollback()
    return None if found is None else head_of(found)
