"""Whether the server can do its work, seen from inside one process."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.models import Article
from app.problems import NotReady


class IndexState(Protocol):
    """What is read of `search.index.IndexState` here."""

    @property
    def generation(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def documents(self) -> int: ...
    @property
    def passages(self) -> int: ...
    @property
    def engine(self) -> str: ...
    @property
    def degraded(self) -> str: ...
    @property
    def stale(self) -> bool: ...


def check_database(session: Session) -> None:
    """Raise NotReady unless the database answers and has the tables of this version."""
    try:
        session.execute(select(Article.id).limit(1))
    except SQLAlchemyError as error:
        raise NotReady("The database does not answer or is not migrated; see the log.") from error


def describe_index(state: IndexState) -> dict[str, Any]:
    """The index's state for anybody who asks; keywords alone count as degraded, not as down."""
    return {
        "index": {
            "generation": state.generation,
            "revision": state.revision,
            "documents": state.documents,
            "passages": state.passages,
            "engine": state.engine,
            "stale": state.stale,
        },
        "degraded": bool(state.degraded),
        "reason": _for_everybody(state.degraded),
    }


def _for_everybody(reason: str) -> str:
    """The first sentence of a reason, without details: these name files of the server.

    The log and `kb doctor` have the whole of it.
    """
    sentence = reason.partition(" (")[0].partition(". ")[0].rstrip(".")
    if "/" in sentence or "\\" in sentence:
        return "something that search needs is missing or damaged"
    return sentence
