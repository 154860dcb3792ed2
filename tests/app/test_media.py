"""Media: recognised by content, stored once, whole or not at all."""

import hashlib

import pytest

from app.media import MediaTooLarge, media_path, sniff_media_type, store_media
from tests.store_helpers import PNG, read_tree


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- x --><svg>', "image/svg+xml"),
        (b"a,b\n1,2\n", "text/plain"),
        ("표,값\n".encode(), "text/plain"),
        ("값".encode()[:2], "text/plain"),
        (b"", "text/plain"),
        (b"<html><script>alert(1)</script>", "application/octet-stream"),
        (b"hello <SCRIPT>alert(1)</SCRIPT>", "application/octet-stream"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"caf\xe9 au lait", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_content(head, media_type):
    assert sniff_media_type(head) == media_type


def test_a_file_is_stored_under_its_hash_and_only_once(tmp_path):
    source = tmp_path / "evil.png"
    source.write_bytes(b"<html>")
    stored = store_media(source, tmp_path / "media")
    digest = hashlib.sha256(b"<html>").hexdigest()
    assert (stored.sha256, stored.media_type, stored.size) == (
        digest,
        "application/octet-stream",
        6,
    )
    inode = media_path(tmp_path / "media", digest).stat().st_ino
    assert store_media(source, tmp_path / "media") == stored
    assert media_path(tmp_path / "media", digest).stat().st_ino == inode
    assert read_tree(tmp_path / "media") == {f"{digest[:2]}/{digest}": b"<html>"}


def test_a_copy_that_was_cut_short_is_made_again(tmp_path):
    source = tmp_path / "a.png"
    source.write_bytes(PNG)
    stored = store_media(source, tmp_path / "media")
    target = media_path(tmp_path / "media", stored.sha256)
    target.write_bytes(PNG[:5])
    store_media(source, tmp_path / "media")
    assert target.read_bytes() == PNG


def test_a_write_that_fails_leaves_no_part_of_a_file(tmp_path, monkeypatch):
    source = tmp_path / "a.png"
    source.write_bytes(PNG)

    def fail(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store_media(source, tmp_path / "media")
    assert read_tree(tmp_path / "media") == {}


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("app.media.MOST_MEDIA_BYTES", 3)
    source = tmp_path / "a.png"
    source.write_bytes(PNG)
    with pytest.raises(MediaTooLarge):
        store_media(source, tmp_path / "media")
    assert not (tmp_path / "media").exists()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_leads_nowhere(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        media_path(tmp_path, name)
