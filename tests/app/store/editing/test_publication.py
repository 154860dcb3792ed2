"""Publishing: now, later, for a while; what customers see changes by nothing else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.content import BadArticleId
from app.editing.actors import Forbidden
from app.editing.lifecycle import delete_article
from app.editing.publication import (
    StaleRevision,
    publish,
    unpublish,
)
from app.editing.revisions import ArticleDeleted
from app.editing.scheduling import schedule
from app.front_matter import BadFrontMatter
from app.locales import BadLocale
from app.models import Article, Redirect
from app.reading import ArticleNotFound
from tests.app.store.editing.conftest import NAME, PUBLISHER, WRITER
from tests.store_helpers import publish_source, write_tree

LATER = datetime(2999, 1, 1, 9, tzinfo=UTC)


def test_publishing_shows_the_draft_and_asks_for_it_to_be_indexed(desk, find):
    desk.save("# Draft")
    desk.publish()
    article = find("pay/refund")
    assert article.status == "published"
    assert article.published_at is not None
    assert desk.outbox() == [("pay/refund@en", "put")]
    assert desk.actions()[-1] == ("Choi", "publish", 1)


def test_publishing_a_draft_beside_a_live_text_replaces_it(desk, find):
    desk.publish("# One")
    first_published = find("pay/refund").published_at
    desk.save("# Two", base=1)
    desk.save("# Three", base=2)
    desk.publish(revision=3)
    article = find("pay/refund")
    assert (article.title, article.revision, article.draft_revision) == ("Three", 3, None)
    assert article.published_at == first_published
    assert len(desk.outbox()) == 2


def test_a_text_that_says_draft_says_so_no_more_once_it_is_published(desk, find):
    desk.save("---\ntitle: A # name\nstatus: draft\nowner: Kim\n---\nText")
    desk.publish()
    article = find("pay/refund")
    assert article.source == "---\ntitle: A # name\nowner: Kim\n---\nText"
    assert (article.status, article.revision) == ("published", 2)


def test_what_was_not_looked_at_is_not_published(desk, find):
    desk.publish("# One")
    desk.save("# Two", base=1)
    desk.save("# Three", base=2)
    with pytest.raises(StaleRevision):
        desk.publish(revision=2)
    assert find("pay/refund").title == "One"


def test_a_writer_cannot_publish_schedule_or_take_away(desk, find):
    desk.save("# Draft")
    for use_case in (publish, schedule, unpublish):
        with pytest.raises(Forbidden):
            desk(use_case, WRITER, NAME)
    assert find("pay/refund").status == "draft"


def test_unpublishing_takes_it_out_of_the_index_and_says_so_in_the_newest_text(desk, find):
    desk.publish("---\ntitle: One\n---\n1")
    desk.save("---\ntitle: Two\n---\n2", base=1)
    desk(unpublish, PUBLISHER, NAME)
    article = find("pay/refund")
    assert (article.status, article.title, article.draft_revision) == ("draft", "Two", None)
    assert "status: draft" in article.source
    assert desk.outbox()[-1] == ("pay/refund@en", "remove")
    desk.publish()
    assert find("pay/refund").source == "---\ntitle: Two\n---\n2"


def test_a_deleted_article_is_not_published_by_the_way(desk):
    desk.publish("# One")
    desk(delete_article, PUBLISHER, NAME)
    for use_case in (publish, schedule):
        with pytest.raises(ArticleDeleted):
            desk(use_case, PUBLISHER, NAME)


def test_links_and_old_addresses_of_an_edited_article_work(tmp_path, run_import, sessions, find):
    files = {"en/pay/refund.md": "# Refund", "en/pay/other.md": "# Other"}
    run_import(write_tree(tmp_path / "in", files))
    source = "---\nredirect_from: [/old, /older]\n---\n# New\n[other](other.md)"
    name = {"article_id": "pay/refund", "locale": "en"}
    with sessions() as session:
        publish_source(session, **name, source=source)
    assert 'href="/en/articles/pay/other"' in find("pay/refund").html
    with sessions() as session:
        publish_source(session, **name, source=source.replace(", /older", ""))
    with sessions() as session:
        assert session.scalars(select(Redirect.path)).all() == ["/old"]


@pytest.mark.parametrize("target", ["inside.md", "/pay/inside", "/old"])
@pytest.mark.parametrize(("audience", "is_linked"), [("public", False), ("agents", True)])
def test_an_edited_article_links_only_to_what_its_readers_may_read(
    tmp_path, run_import, sessions, find, target, audience, is_linked
):
    inside = "---\naudience: agents\nredirect_from: [/old]\n---\n# Inside"
    files = {"en/pay/refund.md": "# Refund", "en/pay/inside.md": inside}
    run_import(write_tree(tmp_path / "in", files))
    source = f"---\naudience: {audience}\n---\n# New\n[inside]({target})"
    with sessions() as session:
        publish_source(session, article_id="pay/refund", locale="en", source=source)
    assert ('href="/en/articles/pay/inside"' in find("pay/refund").html) is is_linked


@pytest.mark.parametrize("use_case", [publish, schedule, unpublish])
def test_an_article_that_is_not_there_is_named(desk, use_case):
    with pytest.raises(ArticleNotFound, match="pay/refund"):
        desk(use_case, PUBLISHER, NAME)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"article_id": "a b"}, BadArticleId),
        ({"article_id": "a@en"}, BadArticleId),
        ({"article_id": "../x"}, BadArticleId),
        ({"article_id": ""}, BadArticleId),
        ({"article_id": "a" * 401}, BadArticleId),
        ({"locale": "nonsense"}, BadLocale),
        ({"source": "---\n[\n---\n"}, BadFrontMatter),
    ],
)
def test_what_cannot_be_saved_leaves_nothing_behind(sessions, values, error):
    given = {"article_id": "pay/refund", "locale": "en", "source": "# A"} | values
    with sessions() as session, pytest.raises(error):
        publish_source(session, **given)
    with sessions() as session:
        assert session.scalars(select(Article)).all() == []
