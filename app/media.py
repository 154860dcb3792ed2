"""Images and attachments on disk: named by their content, so that equal files are kept once."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.errors import KotaeError
from app.private_folders import make_private_folder

MOST_MEDIA_BYTES = 64 * 1024 * 1024
UNKNOWN_TYPE = "application/octet-stream"

PICTURE_ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/avif": (".avif",),
}
"""What pictures of pixels may be called; the first is what we call them."""

# Magic numbers as registered with IANA or in the formats' own specifications.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"WEBVTT", "text/vtt"),
    (0, b"\xef\xbb\xbfWEBVTT", "text/vtt"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
)
# Atomic: a comment ends at its first "-->", or a row of comments would be tried in 2^n ways.
_SVG = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+"
    rb"(?:(?><!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?+>)\s*+)*+<svg[\s>]",
    re.DOTALL,
)
_HTML = re.compile(rb"<(!doctype|html|head|body|script|iframe|svg|\?xml)", re.IGNORECASE)


class MediaTooLarge(KotaeError):
    """An image or attachment is larger than MOST_MEDIA_BYTES."""

    code = "too-large"
    status = 413


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """One file as it lies in the media folder."""

    sha256: str
    media_type: str
    size: int
    """Bytes."""


def media_path(media_dir: Path, sha256: str) -> Path:
    """Where the file with this hash lies. `sha256` must be 64 lower-case hexadecimal digits."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"not a SHA-256 in hexadecimal: {sha256!r}")
    return media_dir / sha256[:2] / sha256


def sniff_media_type(head: bytes) -> str:
    """The media type of a file from its first 4,096 bytes.

    Text is `text/plain` only where no browser could take it for a page; everything that is not
    recognised is UNKNOWN_TYPE, which is offered as a download.
    """
    for offset, magic, media_type in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return media_type
    if _SVG.match(head):
        return "image/svg+xml"
    if b"\0" in head or _HTML.search(head):
        return UNKNOWN_TYPE
    try:
        # Incremental: a character may be cut at the end of `head`.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return UNKNOWN_TYPE
    return "text/plain"


def check_size(source: Path) -> None:
    """Raise MediaTooLarge for a file beyond MOST_MEDIA_BYTES. Raises OSError."""
    if source.stat().st_size > MOST_MEDIA_BYTES:
        raise MediaTooLarge(f"It is larger than {MOST_MEDIA_BYTES // 1024**2} MB; make it smaller.")


def store_media(source: Path, media_dir: Path) -> StoredMedia:
    """Copy `source` into the media folder unless it is there; whole or not at all.

    Raises MediaTooLarge, OSError.
    """
    check_size(source)
    return store_bytes(source.read_bytes(), media_dir)


def store_bytes(data: bytes, media_dir: Path) -> StoredMedia:
    """Keep bytes in the media folder unless they are there; whole or not at all. Raises OSError."""
    stored = StoredMedia(hashlib.sha256(data).hexdigest(), sniff_media_type(data[:4096]), len(data))
    target = media_path(media_dir, stored.sha256)
    if not target.is_file() or target.stat().st_size != stored.size:
        _write_whole(target, data)
    return stored


def _write_whole(target: Path, data: bytes) -> None:
    make_private_folder(target.parent)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
