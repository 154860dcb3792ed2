"""An index that remembers what it was told, a Progress that remembers, an article of nothing."""

from dataclasses import dataclass, field
from types import SimpleNamespace

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
