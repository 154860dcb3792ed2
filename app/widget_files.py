"""The widget's built files: how they are named by version, what they weigh, how they are pinned."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ENTRIES = ("v1.js", "v1.mjs", "loader.js")
ALONE = frozenset({*ENTRIES, "site.js", "article.js", "contact.js", "ease.js", "your-data.js"})
"""Files with a version each; the others are fetched by these, and share one."""


@dataclass(frozen=True, slots=True)
class WidgetFile:
    """One built file."""

    name: str
    version: str
    size: int
    packed: int
    """Bytes when gzipped."""
    integrity: str
    """Its hash in the form of Subresource Integrity."""

    def to_json(self) -> dict[str, Any]:
        """Its members by name."""
        return asdict(self)


def read_widget_files() -> dict[str, WidgetFile]:
    """The built files of this installation, by name."""
    folder = Path(__file__).parent / "static" / "widget" / "built"
    data = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return {name: _describe(name, data) for name in data}


def version_of(name: str, files: Mapping[str, bytes]) -> str:
    """The version of a file, of which addresses are made: 12 hex digits of a SHA-256.

    The later steps share one, of all of them in the order of their names, which
    scripts/build_widget puts into the files that fetch them.
    """
    digest = hashlib.sha256()
    for other in sorted(files):
        if other == name or (other not in ALONE and name not in ALONE):
            digest.update(files[other])
    return digest.hexdigest()[:12]


def _describe(name: str, files: Mapping[str, bytes]) -> WidgetFile:
    data = files[name]
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    packed = len(gzip.compress(data, 9, mtime=0))
    return WidgetFile(name, version_of(name, files), len(data), packed, f"sha384-{digest}")
