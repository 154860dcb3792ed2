"""Pictures that editors add: checked by what is in them, kept by it, and named for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit import LONGEST_SUBJECT, Actor, note_deed
from app.db import begin_writing
from app.media import PICTURE_ENDINGS, StoredMedia, sniff_media_type, store_bytes
from app.models import Media, MediaFile
from app.naming import slugify
from app.picture_checks import BadPicture, check_pixels
from app.picture_encoding import TooManyFrames, UnreadablePicture, encode_anew
from app.picture_sizes import size_of

LARGEST_PICTURE = 5 * 1024 * 1024
"""Bytes."""
_KINDS = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What may be added here. SVG comes by the folder: in a browser it is a program."""


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
    Raises BadPicture, OSError.
    """
    alt = " ".join(re.sub(r"[\[\]\\`<>]", "", given.alt).split())
    if not alt:
        raise BadPicture("no-words", "Say what the picture shows: not everybody sees it.")
    stored = store_bytes(_encode(given), media_dir)
    begin_writing(session)
    path = _name_in_folder(session, given.name, stored, root)
    note_deed(
        session, actor, "picture.add", f"picture:{path}"[:LONGEST_SUBJECT], sha256=stored.sha256
    )
    session.commit()
    return f"![{alt}](/{path})"


def _encode(given: GivenPicture) -> bytes:
    """The picture without what its file says besides; nothing is decoded that is not fit for it."""
    if not given.data:
        raise BadPicture("empty", "The file is empty.")
    if len(given.data) > LARGEST_PICTURE:
        megabytes = LARGEST_PICTURE // 1024**2
        raise BadPicture("too-large", f"A picture may have {megabytes} MB; make it smaller.")
    kind = sniff_media_type(given.data[:4096])
    size = size_of(given.data)
    if kind not in _KINDS or size is None:
        raise BadPicture("wrong-kind", "It is no PNG, JPEG, GIF or WebP, whatever its name.")
    check_pixels(size)
    try:
        return encode_anew(given.data, kind).data
    except UnreadablePicture as error:
        raise BadPicture("broken", "It is damaged; export it anew.") from error
    except TooManyFrames as error:
        raise BadPicture("too-many-pixels", str(error)) from error


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
    path = f"images/{stem}-{stored.sha256[:8]}{PICTURE_ENDINGS[stored.media_type][0]}"
    session.add(MediaFile(source_root=root, source_path=path, sha256=stored.sha256, from_site=True))
    return path
