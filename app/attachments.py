"""Files that come with a message: few, small, and of kinds that whoever answers can safely open."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import KotaeError
from app.media import PICTURE_ENDINGS, sniff_media_type
from app.wording import clean_text

MOST_FILES = 5
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_TOGETHER = 10 * 1024 * 1024
_LONGEST_NAME = 120

# What each kind may be called; a file called otherwise gets the first one added.
_ENDINGS = PICTURE_ENDINGS | {
    "application/pdf": (".pdf",),
    "video/mp4": (".mp4", ".mov", ".m4v"),
    "video/webm": (".webm",),
    "text/plain": (".txt", ".log", ".csv", ".json", ".md"),
}


class AttachmentRefused(KotaeError):
    """A file cannot be sent along; `reason` is too-many, too-large, empty or wrong-kind."""

    code = "attachment-refused"
    status = 422

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file, checked by what is in it."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def read_attachments(files: Iterable[tuple[str, bytes]]) -> tuple[Attachment, ...]:
    """Check files, each with the name its sender gives it. Raises AttachmentRefused."""
    given = list(files)
    if len(given) > MOST_FILES:
        raise AttachmentRefused("too-many", f"At most {MOST_FILES} files can be sent along.")
    if sum(len(data) for _, data in given) > LARGEST_TOGETHER:
        raise AttachmentRefused(
            "too-large", f"Together the files are larger than {LARGEST_TOGETHER // 1024**2} MB."
        )
    return tuple(_read(name, data) for name, data in given)


def _read(name: str, data: bytes) -> Attachment:
    if not data:
        raise AttachmentRefused("empty", f"{name!r} is empty.")
    if len(data) > LARGEST_FILE:
        raise AttachmentRefused(
            "too-large", f"{name!r} is larger than {LARGEST_FILE // 1024**2} MB."
        )
    kind = sniff_media_type(data[:4096])
    # The first bytes of a text may be innocent: all of it has to be text.
    if kind == "text/plain" and (b"\0" in data or not _is_utf8(data)):
        kind = ""
    if kind not in _ENDINGS:
        raise AttachmentRefused("wrong-kind", f"{name!r} is no picture, PDF, video or plain text.")
    return Attachment(_safe_name(name, _ENDINGS[kind]), kind, data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _safe_name(name: str, endings: tuple[str, ...]) -> str:
    """The last part of the name without what a header, a path or a shell takes for its own."""
    last = re.split(r"[/\\]", clean_text(name))[-1]
    kept = re.sub(r'[\x00-\x1f"\'<>|:*?;\u202a-\u202e\u2066-\u2069]', "", last).strip(". ")
    kept = kept[-_LONGEST_NAME:] or "file"
    return kept if kept.lower().endswith(endings) else kept + endings[0]
