"""Writing a folder that appears whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from app.errors import KotaeError
from search.document import Progress


class ExportRefused(KotaeError):
    """The folder cannot be written; nothing was."""

    code = "export-refused"
    status = 422


def write_whole(directory: Path, files: Mapping[str, bytes | Path], progress: Progress) -> None:
    """Make `directory`, which is absent or empty, with these files; a Path is copied.

    Raises ExportRefused.
    """
    draft = directory.with_name(f".{directory.name}.{secrets.token_hex(4)}")
    try:
        _write_all(draft, files, progress)
        if directory.exists():
            directory.rmdir()
        draft.rename(directory)
    except OSError as error:
        raise ExportRefused(f"{directory} cannot be written: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def refuse_occupied(directory: Path) -> None:
    """Raise ExportRefused unless `directory` is absent or empty."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise ExportRefused(f"{directory} is not a folder; name another one.")
    if directory.is_dir() and any(directory.iterdir()):
        raise ExportRefused(f"{directory} is not empty; name an empty or a new folder.")


def safe_path(path: str) -> str:
    """The path, if it stays in the folder. Raises ExportRefused."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ExportRefused(f"The path {path!r} leads out of the folder; it cannot be exported.")
    return path


def _write_all(draft: Path, files: Mapping[str, bytes | Path], progress: Progress) -> None:
    draft.mkdir(parents=True)
    for done, (path, content) in enumerate(sorted(files.items()), start=1):
        target = draft / safe_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)
        progress("Writing", done, len(files))
