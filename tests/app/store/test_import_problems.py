"""Importing: every file that cannot be used is named with the reason, and stops no other."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import Article, OutboxEntry, Revision
from tests.store_helpers import write_tree

GOOD = {"en/good.md": "# Good"}


def codes(report):
    return {problem.path: problem.code for problem in report.failed}


def count_rows(sessions):
    with sessions() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(kind))
            for kind in (Article, Revision, OutboxEntry)
        )


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("en/x.md", "---\ntitle: [unclosed\n---\n", "bad-front-matter"),
        ("en/x.md", "---\n- a\n- list\n---\n", "bad-front-matter"),
        ("en/x.md", "---\ntitle: A\nstatus: lost\n---\n", "bad-field"),
        ("en/x.md", "---\ntitle: A\npublish_at: soon\n---\n", "bad-field"),
        ("en/x.md", "---\ntitle: A\nlocale: klingon\n---\n", "bad-field"),
        ("en/x.md", "---\ntitle: A\nid: a b\n---\n", "bad-field"),
        ("en/x.md", "---\ntitle: A\nid: a@b\n---\n", "bad-id"),
        ("en/!!!.md", "# No letters in the name", "bad-id"),
        ("en/x.md", b"# caf\xe9", "bad-encoding"),
        ("en/x.md", "# A".encode("utf-16"), "bad-encoding"),
        ("en/x.md", b"# A\n\0", "unstorable-text"),
        ("en/x.md", '---\ntitle: "a\\0b"\n---\n', "unstorable-text"),
        ("en/x.md", "no heading at all", "missing-title"),
        ("en/x.md", "", "missing-title"),
        ("en/x.md", "# A\n" + "x" * (2 * 1024 * 1024), "article-too-large"),
        ("en/c/_category.md", "---\norder: first\n---\n", "bad-category-file"),
        ("en/c/_category.md", b"\xff", "bad-encoding"),
        ("en/_category.md", "---\ntitle: Top\n---\n", "bad-category-file"),
    ],
)
def test_a_bad_file_is_named_and_the_others_go_in(
    tmp_path, run_import, sessions, path, content, code
):
    report = run_import(write_tree(tmp_path / "in", GOOD | {path: content}))
    assert codes(report) == {path: code}
    assert report.failed[0].reason.endswith(".")
    assert report.created == 1
    assert count_rows(sessions) == (1, 1, 1)


def test_of_two_files_with_one_id_neither_goes_in_and_each_names_the_other(
    tmp_path, run_import, sessions
):
    files = GOOD | {"en/a.md": "---\nid: same\n---\n# A", "en/b.md": "---\nid: same\n---\n# B"}
    report = run_import(write_tree(tmp_path / "in", files))
    assert codes(report) == {"en/a.md": "duplicate-id", "en/b.md": "duplicate-id"}
    assert "en/b.md" in report.failed[0].reason
    assert "en/a.md" in report.failed[1].reason
    assert count_rows(sessions) == (1, 1, 1)


def test_file_names_that_differ_only_in_case_are_one_id(tmp_path, run_import):
    report = run_import(write_tree(tmp_path / "in", {"en/Pay.md": "# A", "en/pay.md": "# B"}))
    assert set(codes(report).values()) == {"duplicate-id"}
    assert len(report.failed) == 2


def test_a_new_file_with_a_taken_id_fails_and_the_old_article_stays(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", {"en/a.md": "---\nid: same\n---\n# A"})
    run_import(root)
    write_tree(root, {"en/b.md": "---\nid: same\n---\n# B"})
    report = run_import(root)
    assert codes(report) == {"en/b.md": "duplicate-id"}
    assert find("same").title == "A"


def test_an_id_of_another_imported_folder_is_taken(tmp_path, run_import, find):
    first = write_tree(tmp_path / "first", {"en/a.md": "# First"})
    second = write_tree(tmp_path / "second", {"en/a.md": "# Second", "en/b.md": "# B"})
    run_import(first)
    report = run_import(second)
    assert codes(report) == {"en/a.md": "duplicate-id"}
    assert str(first) in report.failed[0].reason
    assert find("a").title == "First"
    assert find("b").title == "B"


def test_an_id_of_an_article_written_in_the_editor_is_taken(tmp_path, run_import, find, sessions):
    from tests.store_helpers import publish_source

    with sessions() as session:
        publish_source(session, article_id="a", locale="en", source="# Mine", author="Kim")
    report = run_import(write_tree(tmp_path / "in", {"en/a.md": "# File"}))
    assert codes(report) == {"en/a.md": "duplicate-id"}
    assert find("a").title == "Mine"


def test_a_symbolic_link_out_of_the_folder_is_named_and_never_read(tmp_path, run_import, sessions):
    write_tree(tmp_path, {"secret.md": "# Secret", "private/x.md": "# Private"})
    root = write_tree(tmp_path / "in", GOOD)
    (root / "en/link.md").symlink_to(tmp_path / "secret.md")
    (root / "en/folder").symlink_to(tmp_path / "private")
    (root / "en/nowhere.md").symlink_to(tmp_path / "missing.md")
    (root / "en/loop.md").symlink_to("loop.md")
    report = run_import(root)
    assert codes(report) == {
        "en/link.md": "outside-folder",
        "en/folder": "outside-folder",
        "en/nowhere.md": "outside-folder",
        "en/loop.md": "outside-folder",
    }
    with sessions() as session:
        assert session.scalars(select(Article.title)).all() == ["Good"]


def test_a_symbolic_link_within_the_folder_is_read(tmp_path, run_import, find):
    root = write_tree(tmp_path / "in", GOOD)
    (root / "en/alias.md").symlink_to("good.md")
    assert run_import(root).created == 2
    assert find("alias").title == "Good"


def test_an_image_out_of_the_folder_is_not_shown(tmp_path, run_import, find):
    write_tree(tmp_path, {"secret.png": b"\x89PNG\r\n\x1a\n"})
    root = write_tree(tmp_path / "in", {"en/a.md": "# A\n![secret](../../secret.png)"})
    report = run_import(root)
    assert "img" not in find("a").html
    assert ("en/a.md", "link-outside-folder") in {(w.path, w.code) for w in report.warnings}


def test_a_file_without_permission_is_named(tmp_path, run_import, monkeypatch):
    root = write_tree(tmp_path / "in", GOOD | {"en/x.md": "# X"})
    (root / "en/x.md").chmod(0)
    opened = Path.open

    def refuse(path, *arguments, **options):
        # Root, who may run the tests, is refused nothing by the mode alone.
        if path.name == "x.md":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    report = run_import(root)
    assert codes(report) == {"en/x.md": "unreadable"}
    assert "Permission denied" in report.failed[0].reason


def test_something_that_is_no_file_is_named(tmp_path, run_import):
    root = write_tree(tmp_path / "in", GOOD)
    os.mkfifo(root / "en/pipe.md")
    assert codes(run_import(root)) == {"en/pipe.md": "unreadable"}


def test_a_file_name_that_is_not_utf_8_is_named(tmp_path, run_import):
    root = write_tree(tmp_path / "in", GOOD)
    with open(os.fsencode(root) + b"/en/caf\xe9.md", "wb") as file:
        file.write(b"# Cafe")
    report = run_import(root)
    assert [problem.code for problem in report.failed] == ["bad-file-name"]
    assert report.created == 1


def test_an_attachment_that_is_too_large_is_named(tmp_path, run_import, monkeypatch):
    monkeypatch.setattr("app.media.MOST_MEDIA_BYTES", 10)
    root = write_tree(tmp_path / "in", GOOD | {"en/big.png": b"x" * 11})
    assert codes(run_import(root)) == {"en/big.png": "too-large"}


def test_an_error_while_storing_leaves_nothing_behind(tmp_path, run_import, sessions, monkeypatch):
    root = write_tree(tmp_path / "in", {f"en/a{n}.md": f"# {n}" for n in range(5)})
    run_import(root)
    before = count_rows(sessions)
    write_tree(root, {f"en/a{n}.md": f"# {n} changed" for n in range(5)})
    calls = []

    def fail_at_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("app.importing.storing.note_change", fail_at_the_third)
        with pytest.raises(RuntimeError, match="disk full"):
            run_import(root)
    assert count_rows(sessions) == before
    with sessions() as session:
        assert not [t for t in session.scalars(select(Article.title)) if "changed" in t]
    assert run_import(root).updated == 5
