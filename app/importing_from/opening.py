"""Opening what was given: a file, a folder, or an archive, none of which is trusted."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from app.importing_from.collected import SourceRefused

MOST_JSON_BYTES = 512 * 1024 * 1024
MOST_UNPACKED_BYTES = 4 * 1024 * 1024 * 1024
MOST_ENTRIES = 200_000
MOST_RATIO = 200
"""Unpacked bytes for one packed; text packs to a tenth, a bomb to a thousandth."""

Record = Mapping[str, object]


@contextmanager
def opened(source: Path) -> Iterator[Path]:
    """The folder that holds everything of `source`: itself, its own, or the archive's content.

    Raises SourceRefused for an archive that would write elsewhere or unpacks to far more than it
    is, and for what is neither.
    """
    if source.is_dir():
        yield source.resolve()
    elif zipfile.is_zipfile(source):
        with TemporaryDirectory(prefix="kotae-") as name:
            folder = Path(name).resolve()
            unpack(source, folder)
            yield folder
    elif source.is_file():
        yield source.resolve().parent
    else:
        raise SourceRefused(f"{source} is neither a file nor a folder.")


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file into `folder`. Raises SourceRefused."""
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = packed.infolist()
            _check_archive(archive, entries)
            for entry in entries:
                if not entry.is_dir():
                    _unpack_entry(packed, entry, folder)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise SourceRefused(f"{archive.name} cannot be unpacked: {error}.") from error


def _check_archive(archive: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > MOST_ENTRIES or total > MOST_UNPACKED_BYTES:
        raise SourceRefused(f"{archive.name} holds more than an export does; unpack it yourself.")
    if total > 10_000_000 and total / packed > MOST_RATIO:
        raise SourceRefused(
            f"{archive.name} unpacks to {total // packed} times its size, as only a bomb does."
        )
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        leads_out = path.is_absolute() or ".." in path.parts or ":" in entry.filename[:2]
        if leads_out or stat.S_ISLNK(entry.external_attr >> 16):
            raise SourceRefused(
                f"{archive.name} holds {entry.filename!r}, which leads out of its folder."
            )


def _unpack_entry(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = folder.joinpath(*PurePosixPath(entry.filename.replace("\\", "/")).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as source, target.open("xb") as written:
        # The directory of an archive may lie about sizes; what is written is counted.
        left = entry.file_size
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise SourceRefused(f"{entry.filename!r} is larger than its archive says.")
            written.write(chunk)


def read_records(source: Path, folder: Path, names: Mapping[str, str]) -> dict[str, list[Record]]:
    """All records of the JSON files, by kind.

    `names` says which key of a response, or which file name before its first digit or dot, holds
    which kind: {"articles": "articles", "data": "articles"}. Pages of one listing are joined, each
    record once. Raises SourceRefused.
    """
    found: dict[str, dict[str, Record]] = {}
    files = [source] if source.is_file() and source.suffix == ".json" else json_files(folder)
    if not files:
        raise SourceRefused(f"{source} holds no JSON file; give the export of the service's API.")
    for file in files:
        for kind, record in _read_file(file, names):
            key = str(record.get("id") or id(record)) + str(record.get("locale") or "")
            found.setdefault(kind, {}).setdefault(key, record)
    return {kind: list(records.values()) for kind, records in found.items()}


def json_files(folder: Path) -> list[Path]:
    """JSON files under a folder, links to elsewhere left out."""
    found = sorted(path for path in folder.rglob("*.json") if path.is_file())
    return [path for path in found if path.resolve().is_relative_to(folder)]


def _read_file(file: Path, names: Mapping[str, str]) -> Iterator[tuple[str, Record]]:
    value = load_json(file)
    by_file = file.stem.rstrip("0123456789-_. ").lower()
    if isinstance(value, list):
        value = {by_file: value}
    if not isinstance(value, dict):
        raise SourceRefused(f"{file.name} is neither a JSON object nor a list.")
    for key, records in value.items():
        # `data` says nothing by itself; the file's name does.
        kind = names.get(by_file) if key == "data" and by_file in names else names.get(key)
        if kind is not None and isinstance(records, list):
            yield from ((kind, record) for record in records if isinstance(record, dict))
    if "id" in value and names.get(by_file):
        yield names[by_file], value


def load_json(file: Path) -> object:
    """A JSON file of any size that a help center can have. Raises SourceRefused."""
    if file.stat().st_size > MOST_JSON_BYTES:
        raise SourceRefused(f"{file.name} has more than {MOST_JSON_BYTES // 1024**2} MB; split it.")
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceRefused(f"{file.name} is not JSON: {error}.") from error


def find_file(folder: Path, *candidates: str) -> Path | None:
    """The first of several paths under `folder` that is a file in it."""
    for candidate in candidates:
        if not candidate or "\0" in candidate:
            continue
        path = folder / candidate.lstrip("/")
        try:
            is_inside = path.resolve().is_relative_to(folder)
        except (OSError, RuntimeError):
            continue
        if is_inside and path.is_file():
            return path
    return None
