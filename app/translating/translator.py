"""What translates: a list of texts in, as many out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.errors import KotaeError


class TranslationFailed(KotaeError):
    """The translation service cannot be reached, refused, or answered something else."""

    code = "translation-failed"
    status = 502


class Translator(Protocol):
    """A translation service."""

    def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """As many texts, in that order.

        Texts are HTML without anything but words and the elements `x` and `g`. `source`, `target`:
        language tags (BCP 47). Raises TranslationFailed.
        """
        ...
