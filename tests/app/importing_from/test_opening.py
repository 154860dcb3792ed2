"""Archives and files that mean harm are refused, and nothing of them is written."""

import stat
import zipfile

import pytest

from app.importing_from.collected import SourceRefused
from app.importing_from.opening import find_file, opened


def archive(tmp_path, entries):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return path


def test_an_archive_is_unpacked_and_gone_afterwards(tmp_path):
    path = archive(tmp_path, [("a/articles.json", "[]")])
    with opened(path) as folder:
        assert (folder / "a/articles.json").read_text() == "[]"
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["../out.md", "a/../../out.md", "/etc/out.md", "..\\out.md", "C:\\out.md"]
)
def test_an_archive_that_would_write_elsewhere_is_refused(tmp_path, name):
    path = archive(tmp_path, [("fine.json", "[]"), (name, "x")])
    with pytest.raises(SourceRefused, match="leads out"), opened(path):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["export.zip"]


def test_an_archive_with_a_link_in_it_is_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = archive(tmp_path, [(link, "/etc")])
    with pytest.raises(SourceRefused, match="leads out"), opened(path):
        pass


def test_an_archive_that_is_a_bomb_is_refused(tmp_path):
    path = archive(tmp_path, [("bomb.json", b"\0" * 30_000_000)])
    with pytest.raises(SourceRefused, match="bomb"), opened(path):
        pass


def test_a_broken_archive_is_named(tmp_path):
    path = archive(tmp_path, [("a.json", "x" * 1000)])
    data = bytearray(path.read_bytes())
    data[40:60] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(SourceRefused, match="unpacked"), opened(path):
        pass


def test_a_file_is_found_only_in_the_folder(tmp_path):
    folder = (tmp_path / "in").resolve()
    folder.mkdir()
    (tmp_path / "secret").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "a").write_text("x")
    assert find_file(folder, "../secret", "link", "a\0", "a") == folder / "a"
