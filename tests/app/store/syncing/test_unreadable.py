"""What cannot be read is not gone: nothing is decided about it until it can be read again."""

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.editing.lifecycle import archive
from app.editing.transaction import ArticleName
from app.importing import import_folder
from app.models import Category, MediaFile
from tests.store_helpers import PNG

TEXT = "# A\n\none\n\ntwo\n\nthree\n"
FILES = {
    "en/b/a.md": TEXT,
    "en/b/_category.md": "---\ntitle: Bees\n---\n",
    "en/b/cat.png": PNG,
    "en/c.md": "# C\n",
}


@pytest.fixture
def known(pair):
    pair.write(FILES)
    pair.sync()
    return pair


@contextmanager
def _linked_out(pair, path):
    """The file or folder at `path` is a link that leads out of the folder."""
    away = pair.root.parent / "away"
    (pair.root / path).rename(away)
    (pair.root / path).symlink_to(away)
    yield
    (pair.root / path).unlink()
    away.rename(pair.root / path)


@pytest.fixture(params=["linked file", "linked folder", "names", "files", "all"])
def hidden(request, known, unreadable):
    """A way to hide en/b/a.md, alone or with what lies around it."""
    return {
        "linked file": lambda: _linked_out(known, "en/b/a.md"),
        "linked folder": lambda: _linked_out(known, "en/b"),
        "names": lambda: unreadable("en/b"),
        "files": lambda: unreadable("en/b", names=False),
        "all": lambda: unreadable("en"),
    }[request.param]


def rest(pair):
    """What came from beside the article."""
    with pair.sessions() as session:
        title = session.scalar(select(Category.title).where(Category.slug == "b"))
        return title, session.scalars(select(MediaFile.source_path)).all()


def test_an_article_whose_file_cannot_be_read_stays_and_the_file_is_named(known, hidden, find):
    with hidden():
        for options in ({"dry_run": True}, {}, {}):
            report = known.sync(**options)
            assert (report.counts, report.steps) == ({}, ())
            assert {each.code for each in report.failed} <= {"outside-folder", "unreadable"}
            assert any("en/b/a.md".startswith(each.path) for each in report.failed)
    assert find("b/a").status == "published"
    assert rest(known) == ("Bees", ["en/b/cat.png"])
    report = known.sync()
    assert (report.counts, report.failed) == ({}, ())


def test_what_is_done_on_the_site_waits_until_the_file_can_be_read(known, hidden, find):
    name = ArticleName("b/a", "en")
    with hidden():
        known.publish("b/a", TEXT.replace("two", "TWO"))
        assert known.sync().counts == {}
    assert known.sync().counts == {"push": 1}
    assert "TWO" in known.read("en/b/a.md")
    with hidden():
        known.do(archive, name)
        assert known.sync().counts == {}
    assert known.sync().counts == {"remove": 1}
    assert not (known.root / "en/b/a.md").exists()


def test_a_file_that_is_like_one_that_cannot_be_read_is_an_article_of_its_own(known, hidden, find):
    with hidden():
        known.write({"ko/like.md": TEXT})
        assert known.sync().counts == {"create": 1}
    assert find("b/a").source_path == "en/b/a.md"


def test_an_import_with_prune_keeps_what_cannot_be_read(known, hidden, find):
    with hidden():
        report = import_folder(
            known.root, session_factory=known.sessions, settings=known.settings, prune=True
        )
    assert report.retired == 0
    assert find("b/a").status == "published"
    assert rest(known) == ("Bees", ["en/b/cat.png"])


def test_a_folder_that_cannot_be_read_at_all_archives_nothing(known, unreadable):
    (known.root / "articles").mkdir()
    (known.root / "en").rename(known.root / "articles/en")
    known.sync()
    with unreadable("articles"):
        report = known.sync()
    assert report.counts == {}
    assert [each.path for each in report.failed] == ["."]


def test_a_link_that_leads_out_is_not_committed(git_pair):
    git_pair.write(FILES)
    git_pair.git("add", ".")
    git_pair.git("commit", "-qm", "First")
    git_pair.sync()
    git_pair.publish("b/a", TEXT.replace("two", "TWO"))
    git_pair.sync()
    for path in ("en/b/a.md", "en/b"):
        with _linked_out(git_pair, path):
            assert git_pair.sync().commits == 0
    with _linked_out(git_pair, "en/b"):
        git_pair.do(archive, ArticleName("b/a", "en"))
        assert git_pair.sync().commits == 0
    assert git_pair.sync().commits == 1
