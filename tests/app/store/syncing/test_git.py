"""With git: publications are commits in their authors' names, commits are revisions in theirs."""

import subprocess

import pytest
from sqlalchemy import select

from app.editing.lifecycle import archive, delete_article, take_out_of_archive, undelete
from app.editing.transaction import ArticleName
from app.importing import import_folder
from app.models import EditorialAction
from app.syncing.committing import commit_all
from app.syncing.git import Author, GitBusy, GitFailed, find_git
from tests.store_helpers import EDITOR, write_tree

PATH = "en/pay/refund.md"
TEXT = "# Refunds\n\none\n\ntwo\n\nthree\n"


@pytest.fixture
def committed(git_pair):
    git_pair.write({PATH: TEXT, "ko/환불.md": "# 환불\n"})
    git_pair.git("add", ".")
    git_pair.git("commit", "-qm", "Write about refunds")
    git_pair.sync()
    return git_pair


def log(pair, form="%an <%ae>|%s"):
    return pair.git("log", f"--format={form}").splitlines()


def test_a_commit_becomes_a_revision_with_its_author(committed, find):
    for article in (find("pay/refund"), find("환불", "ko")):
        (revision,) = article.revisions
        assert (revision.author, revision.author_email) == ("Dev", "dev@example.com")
        assert (revision.origin, revision.note) == ("git", "Write about refunds")
        assert revision.git_commit == committed.git("rev-parse", "HEAD").strip()
    assert committed.git("status", "--porcelain") == ""


def test_what_a_commit_says_cannot_stop_a_sync(committed, find):
    committed.write({PATH: "# Changed\n", "ko/환불.md": "# 바뀐 환불\n"})
    author = "D\x1fe\x1ev <d\x1e@example.com>"
    committed.git("commit", "-qam", "a\x1eb\x1fc\x01\n\nbody\x1e", f"--author={author}")
    committed.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    assert committed.sync().counts == {"pull": 2}
    for article in (find("pay/refund"), find("환불", "ko")):
        revision = article.revisions[-1]
        assert (revision.author, revision.author_email) == ("D\x1fe\x1ev", "d\x1e@example.com")
        assert revision.note == "a\x1eb\x1fc\x01"


def test_a_commit_in_another_encoding_than_it_says_is_taken_in(committed, find):
    committed.write({PATH: "# Changed\n"})
    committed.git("commit", "-qam", "Over JOERG")
    raw = committed.git("cat-file", "commit", "HEAD").encode().replace(b"OE", b"\xd6")
    put = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    made = subprocess.run(put, cwd=committed.root, input=raw, check=True, capture_output=True)
    committed.git("reset", "-q", "--hard", made.stdout.decode().strip())
    committed.sync()
    assert find("pay/refund").revisions[-1].note == "Over J\ufffdRG"


def test_the_history_is_not_walked_for_files_that_were_all_changed(committed, monkeypatch):
    committed.write({PATH: "# Changed\n"})
    git = find_git(committed.root)
    assert set(git.attributions([PATH, "ko/환불.md"])) == {"ko/환불.md"}
    asked, run = [], git._run
    monkeypatch.setattr(git, "_run", lambda *words: asked.append(words[0]) or run(*words))
    assert git.attributions([PATH]) == {}
    assert "log" not in asked


def test_what_a_file_does_to_an_article_is_on_record_in_its_authors_name(committed, find):
    def done():
        with committed.sessions() as session:
            rows = session.scalars(select(EditorialAction).order_by(EditorialAction.id))
            return [(row.actor, row.action, row.article_id, row.revision) for row in rows]

    assert done() == [("Dev", "create", "pay/refund", 1), ("Dev", "create", "환불", 1)]
    for status, text in (("published", TEXT + "four\n"), ("draft", TEXT), ("published", TEXT)):
        committed.write({PATH: f"---\nstatus: {status}\n---\n{text}"})
        committed.git("commit", "-qam", status)
        committed.sync()
    assert [deed[:2] for deed in done()[2:]] == [
        ("Dev", "update"),
        ("Dev", "unpublish"),
        ("Dev", "publish"),
    ]
    count = len(done())
    assert committed.sync().counts == {}
    assert len(done()) == count


def test_a_publication_becomes_a_commit_with_its_author(committed):
    committed.publish("pay/refund", TEXT.replace("two", "TWO"), author="Kim", note="Say two")
    report = committed.sync()
    assert report.commits == 1
    assert log(committed)[0] == "Kim <kim@example.com>|Say two"
    assert committed.git("show", "--format=", "--name-only").split() == [PATH]
    assert committed.git("status", "--porcelain") == ""
    assert committed.sync().commits == 0


def test_everybody_who_wrote_a_publication_is_named(committed):
    committed.publish("pay/refund", TEXT.replace("one", "ONE"), author="Lee")
    committed.publish("pay/refund", TEXT.replace("one", "ONE!"), author="Kim")
    committed.sync()
    body = committed.git("log", "-1", "--format=%an%n%b")
    assert body.startswith("Kim\n")
    assert "Co-authored-by: Lee <lee@example.com>" in body


def test_a_new_and_a_removed_article_are_committed(committed):
    committed.publish("새/글", "# 새 글\n", locale="ko")
    committed.do(archive, ArticleName("pay/refund", "en"))
    assert committed.sync().commits == 2
    assert {line.split("|")[1] for line in log(committed)[:2]} == {"Add 새 글", "Remove Refunds"}
    assert committed.git("ls-files", "-z").split("\0")[:-1] == ["ko/새/글.md", "ko/환불.md"]


def test_what_is_taken_back_is_committed_by_whoever_did_it(committed, find):
    committed.do(delete_article, ArticleName("pay/refund", "en"))
    committed.sync()
    committed.do(undelete, ArticleName("pay/refund", "en"))
    report = committed.sync()
    assert (report.counts, report.commits) == ({"add": 1}, 1)
    assert log(committed)[0] == f"{EDITOR.name} <{EDITOR.email}>|Add Refunds"
    assert committed.git("show", f"HEAD:{PATH}") == TEXT
    assert committed.git("status", "--porcelain") == ""
    assert find("pay/refund").revisions[-1].origin == "editor"
    assert committed.sync().counts == {}


def test_a_kill_loses_no_commit_of_what_was_taken_back(committed, monkeypatch):
    committed.do(delete_article, ArticleName("pay/refund", "en"))
    committed.sync()
    committed.do(undelete, ArticleName("pay/refund", "en"))

    def kill(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.syncing.agree_on", kill)
        with pytest.raises(KeyboardInterrupt):
            committed.sync()
    assert committed.read(PATH) == TEXT
    assert committed.sync().commits == 1


def test_what_was_in_the_archive_as_a_draft_comes_back_as_a_commit(git_pair):
    draft = "---\nstatus: draft\n---\n# Draft\n"
    git_pair.write({PATH: draft})
    git_pair.git("add", ".")
    git_pair.git("commit", "-qm", "Begin")
    git_pair.sync()
    for use_case in (archive, take_out_of_archive):
        git_pair.do(use_case, ArticleName("pay/refund", "en"))
        assert git_pair.sync().commits == 1
    assert log(git_pair)[0] == f"{EDITOR.name} <{EDITOR.email}>|Add Draft"
    assert git_pair.git("status", "--porcelain") == ""


def test_what_came_from_a_folder_that_is_no_more_is_committed_by_the_site(git_pair, tmp_path):
    elsewhere = write_tree(tmp_path / "other", {PATH: TEXT})
    import_folder(elsewhere, session_factory=git_pair.sessions, settings=git_pair.settings)
    (elsewhere / PATH).unlink()
    report = git_pair.sync()
    assert (report.counts, report.commits) == ({"add": 1}, 1)
    assert log(git_pair) == ["Kotae <>|Add Refunds"]
    assert git_pair.git("show", f"HEAD:{PATH}") == TEXT


def test_a_deleted_article_taken_back_before_a_sync_commits_nothing_of_a_developers(committed):
    committed.write({PATH: TEXT + "not committed\n"})
    committed.sync()
    committed.do(delete_article, ArticleName("pay/refund", "en"))
    committed.do(undelete, ArticleName("pay/refund", "en"))
    assert committed.sync().commits == 0
    assert committed.git("status", "--porcelain").split() == ["M", PATH]


def test_a_publication_in_the_place_of_an_article_that_is_gone_is_committed(committed):
    (committed.root / PATH).unlink()
    committed.sync()
    committed.write({PATH: "---\nid: new\n---\n# New\n"})
    committed.sync()
    committed.publish("new", "---\nid: new\n---\n# Newer\n")
    assert committed.sync().commits == 1
    assert "Newer" in committed.git("show", f"HEAD:{PATH}")


def test_a_developers_deletion_is_not_committed_where_an_editor_once_removed_another(committed):
    committed.do(archive, ArticleName("pay/refund", "en"))
    assert committed.sync().commits == 1
    committed.write({PATH: "---\nid: new\n---\n# New\n"})
    committed.git("add", ".")
    committed.git("commit", "-qm", "New")
    committed.sync()
    (committed.root / PATH).unlink()
    assert committed.sync().commits == 0
    assert committed.git("status", "--porcelain").split() == ["D", PATH]


def test_what_a_developer_has_not_committed_is_taken_in_and_not_committed(committed, find):
    committed.write({PATH: TEXT.replace("one", "ONE"), "en/new.md": "# New\n"})
    committed.sync()
    assert [revision.origin for revision in find("pay/refund").revisions] == ["git", "import"]
    assert log(committed) == ["Dev <dev@example.com>|Write about refunds"]
    (committed.root / "en/new.md").unlink()
    (committed.root / PATH).unlink()
    committed.sync()
    assert len(log(committed)) == 1


def test_what_a_developer_staged_stays_staged(committed):
    committed.write({"en/staged.md": "# Staged\n"})
    committed.git("add", "en/staged.md")
    committed.publish("pay/refund", TEXT.replace("two", "TWO"))
    committed.sync()
    assert committed.git("diff", "--cached", "--name-only").split() == ["en/staged.md"]


def test_a_commit_that_a_kill_prevented_is_made_by_the_next_sync(committed, monkeypatch):
    committed.publish("pay/refund", TEXT.replace("two", "TWO"))

    def kill(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("app.syncing.commit_all", kill)
    with pytest.raises(KeyboardInterrupt):
        committed.sync()
    monkeypatch.setattr("app.syncing.commit_all", commit_all)
    assert len(log(committed)) == 1
    assert committed.sync().commits == 1
    assert log(committed)[0].startswith("Kim <")


def test_an_unfinished_merge_is_left_to_a_person(committed):
    committed.git("checkout", "-qb", "other")
    committed.write({PATH: TEXT.replace("one", "other")})
    committed.git("commit", "-qam", "Other")
    committed.git("checkout", "-q", "main")
    committed.write({PATH: TEXT.replace("one", "main")})
    committed.git("commit", "-qam", "Main")
    committed.sync()
    with pytest.raises(subprocess.CalledProcessError):
        committed.git("merge", "other")
    with pytest.raises(GitBusy, match="a merge"):
        committed.sync()
    committed.git("merge", "--abort")
    assert committed.sync().counts == {}


def test_a_bisect_is_left_to_a_person(committed, find):
    committed.write({PATH: TEXT.replace("one", "ONE")})
    committed.git("commit", "-qam", "Second")
    committed.sync()
    committed.git("bisect", "start", "HEAD", "HEAD~1")
    committed.git("checkout", "-q", "HEAD~1")
    with pytest.raises(GitBusy, match="a bisect"):
        committed.sync()
    assert "ONE" in find("pay/refund").source


@pytest.mark.parametrize("merged", [False, True])
def test_without_a_branch_the_folder_is_read_and_what_the_site_did_waits(committed, find, merged):
    committed.git("checkout", "-q", "--detach")
    committed.publish("pay/refund", TEXT.replace("three", "THREE"))
    committed.publish("new", "# New\n")
    committed.do(archive, ArticleName("환불", "ko"))
    changed = {PATH: TEXT.replace("one", "ONE")} if merged else {}
    committed.write({"en/more.md": "# More\n"} | changed)
    committed.git("add", ".")
    committed.git("commit", "-qm", "Read this")
    before = committed.files()
    foreseen = committed.sync(dry_run=True)
    for counts in ({"create": 1} | ({"merge": 1} if merged else {}), {}):
        report = committed.sync()
        assert (report.counts, report.commits) == (counts, 0)
        assert {each.code for each in report.failed} == {"detached-head"}
        assert sorted(each.path for each in report.failed) == ["en/new.md", PATH, "ko/환불.md"]
    assert foreseen.counts == {"create": 1} | ({"merge": 1} if merged else {})
    assert committed.files() == before
    assert committed.git("status", "--porcelain") == ""
    committed.git("checkout", "-qB", "main")
    assert committed.sync().commits == 3
    assert "THREE" in committed.git("show", f"main:{PATH}")


def test_without_a_branch_a_renamed_file_is_followed(committed, find):
    committed.git("checkout", "-q", "--detach")
    committed.publish("pay/refund", TEXT.replace("three", "THREE"))
    committed.git("mv", PATH, "en/money-back.md")
    committed.git("commit", "-qm", "Rename")
    assert committed.sync().counts == {"rename": 1}
    assert (find("pay/refund"), find("money-back").source_path) == (None, "en/money-back.md")
    assert "THREE" in find("money-back").source


def test_a_checkout_of_a_commit_that_is_only_read_is_no_problem(committed):
    committed.git("checkout", "-q", "--detach")
    committed.write({PATH: TEXT.replace("one", "ONE")})
    report = committed.sync()
    assert (report.counts, report.failed) == ({"pull": 1}, ())


def test_a_folder_deep_in_a_work_tree_is_committed_there_only(git_pair, sessions, settings):
    top = git_pair.root
    git_pair.write({"README.txt": "a project", "docs/en/a.md": "# A\n"})
    git_pair.git("add", ".")
    git_pair.git("commit", "-qm", "First")
    git_pair.root = top / "docs"
    git_pair.sync()
    git_pair.publish("a", "# A2\n")
    (top / "README.txt").write_text("changed")
    assert git_pair.sync().commits == 1
    assert git_pair.git("show", "--format=", "--name-only").split() == ["docs/en/a.md"]
    assert git_pair.git("status", "--porcelain").split() == ["M", "README.txt"]


def test_a_hook_that_refuses_is_named_and_nothing_is_lost(committed, find):
    hook = committed.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no commits on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    committed.publish("pay/refund", TEXT.replace("two", "TWO"))
    with pytest.raises(GitFailed, match="no commits on Fridays"):
        committed.sync()
    assert "TWO" in committed.read(PATH)
    hook.unlink()
    assert committed.sync().commits == 1


def test_names_cannot_break_out_of_a_commit():
    assert str(Author("Kim <x>\nEvil", "a@b>\n<c")) == "Kim x Evil <a@bc>"
    assert str(Author("<>", "")) == "Somebody <>"
    assert str(Author("Kim\0\x01Lee", "a\0@b")) == "Kim Lee <a@b>"


def test_nothing_that_an_editor_says_can_stop_a_commit(committed):
    committed.publish("pay/refund", TEXT.replace("two", "TWO"), author="K\0im", note="Say\0two")
    assert committed.sync().commits == 1
    assert log(committed)[0] == "K im <kim@example.com>|Say two"


@pytest.mark.parametrize("author", ["Kim", "김 편집"])
def test_an_author_without_an_address_can_commit(committed, author):
    git = find_git(committed.root)
    committed.write({"en/x.md": "# X\n"})
    git.commit(["en/x.md"], Author(author), "Add X")
    assert log(committed, "%an|%s")[0] == f"{author}|Add X"


def test_a_folder_without_git_has_none(tmp_path, committed):
    assert find_git(tmp_path) is None
    committed.write({".gitignore": "ignored/\n", "ignored/en/a.md": "# A\n"})
    assert find_git(committed.root / "ignored") is None
    assert find_git(committed.root) is not None


def test_a_machine_that_does_not_know_who_commits_commits_as_kotae(committed):
    committed.git("config", "--unset", "user.name")
    committed.git("config", "--unset", "user.email")
    committed.publish("pay/refund", TEXT.replace("two", "TWO"))
    committed.sync()
    assert log(committed, "%an|%cn")[0] == "Kim|Kotae"
