"""Writing files into the folder: whole or not at all, and never over what nobody has looked at."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path, PurePosixPath

from app.content import hash_source
from app.errors import KotaeError

_DRAFT = ".kotae-draft"


class FileChanged(KotaeError):
    """The file is not what it was when the sync looked; the next one will see."""

    code = "file-changed"
    status = 409


class UnsafePath(KotaeError):
    """A path that leads out of the folder, or into what is hidden there."""

    code = "unsafe-path"
    status = 422


def write_file(root: Path, path: str, data: bytes, *, expected: str | None) -> None:
    """Put `data` at `path`, which holds a file of SHA-256 `expected`, or nothing for None.

    The bytes are on the disk before they get their name. Raises FileChanged, UnsafePath, OSError.
    """
    target = inside(root, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    inside(root, path)
    draft = target.with_name(f".{secrets.token_hex(8)}{_DRAFT}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _require(target, expected)
        if expected is None:
            _claim(draft, target)
        else:
            draft.chmod(target.stat().st_mode & 0o7777)
            draft.replace(target)
        _fsync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def remove_file(root: Path, path: str, *, expected: str) -> None:
    """Delete the file of SHA-256 `expected`, and folders that are empty then.

    Raises FileChanged, UnsafePath, OSError.
    """
    target = inside(root, path)
    if not target.exists():
        return
    _require(target, expected)
    target.unlink()
    _fsync_folder(target.parent)
    for folder in target.parents:
        if folder == root:
            break
        try:
            folder.rmdir()
        except OSError:
            break


def sweep_drafts(root: Path) -> int:
    """Delete what a killed sync was about to write; returns how many. Only under the import's lock:
    another writer's drafts look the same."""
    found = [path for path in root.rglob(f".*{_DRAFT}") if path.is_file()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def inside(root: Path, path: str) -> Path:
    """The file `path` of the folder `root`, which is resolved. Raises UnsafePath."""
    pure = PurePosixPath(path)
    parts = pure.parts
    if not parts or pure.is_absolute() or any(part.startswith(".") for part in parts):
        raise UnsafePath(f"{path!r} is not a path that a sync may write.")
    target = root.joinpath(*parts)
    if target.is_symlink() or not target.parent.resolve().is_relative_to(root):
        raise UnsafePath(f"{path!r} is, or lies behind, a symbolic link; a sync does not write it.")
    return target


def hash_file(path: Path) -> str | None:
    """SHA-256 of a file; None where there is none."""
    try:
        return hash_source(path.read_bytes())
    except FileNotFoundError:
        return None


def _require(target: Path, expected: str | None) -> None:
    if hash_file(target) != expected:
        raise FileChanged(f"{target} was changed just now; sync again.")


def _claim(draft: Path, target: Path) -> None:
    """Give the draft a name that nothing has; a rename would replace what came just now."""
    try:
        os.link(draft, target)
    except FileExistsError as error:
        raise FileChanged(f"{target} was made just now; sync again.") from error
    except OSError:  # a file system without links
        draft.replace(target)


def _fsync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system opens folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
