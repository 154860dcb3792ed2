"""Carrying what is published to the search index: from the outbox, or all of it anew."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from filelock import FileLock, Timeout
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.db import begin_writing
from app.errors import KotaeError
from app.models import Article, OutboxEntry, utc_now
from app.private_folders import make_private_folder
from app.settings import Settings
from search.document import Document, Progress, Section, no_progress

_ENTRIES_READ = 200
_ARTICLES_READ = 100
_WATCH_SECONDS = 0.5
_PARAMETERS = 400  # ids in one statement: below what every SQLite allows


class IndexerBusy(KotaeError):
    """Another process is indexing."""

    code = "indexer-busy"
    status = 503


class IndexState(Protocol):
    """What is asked of `search.index.IndexState` here."""

    @property
    def stale(self) -> bool:
        """Whether the index must be rebuilt."""
        ...

    @property
    def degraded(self) -> str:
        """What it has to do without, for the operator; empty when that is nothing."""
        ...


class WritableIndex(Protocol):
    """What is asked of `search.index.SearchIndex` here."""

    def state(self) -> IndexState:
        """What the index is like at the moment."""
        ...

    def put(self, documents: Sequence[Document]) -> None:
        """Add or replace documents."""
        ...

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents."""
        ...

    def rebuild(
        self, documents: Iterable[Document], *, total: int, progress: Progress = no_progress
    ) -> None:
        """Make a new index of `documents`."""
        ...


def document_of(article: Article) -> Document:
    """What the index is told of an article."""
    return Document(
        id=article.document_id,
        article_id=article.article_id,
        locale=article.locale,
        title=article.title,
        sections=sections_of(article.sections),
        questions=tuple(article.questions),
        tags=tuple(article.tags),
        category=article.category,
        products=tuple(article.products),
        audience=article.audience,
        quality=article.quality,
    )


def sections_of(sections: Iterable[Mapping[str, Any]]) -> tuple[Section, ...]:
    """What the index is told of a text; `sections` as Article.sections."""
    return tuple(Section(tuple(each["path"]), each["anchor"], each["text"]) for each in sections)


def load_documents(session: Session) -> Iterator[Document]:
    """All articles that are published at this moment, a hundred in memory at a time.

    Each hundred is a query of its own: embedding may take an hour, and a read that stays open so
    long keeps SQLite's log from being folded back. A change meanwhile is in the outbox anyway.
    """
    last = 0
    while True:
        visible = select(Article).where(Article.visible(utc_now()), Article.id > last)
        articles = session.scalars(visible.order_by(Article.id).limit(_ARTICLES_READ)).all()
        if not articles:
            return
        yield from map(document_of, articles)
        last = articles[-1].id


@contextmanager
def indexing_turn(settings: Settings, timeout: float = 0.0) -> Iterator[None]:
    """Be the only process that carries changes to the index.

    Raises IndexerBusy when another one is for longer than `timeout` seconds.
    """
    make_private_folder(settings.var_dir)
    lock = FileLock(settings.var_dir / "indexer.lock")
    try:
        with lock.acquire(timeout=timeout):
            yield
    except Timeout:
        raise IndexerBusy("Another process is indexing; try again when it has finished.") from None


def count_waiting(session_factory: sessionmaker[Session]) -> int:
    """Articles that the outbox still holds changes of."""
    with session_factory() as session:
        waiting = select(func.count(func.distinct(OutboxEntry.document_id)))
        return session.scalar(waiting) or 0


def drain_outbox(
    session_factory: sessionmaker[Session],
    index: WritableIndex,
    *,
    batch: int = 32,
    progress: Progress = no_progress,
) -> int:
    """Carry every change in the outbox to the index, oldest first; returns how many articles.

    An entry says only that an article changed: what is carried is the article as it is now. The
    entries of a batch are deleted after the index has it: a crash repeats a batch, and loses none.
    Raises what the index raises (WriterBusy, StaleIndex); the entries then stay.
    """
    total = count_waiting(session_factory)
    done = 0
    while entries := _oldest_entries(session_factory, batch):
        names = list(dict.fromkeys(name for _, name in entries))
        _carry(session_factory, index, names)
        _forget(session_factory, [number for number, _ in entries])
        done += len(names)
        progress("Indexing", done, max(total, done))
    return done


def rebuild_index(
    session_factory: sessionmaker[Session],
    index: WritableIndex,
    *,
    progress: Progress = no_progress,
) -> int:
    """Make the index anew from the database; returns the number of documents.

    Outbox entries from before are settled by it; those that arrive meanwhile stay.
    """
    with session_factory() as session:
        last = session.scalar(select(func.max(OutboxEntry.id))) or 0
        visible = select(func.count()).select_from(Article).where(Article.visible(utc_now()))
        total = session.scalar(visible) or 0
        index.rebuild(load_documents(session), total=total, progress=progress)
    with session_factory() as session:
        begin_writing(session)
        session.execute(delete(OutboxEntry).where(OutboxEntry.id <= last))
        session.commit()
    return total


def bring_up_to_date(
    session_factory: sessionmaker[Session],
    index: WritableIndex,
    *,
    progress: Progress = no_progress,
) -> int:
    """Rebuild where that is needed, then drain the outbox; returns how many articles were carried.

    The caller has its `indexing_turn`.
    """
    carried = 0
    if index.state().stale:
        carried = rebuild_index(session_factory, index, progress=progress)
    return carried + drain_outbox(session_factory, index, progress=progress)


def finish_indexing(
    settings: Settings,
    session_factory: sessionmaker[Session],
    index: WritableIndex,
    *,
    progress: Progress = no_progress,
) -> int:
    """Return once the index has everything; returns how many articles this process carried.

    Where another process, a server perhaps, is at it, this one waits and shows how far it is.
    """
    total = count_waiting(session_factory)
    while True:
        try:
            with indexing_turn(settings):
                return bring_up_to_date(session_factory, index, progress=progress)
        except IndexerBusy:
            waiting = count_waiting(session_factory)
            if not waiting:
                return 0
            total = max(total, waiting)
            progress("Indexing, done by another process", total - waiting, total)
            time.sleep(_WATCH_SECONDS)


def _oldest_entries(session_factory: sessionmaker[Session], batch: int) -> list[tuple[int, str]]:
    """Entries of at most `batch` articles, as (number, document id)."""
    oldest = select(OutboxEntry.id, OutboxEntry.document_id).order_by(OutboxEntry.id)
    with session_factory() as session:
        rows = [(row.id, row.document_id) for row in session.execute(oldest.limit(_ENTRIES_READ))]
    wanted = set(list(dict.fromkeys(name for _, name in rows))[:batch])
    return [(number, name) for number, name in rows if name in wanted]


def _carry(
    session_factory: sessionmaker[Session], index: WritableIndex, names: Sequence[str]
) -> None:
    now = utc_now()
    with session_factory() as session:
        ids = sorted({name.rpartition("@")[0] for name in names})
        articles = session.scalars(select(Article).where(Article.article_id.in_(ids)))
        shown = {a.document_id: document_of(a) for a in articles if a.is_visible(now)}
    documents = [shown[name] for name in names if name in shown]
    gone = [name for name in names if name not in shown]
    if documents:
        index.put(documents)
    if gone:
        index.remove(gone)


def _forget(session_factory: sessionmaker[Session], numbers: Sequence[int]) -> None:
    with session_factory() as session:
        begin_writing(session)
        for start in range(0, len(numbers), _PARAMETERS):
            part = numbers[start : start + _PARAMETERS]
            session.execute(delete(OutboxEntry).where(OutboxEntry.id.in_(part)))
        session.commit()
