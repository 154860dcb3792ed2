"""Which file the default model is made from, and what its directory must then hold.

Standard library only: set-up asks this before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

NAME = "multilingual-e5-small"
"""The default model."""
DATA_FILE = "e5-small-q4.bin"
DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The published file that the default model is made from."""
MANIFEST = "conversion.json"
CONVERTER = 1
"""Raised whenever the converter writes other bytes, so that older directories are made anew."""
ONNX_FILE = "onnx/model_q4.onnx"
WEIGHTS_FILE = "model.safetensors"


def needed_files(*, lean: bool) -> tuple[str, ...]:
    """What must be there to serve, and unless lean also what sentence-transformers loads."""
    return (ONNX_FILE,) if lean else (ONNX_FILE, WEIGHTS_FILE)


def write_manifest(directory: Path, source_sha256: str) -> None:
    """List every file of the directory with its size and SHA-256."""
    files = {
        path.relative_to(directory).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
        }
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    content = {"converter": CONVERTER, "source_sha256": source_sha256, "files": files}
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    (directory / MANIFEST).write_text(text, encoding="utf-8")


def is_complete(directory: Path, source_sha256: str, needed: Collection[str]) -> bool:
    """Whether all listed files are there in their size, `needed` among them.

    Sizes, not hashes: this runs at every start. `damaged_files` reads everything.
    """
    content = _read(directory)
    if content.get("converter") != CONVERTER or content.get("source_sha256") != source_sha256:
        return False
    files = content.get("files")
    if not isinstance(files, dict) or not set(needed) <= files.keys():
        return False
    return all(_has_size(directory / name, entry) for name, entry in files.items())


def damaged_files(directory: Path) -> list[str]:
    """Listed files that are missing or whose bytes have changed."""
    files = _read(directory).get("files")
    if not isinstance(files, dict):
        return [MANIFEST]
    return [
        name
        for name, entry in files.items()
        if not _has_size(directory / name, entry)
        or file_sha256(directory / name) != entry.get("sha256")
    ]


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(directory: Path) -> dict[str, object]:
    try:
        content = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _has_size(path: Path, entry: object) -> bool:
    try:
        return isinstance(entry, dict) and path.stat().st_size == entry.get("bytes")
    except OSError:
        return False
