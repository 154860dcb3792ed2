"""Pictures that editors add: checked by what is in them, kept by it, and named for people."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.db import begin_writing
from app.errors import KotaeError
from app.media import StoredMedia, sniff_media_type, store_media
from app.models import Media, MediaFile
from app.naming import slugify
from app.picture_checks import MOST_PIXELS
from app.picture_sizes import read_size
from app.private_folders import make_private_folder

LARGEST_PICTURE = 5 * 1024 * 1024
"""Bytes."""
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
"""What may be added here. SVG comes by the folder: in a browser it is a program."""


class PictureRefused(KotaeError):
    """A file is no picture that may be added; `reason` is empty, too-large, wrong-kind, too-many-
    pixels or no-words."""

    code = "picture-refused"
    status = 422

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class GivenPicture:
    """A file as a browser sent it."""

    name: str
    data: bytes
    alt: str
    """What it shows, for those who do not see it."""


def keep_picture(
    session: Session, actor: Actor, given: GivenPicture, *, root: str, media_dir: Path
) -> str:
    """Keep a picture and commit; returns the Markdown that shows it.

    `root`: the folder whose articles may show it, and into which a sync writes it.
    Raises PictureRefused, OSError.
    """
    kind = _check(given)
    alt = " ".join(re.sub(r"[\[\]\\`<>]", "", given.alt).split())
    if not alt:
        raise PictureRefused("no-words", "Say what the picture shows: not everybody sees it.")
    stored = _store(given.data, kind, media_dir)
    begin_writing(session)
    path = _name_in_folder(session, given.name, stored, root)
    note_deed(session, actor, "picture.add", f"picture:{path}"[:440], sha256=stored.sha256)
    session.commit()
    return f"![{alt}](/{path})"


def _check(given: GivenPicture) -> str:
    if not given.data:
        raise PictureRefused("empty", "The file is empty.")
    if len(given.data) > LARGEST_PICTURE:
        megabytes = LARGEST_PICTURE // 1024**2
        raise PictureRefused("too-large", f"A picture may have {megabytes} MB; make it smaller.")
    kind = sniff_media_type(given.data[:4096])
    if kind not in _ENDINGS:
        raise PictureRefused("wrong-kind", "It is no PNG, JPEG, GIF or WebP, whatever its name.")
    return kind


def _store(data: bytes, kind: str, media_dir: Path) -> StoredMedia:
    """Keep the bytes unless they say that a browser would choke on them."""
    make_private_folder(media_dir)
    with tempfile.TemporaryDirectory(dir=media_dir, prefix=".added-") as folder:
        file = Path(folder, "picture")
        file.write_bytes(data)
        size = read_size(file)
        if size is None:
            raise PictureRefused("wrong-kind", f"It says {kind}, but not how large it is.")
        if size[0] * size[1] > MOST_PIXELS:
            raise PictureRefused(
                "too-many-pixels", f"It has {size[0]} x {size[1]} pixels; make it smaller."
            )
        return store_media(file, media_dir)


def _name_in_folder(session: Session, name: str, stored: StoredMedia, root: str) -> str:
    """The picture's path in the folder; the same picture added again keeps the one it has."""
    if session.get(Media, stored.sha256) is None:
        kept = Media(sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
        session.add(kept)
        session.flush()
    had = select(MediaFile.source_path).where(
        MediaFile.source_root == root, MediaFile.sha256 == stored.sha256
    )
    path = session.scalar(had.order_by(MediaFile.id).limit(1))
    if path is not None:
        return path
    stem = slugify(PurePath(name.replace("\\", "/")).stem)[:60] or "picture"
    path = f"images/{stem}-{stored.sha256[:8]}{_ENDINGS[stored.media_type]}"
    session.add(MediaFile(source_root=root, source_path=path, sha256=stored.sha256, from_site=True))
    return path
