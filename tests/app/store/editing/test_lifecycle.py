"""Restoring, renaming, archiving, deleting and taking back; many articles at once."""

import pytest
from sqlalchemy import select

from app.editing.actors import Forbidden
from app.editing.drafts import ArticleExists, working_text
from app.editing.lifecycle import (
    BULK_ACTIONS,
    archive,
    delete_article,
    do_to_many,
    rename,
    restore_revision,
    take_out_of_archive,
    undelete,
)
from app.editing.reviewing import submit_for_review
from app.editing.revisions import ArticleDeleted
from app.editing.transaction import ArticleName
from app.models import Redirect, utc_now
from app.reading import find_redirect
from tests.app.store.editing.conftest import NAME, PUBLISHER, WRITER
from tests.store_helpers import write_tree


def test_an_old_revision_comes_back_as_a_draft(desk, find):
    desk.publish("# One")
    desk.publish("# Two", base=1)
    outcome = desk(restore_revision, WRITER, NAME, number=1, base=2)
    assert (outcome.revision, outcome.source) == (3, "# One")
    article = find("pay/refund")
    assert (article.title, article.draft_revision) == ("Two", 3)
    assert article.revisions[-1].note == "Restored from revision 1"


def test_a_text_from_before_a_rename_comes_back_under_the_new_name(desk, find, sessions):
    desk.publish("# One")
    desk(rename, PUBLISHER, "pay/refund", "money/back")
    renamed = ArticleName("money/back", "en")
    restored = desk(restore_revision, PUBLISHER, renamed, number=1, base=2).source
    assert restored.endswith("# One")
    article = desk.publish(name=renamed)
    assert article.source == restored
    with sessions() as session:
        moved = find_redirect(session, "/en/articles/pay/refund", wanted=["en"], now=utc_now())
        assert moved.article_id == "money/back"
    # Wherever the file goes, it says so itself.
    assert "id: money/back" in restored


def test_a_text_from_an_earlier_name_does_not_lead_away_from_that_name(desk, sessions):
    desk.publish("# One")
    desk(rename, PUBLISHER, "pay/refund", "money/back")
    desk(rename, PUBLISHER, "money/back", "pay/refund")
    desk(restore_revision, PUBLISHER, NAME, number=2, base=3)
    assert desk.publish().article_id == "pay/refund"
    with sessions() as session:
        assert session.scalars(select(Redirect.path)).all() == ["/en/articles/money/back"]


def test_a_deleted_article_is_gone_for_customers_and_comes_back_as_it_was(desk, find):
    desk.publish("# One")
    desk(delete_article, PUBLISHER, NAME)
    assert not find("pay/refund").is_visible(utc_now())
    desk(undelete, PUBLISHER, NAME)
    assert find("pay/refund").is_visible(utc_now())
    assert [action for _, action in desk.outbox()] == ["put", "remove", "put"]


@pytest.mark.parametrize("has_draft", [False, True])
def test_what_is_saved_on_a_deleted_article_does_not_reach_customers_by_its_return(
    desk, find, has_draft
):
    desk.publish("# One")
    if has_draft:
        desk.save("# Draft", base=1)
    desk(delete_article, PUBLISHER, NAME)
    with pytest.raises(ArticleDeleted):
        desk.save("# Not yet for customers", base=2 if has_draft else 1)
    with pytest.raises(ArticleDeleted):
        desk(restore_revision, WRITER, NAME, number=1, base=1)
    with pytest.raises(ArticleDeleted):
        desk(submit_for_review, WRITER, NAME)
    desk(undelete, PUBLISHER, NAME)
    article = find("pay/refund")
    assert (article.title, article.is_visible(utc_now())) == ("One", True)
    assert article.draft_revision == (2 if has_draft else None)


def test_what_is_saved_on_an_archived_article_with_a_draft_is_its_newest_text(desk, find):
    desk.publish("# One")
    desk.save("# Two", base=1)
    desk(archive, PUBLISHER, NAME)
    desk.save("# Three", base=2)
    assert desk.read(working_text, WRITER, NAME).source == "# Three"
    desk(take_out_of_archive, PUBLISHER, NAME)
    assert (find("pay/refund").title, find("pay/refund").draft_revision) == ("Three", None)
    assert desk.publish().title == "Three"


def test_an_archived_article_comes_back_as_a_draft(desk, find):
    desk.publish("# One")
    desk(archive, PUBLISHER, NAME)
    assert find("pay/refund").status == "archived"
    desk(take_out_of_archive, PUBLISHER, NAME)
    article = find("pay/refund")
    assert (article.status, article.title) == ("draft", "One")
    assert desk.outbox()[-1] == ("pay/refund@en", "remove")


@pytest.mark.parametrize("put_away", [archive, delete_article])
def test_an_unchanged_file_does_not_bring_back_what_an_editor_put_away(
    tmp_path, desk, find, run_import, put_away, monkeypatch
):
    root = write_tree(tmp_path / "in", {"en/pay/refund.md": "# One"})
    run_import(root)
    desk(put_away, PUBLISHER, NAME)
    run_import(root)
    assert not find("pay/refund").is_visible(utc_now())
    monkeypatch.setattr("app.importing.renderer_fingerprint", lambda: "another")
    run_import(root)
    assert not find("pay/refund").is_visible(utc_now())
    run_import(write_tree(root, {"en/pay/refund.md": "# Two"}))
    assert find("pay/refund").is_visible(utc_now())


def test_a_renamed_article_is_found_under_its_old_address_in_every_language(desk, find, sessions):
    korean = ArticleName("pay/refund", "ko")
    desk.publish("# One\n\n[self](/articles/pay/refund)\n")
    desk.publish("# 하나", name=korean)
    desk.save("# Draft\n\ntext\n", base=1)
    desk(rename, PUBLISHER, "pay/refund", "money/back")
    assert find("pay/refund") is None
    article = find("money/back")
    assert "id: money/back" in article.source
    assert (article.category, article.title) == ("money", "One")
    with sessions() as session:
        for locale in ("en", "ko"):
            moved = find_redirect(
                session, f"/{locale}/articles/pay/refund", wanted=[locale], now=utc_now()
            )
            assert (moved.article_id, moved.locale) == ("money/back", locale)
    assert desk.outbox()[2:] == [
        *(("pay/refund@en", "remove"), ("money/back@en", "put")),
        *(("pay/refund@ko", "remove"), ("money/back@ko", "put")),
    ]
    published = desk.publish(name=ArticleName("money/back", "en"))
    assert published.title == "Draft"
    assert 'redirect_from: ["/en/articles/pay/refund"]' in published.source


def test_a_twice_renamed_article_keeps_both_addresses_and_may_go_back(desk, sessions):
    desk.publish("# One")
    desk(rename, PUBLISHER, "pay/refund", "b")
    desk(rename, PUBLISHER, "b", "c")
    with sessions() as session:
        paths = session.scalars(select(Redirect.path).order_by(Redirect.path)).all()
    assert paths == ["/en/articles/b", "/en/articles/pay/refund"]
    desk(rename, PUBLISHER, "c", "b")
    with sessions() as session:
        paths = session.scalars(select(Redirect.path).order_by(Redirect.path)).all()
    assert paths == ["/en/articles/c", "/en/articles/pay/refund"]


def test_a_link_to_the_old_name_leads_to_the_new_one(desk, find):
    desk.publish("# One")
    desk(rename, PUBLISHER, "pay/refund", "money/back")
    other = ArticleName("other", "en")
    desk.publish("# Other\n\n[see](/articles/pay/refund)\n", name=other)
    assert 'href="/en/articles/money/back"' in find("other").html


def test_an_article_cannot_take_the_name_of_another(desk, find):
    desk.publish("# One")
    desk.publish("# Two", name=ArticleName("two", "ko"))
    with pytest.raises(ArticleExists):
        desk(rename, PUBLISHER, "pay/refund", "two")
    with pytest.raises(Forbidden):
        desk(rename, WRITER, "pay/refund", "three")
    assert find("pay/refund").title == "One"


def test_many_are_done_at_once_and_one_that_fails_stops_no_other(desk, find):
    other, missing = ArticleName("other", "en"), ArticleName("missing", "en")
    desk.save("# One")
    desk.save("# Other", name=other)
    outcomes = desk(do_to_many, PUBLISHER, "publish", [NAME, missing, other])
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [
        *(None, "article-not-found", None)
    ]
    assert (find("pay/refund").status, find("other").status) == ("published", "published")


@pytest.mark.parametrize("action", BULK_ACTIONS)
def test_every_bulk_action_asks_who_does_it(desk, action):
    desk.save("# One")
    (outcome,) = desk(do_to_many, WRITER, action, [NAME])
    assert (outcome.error is None) is (action == "submit")
