"""Translations of a text that changed: the Translations page and the work list say the same."""

from datetime import UTC, datetime

import pytest

from app.editing.conflicts import keep_conflict, resolve_conflict
from app.editing.publication import publish
from app.editing.revisions import append_revision, content_of, read_revision
from app.editing.scheduling import schedule
from app.editing.transaction import ArticleName, find_article, writing
from app.editor.translations import is_stale, source_for
from app.freshness.worklist import list_work
from app.models import utc_now
from app.originals import is_reworded
from tests.store_helpers import EDITOR, publish_source, save_source, write_tree

NAME = ArticleName("pay", "en")
TEXT = "---\ntitle: Pay\nquestions: [how do I pay]\ntags: [money]\n---\nOne.\n"
KOREAN = "---\ntitle: 결제\n---\n하나.\n"
REWORDED = [
    ("title: Pay", "title: Paying"),
    ("how do", "where do"),
    ("money", "cash"),
    ("One", "1"),
]


@pytest.fixture
def is_outdated(sessions, settings):
    """Whether the Korean text is said to be outdated, by both pages."""

    def ask():
        with sessions() as session:
            source, mine = (find_article(session, ArticleName("pay", tag)) for tag in ("en", "ko"))
            by_page = is_stale(session, source, mine)
            beside = source_for(session, "pay", "ko", wanted="", default_locale="en")
            work = list_work(session, settings, now=utc_now(), locale="ko")
            by_list = [sign.kind for item in work for sign in item.signs] == ["source-changed"]
            assert by_page is by_list is bool(beside.changes)
            return by_page

    return ask


@pytest.fixture
def publish_text(sessions):
    def run(source, locale="en"):
        with sessions() as session:
            publish_source(session, article_id="pay", locale=locale, source=source)

    return run


@pytest.fixture
def translated(publish_text):
    publish_text(TEXT)
    publish_text(KOREAN, "ko")


@pytest.mark.parametrize(("old", "new"), REWORDED)
def test_a_translation_is_outdated_by_what_is_translated(
    translated, publish_text, is_outdated, old, new
):
    assert not is_outdated()
    publish_text(TEXT.replace(old, new))
    assert is_outdated()
    publish_text(TEXT)
    assert not is_outdated()


def test_and_by_nothing_else(translated, publish_text, is_outdated, sessions):
    publish_text(TEXT.replace("title: Pay", "title: Pay\nowner: Kim\n# by hand"))
    assert not is_outdated()
    with sessions() as session:
        schedule(session, EDITOR, NAME, expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert not is_outdated()


def test_a_draft_outdates_a_translation_when_it_is_published(publish_text, is_outdated, sessions):
    publish_text(TEXT)
    with sessions() as session:
        save_source(session, article_id="pay", locale="en", source=TEXT.replace("One", "Two"))
    publish_text(KOREAN, "ko")
    assert not is_outdated()
    with sessions() as session:
        publish(session, EDITOR, NAME)
    assert is_outdated()


def test_a_translation_that_was_first_is_outdated_by_later_changes(publish_text, is_outdated):
    publish_text(KOREAN, "ko")
    publish_text(TEXT)
    assert not is_outdated()
    publish_text(TEXT.replace("One", "Two"))
    assert is_outdated()


def test_a_text_that_resolved_a_folders_conflict_counts_from_then_on(
    tmp_path, run_import, publish_text, is_outdated, sessions
):
    run_import(write_tree(tmp_path / "in", {"en/pay.md": TEXT, "ko/pay.md": KOREAN}))
    other = TEXT.replace("One", "Two")
    with sessions() as session, writing(session, EDITOR) as tx:
        article = tx.find(NAME)
        content = content_of(read_revision(session, article, 1))
        number = append_revision(tx, article, content, note="")
        conflict = keep_conflict(tx, article, "folder", 1, number).id
    with sessions() as session:
        resolve_conflict(session, EDITOR, conflict, source=other, site_revision=1)
    assert is_outdated()
    publish_text(KOREAN.replace("하나", "둘"), "ko")
    assert not is_outdated()


def test_how_lines_end_is_no_wording():
    assert not is_reworded(TEXT, TEXT.replace("\n", "\r\n"))
    assert not is_reworded(TEXT, TEXT.replace("tags: [money]", "tags: money"))
