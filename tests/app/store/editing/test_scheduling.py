"""Publishing later and for a while: at its time, and nothing that nobody saw before it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.editing.conflicts import EditConflict, list_conflicts
from app.editing.drafts import discard_draft, working_text
from app.editing.lifecycle import rename
from app.editing.machine import MachineText
from app.editing.publication import (
    unpublish,
)
from app.editing.scheduling import BadSchedule, publish_planned, schedule
from app.editing.transaction import ArticleName
from app.models import PlannedPublication, utc_now
from tests.app.store.editing.conftest import NAME, PUBLISHER, WRITER
from tests.store_helpers import write_tree

LATER = datetime(2999, 1, 1, 9, tzinfo=UTC)


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
    desk(schedule, PUBLISHER, NAME, publish_at=utc_now())
    assert find("pay/refund").is_visible(utc_now())
    desk(schedule, PUBLISHER, NAME)
    article = find("pay/refund")
    assert article.source == "---\ntitle: One # note\n---\nText"
    assert article.is_visible(utc_now())


YESTERDAY = datetime(2020, 1, 1, tzinfo=UTC)


UNSEEN = [{}, {"expires_at": LATER}, {"publish_at": YESTERDAY}]


@pytest.mark.parametrize("times", UNSEEN)
def test_times_that_are_not_to_come_publish_nothing_that_nobody_saw(desk, find, times):
    desk.save("# One")
    with pytest.raises(BadSchedule, match="begins"):
        desk(schedule, PUBLISHER, NAME, **times)
    assert find("pay/refund").status == "draft"


@pytest.mark.parametrize("times", UNSEEN)
def test_the_draft_of_a_live_text_is_published_by_no_time_that_is_over(desk, find, sessions, times):
    desk.publish("---\npublish_at: 2020-01-01T00:00:00Z\n---\n# One\n")
    desk.save("---\npublish_at: 2020-01-01T00:00:00Z\n---\n# Half done", base=1)
    desk(schedule, PUBLISHER, NAME, **times)
    assert publish_planned(sessions) == 0
    article = find("pay/refund")
    assert (article.title, article.draft_revision is None) == ("One", False)
    assert article.expires_at == times.get("expires_at")


def test_an_expired_text_is_shown_again_as_it_was_and_its_draft_waits(desk, find):
    desk.publish("---\nexpires_at: 2020-01-01T00:00:00Z\n---\n# One\n")
    desk.save("---\nexpires_at: 2020-01-01T00:00:00Z\n---\n# Half done\n", base=1)
    desk(schedule, PUBLISHER, NAME, expires_at=LATER)
    article = find("pay/refund")
    assert (article.title, article.is_visible(utc_now())) == ("One", True)
    assert article.draft_revision is not None


def test_the_draft_of_an_expired_text_begins_at_its_time_and_nothing_before(desk, find):
    desk.publish("---\nexpires_at: 2020-01-01T00:00:00Z\n---\n# One\n")
    desk.save("---\nexpires_at: 2020-01-01T00:00:00Z\n---\n# Two\n", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    article = find("pay/refund")
    assert not article.is_visible(utc_now())
    assert (article.title, article.is_visible(LATER)) == ("Two", True)


def test_the_draft_of_a_waiting_text_is_scheduled_with_what_was_changed_in_its_file(
    desk, find, tmp_path, run_import
):
    waiting = "---\npublish_at: 2998-01-01T00:00:00Z\n---\n# One\n\na\n\nb\n\nc\n"
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": waiting}))
    desk.save(waiting.replace("a\n", "A\n"), base=1)
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": waiting.replace("c\n", "C\n")}))
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    source = find("pay/refund").source
    assert ("A\n" in source, "C\n" in source) == (True, True)


def test_a_waiting_text_and_its_draft_in_the_same_lines_are_a_conflict_when_scheduled(
    desk, find, tmp_path, run_import, sessions
):
    waiting = "---\npublish_at: 2998-01-01T00:00:00Z\n---\n# One\n\na\n"
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": waiting}))
    desk.save(waiting.replace("a\n", "A\n"), base=1)
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": waiting.replace("a\n", "B\n")}))
    with pytest.raises(EditConflict):
        desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    assert "B\n" in find("pay/refund").source
    with sessions() as session:
        assert len(list_conflicts(session)) == 1


def test_a_machines_text_is_not_scheduled_beside_a_waiting_one(desk):
    waiting = "---\ntitle: T\npublish_at: 2998-01-01T00:00:00Z\n---\n"
    desk.publish(waiting + "Text\n")
    machine = waiting.replace("title", "translated_by: machine\ntitle")
    desk.save(machine + "Text of a machine\n", base=1)
    with pytest.raises(MachineText):
        desk(schedule, PUBLISHER, NAME, publish_at=LATER)


def test_a_plan_that_cannot_be_kept_holds_up_no_other(desk, find, sessions, tmp_path, run_import):
    """The file meanwhile says that a machine wrote it; merged, so does the draft."""
    plan_draft(desk, run_import, tmp_path / "in")
    other = ArticleName("z", "en")
    desk.publish("# Z\n", name=other)
    desk.save("# New Z\n", base=1, name=other)
    desk(schedule, PUBLISHER, other, publish_at=LATER)
    by_machine = f"---\ntranslated_by: machine\n---\n{LINES}"
    run_import(write_tree(tmp_path / "in", {"en/pay/refund.md": by_machine}))
    assert publish_planned(sessions, LATER) == 1
    assert find("z").title == "New Z"
    with sessions() as session:
        assert session.scalars(select(PlannedPublication)).all() == []
    assert "publish-failed" in {action for _, action, _ in desk.actions()}


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
