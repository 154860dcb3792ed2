"""Which fused scores mean what with one embedding model: the shown score, and when to be silent.

Scores of two models are on different scales, so a calibration names the model it was fitted with
and is used with no other.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from search.fusion import Weights

DEFAULT_MODEL = "0bb973b80eff05efe6ee835ddb9ea7fc"
"""Fingerprint of the model that `scripts/fetch_model` obtains."""


class CalibrationError(Exception):
    """A calibration cannot be read, written or made; the message says why."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The part of the weights that belongs to a model; see `search.fusion.Weights`."""

    fingerprint: str
    """The embedder it was fitted with."""
    slope: float
    midpoint: float
    floor: float
    """For a finished question."""
    lowest_cosine: float
    highest_cosine: float

    @classmethod
    def of(cls, fingerprint: str, weights: Weights) -> Calibration:
        """Return what `weights` hold of it."""
        return cls(fingerprint, **{name: getattr(weights, name) for name in _NUMBERS})

    def apply(self, weights: Weights) -> Weights:
        """Return `weights` with this calibration in the place of theirs."""
        return replace(weights, **{name: getattr(self, name) for name in _NUMBERS})

    @classmethod
    def read(cls, path: Path) -> Calibration | None:
        """Read the file; None where there is none. Raises CalibrationError."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls._checked(content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CalibrationError(f"{path} is no calibration ({error})") from error

    def write(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write the file, whole or not at all, with facts `about` how it was made.

        Raises CalibrationError.
        """
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        content = {**asdict(self), "about": dict(about)}
        try:
            draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CalibrationError(f"{path} cannot be written ({error})") from error

    @classmethod
    def _checked(cls, content: Mapping[str, Any]) -> Calibration:
        found = cls(str(content["fingerprint"]), **{n: float(content[n]) for n in _NUMBERS})
        if not all(math.isfinite(getattr(found, name)) for name in _NUMBERS):
            raise ValueError("a number is not finite")
        if found.slope <= 0 or found.lowest_cosine >= found.highest_cosine:
            raise ValueError("slope must be above 0, lowest_cosine below highest_cosine")
        return found


_NUMBERS = tuple(each.name for each in fields(Calibration) if each.name != "fingerprint")


def shipped_calibrations() -> dict[str, Calibration]:
    """Return the calibrations that come with Kotae, by fingerprint.

    The default model's was fitted on public sets (docs/relevance.md) and is what `Weights` holds.
    """
    return {DEFAULT_MODEL: Calibration.of(DEFAULT_MODEL, Weights())}


def shipped_calibration(fingerprint: str) -> Calibration:
    """Return the calibration that comes with Kotae for a model.

    A model it does not know gets the default model's numbers, which are a guess there.
    """
    known = shipped_calibrations().get(fingerprint)
    return known or Calibration.of(fingerprint, Weights())


def is_shipped(fingerprint: str) -> bool:
    """Tell whether Kotae comes with a calibration for a model."""
    return fingerprint in shipped_calibrations()
