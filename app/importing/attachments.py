"""Attachments of a folder in the database: what they are, and where the folder has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.importing.tree import Tree
from app.media import StoredMedia
from app.models import Media, MediaFile


def store_attachments(
    session: Session, root: str, media: Mapping[str, StoredMedia], now: datetime
) -> None:
    """Know the attachments in `media`, by their paths in the folder `root`."""
    for stored in {each.sha256: each for each in media.values()}.values():
        if session.get(Media, stored.sha256) is None:
            session.add(
                Media(
                    sha256=stored.sha256,
                    media_type=stored.media_type,
                    size=stored.size,
                    created_at=now,
                )
            )
    session.flush()
    rows = session.scalars(select(MediaFile).where(MediaFile.source_root == root))
    kept = {row.source_path: row for row in rows}
    for path, stored in media.items():
        row = kept.get(path)
        if row is None:
            file = MediaFile(source_root=root, source_path=path, sha256=stored.sha256, synced=True)
            session.add(file)
        else:
            row.sha256, row.synced = stored.sha256, True


def forget_gone_attachments(session: Session, tree: Tree) -> None:
    """Forget attachments that the folder had and has no more."""
    synced = select(MediaFile).where(
        MediaFile.source_root == str(tree.root), MediaFile.synced.is_(True)
    )
    rows = {row.source_path: row for row in session.scalars(synced)}
    for path in tree.gone_among(rows):
        session.delete(rows[path])
