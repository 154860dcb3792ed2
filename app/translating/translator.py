"""What translates: a list of texts in, as many out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from app.errors import KotaeError


class TranslationFailed(KotaeError):
    """The translation service cannot be reached, refused, or answered something else."""

    code = "translation-failed"
    status = 502


class TranslatorBusy(KotaeError):
    """Another article is being translated."""

    code = "translator-busy"
    status = 503


class TranslationTurn:
    """Lets one article be translated at a time: who waits for the service holds a thread that
    customers are served by. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def take(self) -> Iterator[None]:
        """Have the turn meanwhile. Raises TranslatorBusy at once where another has it."""
        if not self._lock.acquire(blocking=False):
            raise TranslatorBusy("Another article is being translated; try again in a minute.")
        try:
            yield
        finally:
            self._lock.release()


class Translator(Protocol):
    """A translation service."""

    def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """As many texts, in that order.

        Texts are HTML without anything but words and the elements `x` and `g`. `source`, `target`:
        language tags (BCP 47). Raises TranslationFailed.
        """
        ...
