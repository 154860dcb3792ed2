"""Publishing: now, later, for a while; what customers see changes by nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.content import BadArticleId
from app.editing.actors import Forbidden
from app.editing.conflicts import list_conflicts
from app.editing.drafts import discard_draft, working_text
from app.editing.lifecycle import delete_article, rename
from app.editing.publication import (
    StaleRevision,
    publish,
    unpublish,
)
from app.editing.revisions import ArticleDeleted
from app.editing.scheduling import BadSchedule, publish_planned, schedule
from app.editing.transaction import ArticleName
from app.front_matter import BadFrontMatter
from app.locales import BadLocale
from app.models import Article, PlannedPublication, Redirect, utc_now
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


def test_a_schedule_is_written_into_the_front_matter(desk, find):
    desk.publish("---\ntitle: One # note\n---\nText")
    desk(unpublish, PUBLISHER, NAME)
    end = LATER + timedelta(1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER, expires_at=end)
    article = find("pay/refund")
    assert article.source.startswith("---\ntitle: One # note\n")
    assert "publish_at: " in article.source
    assert (article.publish_at, article.expires_at) == (LATER, end)
    assert not article.is_visible(utc_now())
    assert article.is_visible(LATER)
    desk(schedule, PUBLISHER, NAME)
    article = find("pay/refund")
    assert article.source == "---\ntitle: One # note\n---\nText"
    assert article.is_visible(utc_now())


def test_an_expiry_is_set_on_a_live_text_and_kept_in_its_draft(desk, find):
    desk.publish("---\ntitle: One\n---\nText\n")
    desk.save("---\ntitle: One\n---\nNew text\n", base=1)
    desk(schedule, PUBLISHER, NAME, expires_at=LATER)
    article = find("pay/refund")
    assert (article.expires_at, article.is_visible(utc_now())) == (LATER, True)
    assert "New" not in article.source
    desk.publish()
    article = find("pay/refund")
    assert (article.expires_at, "New" in article.source) == (LATER, True)


def test_a_draft_of_a_live_article_is_published_when_its_time_has_come(desk, find, sessions):
    desk.publish("# One")
    desk.save("# Two", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    assert publish_planned(sessions) == 0
    assert (find("pay/refund").title, find("pay/refund").is_visible(utc_now())) == ("One", True)
    assert publish_planned(sessions, LATER) == 1
    article = find("pay/refund")
    assert (article.title, article.draft_revision) == ("Two", None)
    assert publish_planned(sessions, LATER) == 0
    assert desk.actions()[-1] == ("Choi", "publish", 2)


def test_what_is_saved_after_planning_stays_a_draft_with_nothing_lost(desk, find, sessions):
    desk.publish("# One\n\na\n\nb\n")
    desk.save("# Two\n\na\n\nb\n", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    desk.save("# Three\n\na\n\nB\n", base=2)
    publish_planned(sessions, LATER)
    article = find("pay/refund")
    assert (article.title, article.draft_revision, article.draft_base) == ("Two", 3, 2)
    assert desk.publish().source == "# Three\n\na\n\nB\n"


def test_a_plan_that_would_undo_another_change_is_a_conflict_and_not_carried_out(
    tmp_path, desk, find, sessions, run_import
):
    root = write_tree(tmp_path / "in", {"en/pay/refund.md": "# One"})
    run_import(root)
    desk.save("# Mine", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    run_import(write_tree(root, {"en/pay/refund.md": "# Theirs"}))
    assert publish_planned(sessions, LATER) == 0
    assert find("pay/refund").title == "Theirs"
    with sessions() as session:
        assert len(list_conflicts(session)) == 1
        assert session.scalars(select(PlannedPublication)).all() == []


LINES = "# One\n\na\n\nb\n\nc\n"


def plan_draft(desk, run_import, root):
    """A draft with A, planned; then the folder changes c to C, and somebody opens the draft."""
    run_import(write_tree(root, {"en/pay/refund.md": LINES}))
    desk.save(LINES.replace("a\n", "A\n"), base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)


def test_a_planned_draft_that_was_merged_meanwhile_undoes_nothing(
    tmp_path, desk, find, sessions, run_import
):
    plan_draft(desk, run_import, tmp_path / "in")
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": LINES.replace("c\n", "C\n")}))
    desk.read(working_text, WRITER, NAME)
    assert publish_planned(sessions, LATER) == 1
    article = find("pay/refund")
    assert article.source == LINES.replace("a\n", "A\n").replace("c\n", "C\n")
    assert article.draft_revision is None


def test_a_plan_for_an_older_state_of_the_draft_undoes_nothing_either(
    tmp_path, desk, find, sessions, run_import
):
    plan_draft(desk, run_import, tmp_path / "in")
    desk.save(LINES.replace("a\n", "A\n").replace("b\n", "B\n"), base=2)
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": LINES.replace("c\n", "C\n")}))
    desk.read(working_text, WRITER, NAME)
    assert publish_planned(sessions, LATER) == 1
    planned = LINES.replace("a\n", "A\n").replace("c\n", "C\n")
    assert find("pay/refund").source == planned
    assert desk.publish().source == planned.replace("b\n", "B\n")


def test_a_plan_that_the_folder_carried_out_already_is_dropped(
    tmp_path, desk, find, sessions, run_import
):
    plan_draft(desk, run_import, tmp_path / "in")
    done = LINES.replace("a\n", "A\n").replace("c\n", "C\n")
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": done}))
    desk.read(working_text, WRITER, NAME)
    assert publish_planned(sessions, LATER) == 0
    assert find("pay/refund").source == done


@pytest.mark.parametrize("is_continued", [False, True])
def test_a_plan_survives_a_rename(desk, find, sessions, is_continued):
    desk.publish("---\nid: pay/refund\n---\n# One\n\na\n")
    desk.save("---\nid: pay/refund\n---\n# Two\n\na\n", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    if is_continued:
        desk.save("---\nid: pay/refund\n---\n# Two\n\nb\n", base=2)
    desk(rename, PUBLISHER, "pay/refund", "pay/back")
    assert publish_planned(sessions, LATER) == 1
    article = find("pay/back")
    assert (article.title, "id: pay/back" in article.source) == ("Two", True)
    assert 'redirect_from: ["/en/articles/pay/refund"]' in article.source
    assert (article.draft_revision is not None) is is_continued
    if is_continued:
        assert "b" in desk.publish(name=ArticleName("pay/back", "en")).source


def test_a_plan_revives_nothing_that_the_folder_put_away(
    desk, find, sessions, tmp_path, run_import
):
    plan_draft(desk, run_import, tmp_path / "in")
    (tmp_path / "in/en/pay/refund.md").unlink()
    write_tree(tmp_path / "in", {"en/pay/other.md": "# Other"})
    run_import(tmp_path / "in", prune=True)
    assert find("pay/refund").status == "archived"
    assert publish_planned(sessions, LATER) == 0
    assert find("pay/refund").status == "archived"
    with sessions() as session:
        assert session.scalars(select(PlannedPublication)).all() == []
    assert desk.actions()[-1][1] == "publish-failed"


def test_a_discarded_draft_is_not_published_later(desk, find, sessions):
    desk.publish("# One")
    desk.save("# Two", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    desk(discard_draft, WRITER, NAME)
    assert publish_planned(sessions, LATER) == 0
    assert find("pay/refund").title == "One"


def test_a_draft_that_names_its_own_time_does_not_hide_the_live_text(desk, find, sessions):
    desk.publish("# One")
    desk.save("---\npublish_at: 2999-01-01T09:00:00Z\n---\n# Two", base=1)
    desk.publish()
    assert find("pay/refund").is_visible(utc_now())
    assert publish_planned(sessions, LATER) == 1
    assert find("pay/refund").title == "Two"


def test_times_that_make_no_sense_are_refused(desk):
    desk.publish("# One")
    with pytest.raises(BadSchedule, match="expire"):
        desk(schedule, PUBLISHER, NAME, publish_at=LATER, expires_at=LATER)
    with pytest.raises(BadSchedule, match="already"):
        desk(schedule, PUBLISHER, NAME, publish_at=LATER)


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
