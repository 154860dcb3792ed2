"""Editing one article: drafts stay hidden, publishing shows them, times are respected."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.articles import (
    ArticleNotFound,
    BadSchedule,
    publish,
    publish_source,
    save_draft,
    schedule,
    unpublish,
)
from app.content import BadArticleId
from app.front_matter import BadFrontMatter
from app.locales import BadLocale
from app.models import Article, OutboxEntry, Redirect, utc_now
from tests.store_helpers import write_tree

NAME = {"article_id": "pay/refund", "locale": "en"}


def entries(sessions):
    with sessions() as session:
        rows = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
        return [(entry.document_id, entry.action) for entry in rows]


def save(sessions, source, **values):
    with sessions() as session:
        return save_draft(session, **(NAME | {"author": "Kim", "source": source} | values))


def test_a_new_draft_is_stored_and_nobody_sees_it(sessions, find):
    save(sessions, "---\ncategory: Pay Ments\n---\n# Draft", note="first try")
    article = find("pay/refund")
    assert (article.status, article.title, article.category) == ("draft", "Draft", "pay-ments")
    assert [(r.number, r.author, r.note) for r in article.revisions] == [(1, "Kim", "first try")]
    assert (article.revision, article.draft_revision) == (1, None)
    assert entries(sessions) == []


def test_publishing_shows_the_draft_and_asks_for_it_to_be_indexed(sessions, find):
    save(sessions, "# Draft")
    with sessions() as session:
        publish(session, **NAME, author="Lee")
    article = find("pay/refund")
    assert article.status == "published"
    assert article.published_at is not None
    assert entries(sessions) == [("pay/refund@en", "put")]


def test_a_draft_of_a_published_article_changes_nothing_until_it_is_published(sessions, find):
    with sessions() as session:
        publish_source(session, **NAME, source="# One", author="Kim")
    first_published = find("pay/refund").published_at
    save(sessions, "# Two")
    save(sessions, "# Three")
    article = find("pay/refund")
    assert (article.title, article.revision, article.draft_revision) == ("One", 1, 3)
    assert len(entries(sessions)) == 1
    with sessions() as session:
        publish(session, **NAME, author="Lee")
    article = find("pay/refund")
    assert (article.title, article.revision, article.draft_revision) == ("Three", 3, None)
    assert article.published_at == first_published
    assert len(entries(sessions)) == 2


def test_unpublishing_takes_it_out_of_the_index_and_keeps_the_newest_text(sessions, find):
    with sessions() as session:
        publish_source(session, **NAME, source="# One", author="Kim")
    save(sessions, "# Two")
    with sessions() as session:
        unpublish(session, **NAME)
    article = find("pay/refund")
    assert (article.status, article.title, article.draft_revision) == ("draft", "Two", None)
    assert entries(sessions)[-1] == ("pay/refund@en", "remove")


def test_a_schedule_is_written_into_the_front_matter(sessions, find):
    with sessions() as session:
        publish_source(session, **NAME, source="---\ntitle: One # note\n---\nText", author="Kim")
    start = datetime(2999, 1, 1, 9, tzinfo=UTC)
    with sessions() as session:
        schedule(session, **NAME, author="Lee", publish_at=start, expires_at=start + timedelta(1))
    article = find("pay/refund")
    assert article.source.startswith("---\ntitle: One # note\n")
    assert "publish_at: " in article.source
    assert (article.publish_at, article.expires_at) == (start, start + timedelta(1))
    assert not article.is_visible(utc_now())
    assert article.is_visible(start)
    assert entries(sessions)[-1] == ("pay/refund@en", "remove")
    with sessions() as session:
        schedule(session, **NAME, author="Lee")
    article = find("pay/refund")
    assert article.source == "---\ntitle: One # note\n---\nText"
    assert article.is_visible(utc_now())


def test_an_article_cannot_expire_before_it_is_published(sessions):
    save(sessions, "# One")
    moment = utc_now()
    with sessions() as session, pytest.raises(BadSchedule):
        schedule(session, **NAME, author="Kim", publish_at=moment, expires_at=moment)


def test_links_and_old_addresses_of_an_edited_article_work(tmp_path, run_import, sessions, find):
    files = {"en/pay/refund.md": "# Refund", "en/pay/other.md": "# Other"}
    run_import(write_tree(tmp_path / "in", files))
    source = "---\nredirect_from: [/old, /older]\n---\n# New\n[other](other.md)"
    with sessions() as session:
        publish_source(session, **NAME, source=source, author="Kim")
    assert 'href="/en/articles/pay/other"' in find("pay/refund").html
    with sessions() as session:
        publish_source(session, **NAME, source=source.replace(", /older", ""), author="Kim")
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
        publish_source(session, **NAME, source=source, author="Kim")
    assert ('href="/en/articles/pay/inside"' in find("pay/refund").html) is is_linked


@pytest.mark.parametrize("action", [publish, schedule])
def test_an_article_that_is_not_there_is_named(sessions, action):
    with sessions() as session, pytest.raises(ArticleNotFound, match="pay/refund"):
        action(session, **NAME, author="Kim")
    with sessions() as session, pytest.raises(ArticleNotFound):
        unpublish(session, **NAME)


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
    with pytest.raises(error):
        save(sessions, **({"source": "# A"} | values))
    with sessions() as session:
        assert session.scalars(select(Article)).all() == []
