"""Backup and restore: complete, atomic, and unimpressed by forged archives."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import select

from app.backup import BackupRefused, backup
from app.db import create_database_engine, session_factory
from app.media import media_path
from app.migrating import MigrationNeeded
from app.models import Article, Media, OutboxEntry
from app.restoring import RestoreRefused, restore
from app.settings import Settings
from search.calibration import Calibration
from tests.store_helpers import PNG, Recorder, publish_source, read_tree, write_tree

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def archive(tmp_path, settings, run_import):
    """A backup of two articles and an image."""
    files = {"en/a.md": "# A\n![x](x.png)", "ko/a.md": "# 가", "en/x.png": PNG}
    run_import(write_tree(tmp_path / "in", files))
    backup(tmp_path / "kept.tar.gz", settings=settings)
    return tmp_path / "kept.tar.gz"


def unpack(archive):
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def pack(path, members):
    """An archive of (name or TarInfo, bytes), in order."""
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def titles(settings):
    engine = create_database_engine(settings)
    try:
        with session_factory(engine)() as session:
            return sorted(session.scalars(select(Article.title)))
    finally:
        engine.dispose()


def test_a_backup_holds_the_database_the_media_and_their_hashes(archive):
    members = unpack(archive)
    digest = hashlib.sha256(PNG).hexdigest()
    assert set(members) == {"manifest.json", "database.sqlite3", f"media/{digest[:2]}/{digest}"}
    manifest = json.loads(members["manifest.json"])
    assert manifest["format"] == 1
    for entry in manifest["files"]:
        assert hashlib.sha256(members[entry["name"]]).hexdigest() == entry["sha256"]
        assert len(members[entry["name"]]) == entry["size"]


def test_a_backup_names_neither_the_machine_nor_its_users(archive):
    with tarfile.open(archive) as tar:
        owners = {(member.uid, member.gid, member.uname, member.gname) for member in tar}
    assert owners == {(0, 0, "", "")}
    assert not [name for name in unpack(archive) if "secret" in name]


def test_a_restore_brings_everything_back_to_an_empty_machine(archive, tmp_path):
    fresh = Settings(var_dir=tmp_path / "fresh")
    recorder = Recorder()
    report = restore(archive, settings=fresh, progress=recorder)
    assert (report.articles, report.media) == (2, 1)
    assert titles(fresh) == ["A", "가"]
    digest = hashlib.sha256(PNG).hexdigest()
    assert media_path(fresh.media_dir, digest).read_bytes() == PNG
    assert {label for label, _, _ in recorder.calls} == {"Unpacking", "Copying attachments"}
    assert not [path for path in fresh.var_dir.iterdir() if path.name.startswith(".")]


def test_a_restore_undoes_what_came_later_under_open_connections(archive, settings, sessions):
    with sessions() as session:
        session.scalars(select(Article)).all()
        publish_source(session, article_id="later", locale="en", source="# Later", author="Kim")
    with sessions() as session:
        assert len(session.scalars(select(Article)).all()) == 3
    restore(archive, settings=settings)
    with sessions() as session:
        assert sorted(session.scalars(select(Article.title))) == ["A", "가"]
        asked = {(e.document_id, e.action) for e in session.scalars(select(OutboxEntry))}
    assert asked == {("a@en", "put"), ("a@ko", "put"), ("later@en", "remove")}


def test_a_restored_database_can_be_written_to(archive, settings, sessions):
    restore(archive, settings=settings)
    with sessions() as session:
        publish_source(session, article_id="new", locale="en", source="# New", author="Kim")
    assert "New" in titles(settings)


OWN = Calibration("model x", 9.0, 0.5, 0.25, 0.7, 0.95)


def test_the_operators_calibration_is_kept_and_comes_back(tmp_path, settings, run_import):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A"}))
    OWN.write(settings.calibration_file, {"questions": 200})
    backup(tmp_path / "kept.tar.gz", settings=settings)
    fresh = Settings(var_dir=tmp_path / "fresh")
    restore(tmp_path / "kept.tar.gz", settings=fresh)
    assert fresh.calibration_file.read_bytes() == settings.calibration_file.read_bytes()
    assert Calibration.read(fresh.calibration_file) == OWN


def test_a_file_that_is_no_calibration_is_left_out(tmp_path, settings, run_import):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A"}))
    settings.calibration_file.write_text("{")
    report = backup(tmp_path / "kept.tar.gz", settings=settings)
    assert report.media == 0
    assert set(unpack(tmp_path / "kept.tar.gz")) == {"manifest.json", "database.sqlite3"}


def test_a_forged_calibration_is_refused_and_changes_nothing(archive, tmp_path, settings):
    OWN.write(settings.calibration_file, {})
    members = unpack(archive)
    forged = b'{"floor": "none"}'
    manifest = json.loads(members["manifest.json"])
    digest = hashlib.sha256(forged).hexdigest()
    entry = {"name": "calibration.json", "size": len(forged), "sha256": digest}
    manifest["files"].insert(1, entry)
    names = ["database.sqlite3", "calibration.json", *sorted(n for n in members if "media" in n)]
    members |= {"calibration.json": forged}
    packed = [("manifest.json", json.dumps(manifest).encode()), *((n, members[n]) for n in names)]
    with pytest.raises(RestoreRefused, match="calibration in the backup"):
        restore(pack(tmp_path / "forged.tar.gz", packed), settings=settings)
    assert Calibration.read(settings.calibration_file) == OWN
    assert titles(settings) == ["A", "가"]


def test_a_backup_never_overwrites(archive, settings):
    before = archive.read_bytes()
    with pytest.raises(BackupRefused, match="exists"):
        backup(archive, settings=settings)
    assert archive.read_bytes() == before


def test_a_backup_that_fails_leaves_no_file(archive, settings, monkeypatch):
    def fail(*arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr("tarfile.TarFile.add", fail)
    target = archive.with_name("other.tar.gz")
    with pytest.raises(BackupRefused, match="disk full"):
        backup(target, settings=settings)
    assert sorted(path.name for path in archive.parent.iterdir()) == ["in", "kept.tar.gz", "var"]


def test_missing_media_are_named_and_the_rest_is_kept(archive, settings, sessions):
    with sessions() as session:
        digest = session.scalars(select(Media.sha256)).one()
    media_path(settings.media_dir, digest).unlink()
    report = backup(archive.with_name("other.tar.gz"), settings=settings)
    assert report.missing == (digest,)
    assert report.media == 0


@pytest.mark.parametrize("action", [backup, restore])
def test_postgresql_is_left_to_its_own_tools(tmp_path, action):
    settings = Settings.from_env(
        {"KB_DATABASE_URL": "postgresql://u@h/n", "KB_VAR_DIR": str(tmp_path / "var")}
    )
    with pytest.raises(BackupRefused, match="pg_"):
        action(tmp_path / "x.tar.gz", settings=settings)
    assert not (tmp_path / "x.tar.gz").exists()


def test_without_a_database_there_is_nothing_to_back_up(tmp_path):
    with pytest.raises(BackupRefused, match="no database"):
        backup(tmp_path / "x.tar.gz", settings=Settings(var_dir=tmp_path / "var"))


def test_a_database_without_tables_is_no_backup(tmp_path):
    settings = Settings(var_dir=tmp_path)
    (tmp_path / "kotae.sqlite3").touch()
    with pytest.raises(MigrationNeeded):
        backup(tmp_path / "x.tar.gz", settings=settings)
    assert not (tmp_path / "x.tar.gz").exists()


def forge_traversal(members):
    return [*members.items(), ("../evil", b"x")]


def forge_listed_traversal(members):
    manifest = json.loads(members["manifest.json"])
    manifest["files"].append(
        {"name": "../evil", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    )
    return [
        ("manifest.json", json.dumps(manifest).encode()),
        *list(members.items())[1:],
        ("../evil", b"x"),
    ]


def forge_symlink(members):
    link = tarfile.TarInfo("database.sqlite3")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [("manifest.json", members["manifest.json"]), (link, b"")]


def forge_version(members):
    manifest = json.loads(members["manifest.json"]) | {"format": 99}
    return [("manifest.json", json.dumps(manifest).encode()), *list(members.items())[1:]]


def forge_order(members):
    return list(reversed(members.items()))


def forge_content(members):
    changed = members | {"database.sqlite3": members["database.sqlite3"][:-1] + b"\xff"}
    return list(changed.items())


def forge_size(members):
    changed = members | {"database.sqlite3": members["database.sqlite3"] + b"\0"}
    return list(changed.items())


def forge_media_name(members):
    """A file that is listed truly, but under another hash."""
    manifest = json.loads(members["manifest.json"])
    name = f"media/aa/{'a' * 64}"
    manifest["files"][1]["name"] = name
    items = [("manifest.json", json.dumps(manifest).encode())]
    return [*items, ("database.sqlite3", members["database.sqlite3"]), (name, PNG)]


def forge_no_database(members):
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = manifest["files"][1:]
    return [("manifest.json", json.dumps(manifest).encode()), list(members.items())[2]]


def forge_text_database(members):
    data = b"this is no database at all"
    entry = {
        "name": "database.sqlite3",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    manifest = json.loads(members["manifest.json"]) | {"files": [entry]}
    return [("manifest.json", json.dumps(manifest).encode()), ("database.sqlite3", data)]


def forge_manifest(members):
    return [("manifest.json", b"[1, 2"), *list(members.items())[1:]]


def forge_manifest_type(members):
    return [("manifest.json", b"[1, 2]"), *list(members.items())[1:]]


@pytest.mark.parametrize(
    "forge",
    [
        forge_traversal,
        forge_listed_traversal,
        forge_symlink,
        forge_version,
        forge_order,
        forge_content,
        forge_size,
        forge_media_name,
        forge_no_database,
        forge_text_database,
        forge_manifest,
        forge_manifest_type,
    ],
)
def test_a_forged_or_damaged_archive_changes_nothing(archive, tmp_path, forge):
    forged = pack(tmp_path / "forged.tar.gz", forge(unpack(archive)))
    fresh = Settings(var_dir=tmp_path / "a" / "fresh")
    with pytest.raises(RestoreRefused):
        restore(forged, settings=fresh)
    assert not (fresh.var_dir / "kotae.sqlite3").exists()
    assert read_tree(fresh.var_dir) == {}
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("keep", [0, 10, 200, -400])
def test_a_truncated_archive_is_refused(archive, tmp_path, keep):
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(RestoreRefused, match="cut.tar.gz|ends before"):
        restore(cut, settings=Settings(var_dir=tmp_path / "fresh"))


PROGRAM = """
import sys
from pathlib import Path
from app.restoring import restore
from app.settings import Settings
from search.calibration import Calibration
import app.restoring
swap = app.restoring._swap
def tell(source, target):
    print("swapping", flush=True)
    swap(source, target)
app.restoring._swap = tell
restore(Path(sys.argv[1]), settings=Settings(var_dir=Path(sys.argv[2])))
"""


def test_a_restore_that_is_killed_leaves_a_whole_database(archive, settings, sessions):
    with sessions() as session:
        publish_source(session, article_id="later", locale="en", source="# Later", author="Kim")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(archive), str(settings.var_dir)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    process.stdout.readline()
    process.kill()
    process.stdout.close()
    process.wait(20)
    assert titles(settings) in (["A", "Later", "가"], ["A", "가"])
    restore(archive, settings=settings)
    assert titles(settings) == ["A", "가"]
