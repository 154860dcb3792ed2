"""Folders that only the user who runs Kotae can look into."""

from __future__ import annotations

import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, for the owner only; one that exists stays as is.

    What is kept there holds visitors' messages and articles that are not public. Raises OSError.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def is_open_to_others(path: Path) -> bool:
    """Whether the file or folder grants anything to anybody but its owner. Raises OSError."""
    return bool(path.stat().st_mode & _OTHERS)
