"""What an import says of itself: counts, and every file that did not go in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import KotaeError


class ImportRefused(KotaeError):
    """Nothing was imported: the folder, or another import, stands in the way."""

    code = "import-refused"
    status = 422


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One file and what is wrong with it."""

    path: str
    """Relative to the imported folder, with forward slashes."""
    code: str
    """Stable, kebab-case: "bad-encoding", "duplicate-id", "too-large" ..."""
    reason: str
    """What was wrong and what to do, one sentence."""

    def to_json(self) -> dict[str, str]:
        """The members by name."""
        return {"path": self.path, "code": self.code, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import. Articles are counted once a language."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    media: int = 0
    """Images and attachments in the folder."""
    failed: tuple[FileProblem, ...] = ()
    """Files that did not go in."""
    warnings: tuple[FileProblem, ...] = ()
    """Files that went in with something lost, and files that are no articles."""

    def to_json(self) -> dict[str, Any]:
        """The members by name, problems as objects."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "retired": self.retired,
            "media": self.media,
            "failed": [problem.to_json() for problem in self.failed],
            "warnings": [problem.to_json() for problem in self.warnings],
        }
