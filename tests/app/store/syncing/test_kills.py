"""A sync that is killed, at any stage, is finished by the next one; nothing is half-written."""

import os

import pytest

import app.syncing
from app.content import hash_source
from app.editing.lifecycle import archive
from app.editing.transaction import ArticleName
from app.syncing.files import FileChanged, UnsafePath, remove_file, write_file
from tests.store_helpers import PNG

TEXT = "# Refunds\n\none\n\ntwo\n\nthree\n"
STAGES = [
    *("look", "decide", "follow_renames", "load_known", "plan_import", "store_plan"),
    *(
        "apply_to_site",
        "forget_gone_attachments",
        "push_all",
        "agree_on",
        "push_media",
        "commit_all",
    ),
]


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def prepare(pair):
    pair.write(
        {
            "en/merged.md": TEXT,
            "en/pushed.md": TEXT + "pushed",
            "en/pulled.md": "# Pulled\n",
            "en/old.md": "# Renamed\nalone\n",
            "en/removed.md": "# Removed\n",
            "en/cat.png": PNG,
        }
    )
    pair.git("add", ".")
    pair.git("commit", "-qm", "First")
    pair.sync()
    pair.publish("merged", TEXT.replace("one", "ONE"))
    pair.publish("pushed", "# Pushed\n")
    pair.publish("added", "# Added\n")
    pair.do(archive, ArticleName("removed", "en"))
    pair.write({"en/merged.md": TEXT.replace("three", "THREE"), "en/pulled.md": "# Pulled 2\n"})
    (pair.root / "en/old.md").rename(pair.root / "en/renamed.md")
    pair.write({"en/created.md": "# Created\n"})


EXPECTED = {
    "en/merged.md": TEXT.replace("one", "ONE").replace("three", "THREE").encode(),
    "en/pushed.md": b"# Pushed\n",
    "en/pulled.md": b"# Pulled 2\n",
    "en/renamed.md": b"# Renamed\nalone\n",
    "en/created.md": b"# Created\n",
    "en/added.md": b"# Added\n",
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_sync_is_finished_by_the_next(git_pair, monkeypatch, stage, when):
    prepare(git_pair)
    real = getattr(app.syncing, stage)

    def killed(*arguments, **options):
        if when == "after":
            real(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(app.syncing, stage, killed)
        with pytest.raises(Killed):
            git_pair.sync()
    git_pair.sync()
    files = {path: data for path, data in git_pair.files().items() if path.endswith(".md")}
    assert files == EXPECTED
    assert git_pair.shown() == EXPECTED
    report = git_pair.sync()
    assert (report.counts, report.commits, report.failed) == ({}, 0, ())
    committed = git_pair.git("log", "--format=", "--name-only").split()
    assert {"en/added.md", "en/removed.md", "en/pushed.md"} <= set(committed)


def test_a_kill_between_two_files_leaves_each_whole(git_pair, monkeypatch):
    prepare(git_pair)
    calls = []

    def killed(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise Killed
        return os.rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", killed)
        with pytest.raises(Killed):
            git_pair.sync()
    for path, data in git_pair.files().items():
        assert data in (EXPECTED.get(path), *_old(path)), path
    git_pair.sync()
    assert git_pair.shown() == EXPECTED


def _old(path):
    merged = TEXT.replace("three", "THREE").encode()
    return {
        "en/merged.md": (merged,),
        "en/pushed.md": ((TEXT + "pushed").encode(),),
        "en/removed.md": (b"# Removed\n",),
        "en/cat.png": (PNG,),
    }.get(path, ())


def test_what_a_killed_sync_left_half_written_is_swept_up(pair):
    pair.write({"en/a.md": "# A\n", "en/.0123456789abcdef.kotae-draft": "# ha", "en/.mine": "x"})
    pair.sync()
    assert sorted(pair.files()) == ["en/.mine", "en/a.md"]


def test_a_file_that_changed_a_moment_ago_is_not_overwritten(tmp_path):
    (tmp_path / "a.md").write_bytes(b"new")
    with pytest.raises(FileChanged):
        write_file(tmp_path, "a.md", b"mine", expected=hash_source(b"old"))
    with pytest.raises(FileChanged):
        write_file(tmp_path, "a.md", b"mine", expected=None)
    with pytest.raises(FileChanged):
        remove_file(tmp_path, "a.md", expected=hash_source(b"old"))
    assert (tmp_path / "a.md").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_file_keeps_its_rights(tmp_path):
    file = tmp_path / "a.md"
    file.write_bytes(b"old")
    file.chmod(0o600)
    write_file(tmp_path, "a.md", b"new", expected=hash_source(b"old"))
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)


@pytest.mark.parametrize(
    "path",
    ["../a.md", "/etc/a.md", "en/../../a.md", ".git/hooks/pre-commit", "out/a.md", "", "l.md"],
)
def test_nothing_is_written_outside_of_the_folder_or_into_git(tmp_path, path):
    root = (tmp_path / "root").resolve()
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    (root / "l.md").symlink_to(tmp_path / "elsewhere/a.md")
    with pytest.raises(UnsafePath):
        write_file(root, path, b"x", expected=None)
    assert list((tmp_path / "elsewhere").iterdir()) == []
