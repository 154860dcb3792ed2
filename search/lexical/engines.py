"""Which keyword engine to use, and how to reach it by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from search.lexical.contract import LexicalEngine

WHOOSH_LIMIT = 500
"""Documents up to which Whoosh answers in a few milliseconds (docs/architecture.md)."""

EngineChoice = Literal["auto", "whoosh", "tantivy"]


def choose_engine(choice: EngineChoice, documents: int) -> str:
    """Return the engine for an index of `documents`: the one asked for, or the fitting one."""
    if choice != "auto":
        return choice
    return "whoosh" if documents <= WHOOSH_LIMIT else "tantivy"


def create_engine(name: str, directory: Path) -> LexicalEngine:
    """Make an empty index. The engine is imported when first needed: nobody loads both."""
    return _engine(name).create(directory)


def open_engine(name: str, directory: Path) -> LexicalEngine:
    """Open an index. Raises IndexDamaged."""
    return _engine(name).open(directory)


def _engine(name: str) -> type[LexicalEngine]:
    if name == "whoosh":
        from search.lexical.whoosh_engine import WhooshEngine

        return WhooshEngine
    from search.lexical.tantivy_engine import TantivyEngine

    return TantivyEngine
