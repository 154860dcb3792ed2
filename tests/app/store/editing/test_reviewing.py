"""Review: asked for, remarked on, decided; an approval is good for one text only."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.accounts.addresses import change_address
from app.accounts.audit import COMMAND_LINE
from app.editing.actors import Actor, Forbidden
from app.editing.reviewing import (
    AlreadyInReview,
    BadPassage,
    ChangedSinceReview,
    NothingToReview,
    NotInReview,
    OwnText,
    Remark,
    approve,
    comment,
    find_passage,
    list_comments,
    resolve_comment,
    send_back,
    submit_for_review,
)
from app.editing.scheduling import publish_planned, schedule
from app.editor.people import actor_of
from app.models import Review
from tests.app.store.editing.conftest import NAME, OTHER_WRITER, PUBLISHER, REVIEWER, WRITER
from tests.staff_fixtures import add_staff

TEXT = "# Refunds\n\nSend it back.\n\nSend it back soon.\n"


def submit(desk):
    desk.save(TEXT)
    return desk(submit_for_review, WRITER, NAME, note="please")


def waiting(desk):
    """Who asked for the reviews that nobody decided yet."""
    asked = select(Review.requested_by).where(Review.state == "open")
    return desk.read(lambda session: session.scalars(asked).all())


def test_a_writer_may_publish_what_a_reviewer_approved(desk, find):
    submit(desk)
    assert find("pay/refund").status == "review"
    assert waiting(desk) == ["Kim"]
    with pytest.raises(Forbidden):
        desk.publish(actor=WRITER)
    desk(approve, REVIEWER, NAME, revision=1)
    assert desk.publish(actor=WRITER).status == "published"
    assert [action for _, action, _ in desk.actions()] == [
        *("create", "save", "submit", "approve", "publish")
    ]


def test_an_approval_does_not_cover_what_is_saved_after_it(desk):
    submit(desk)
    desk(approve, REVIEWER, NAME, revision=1)
    desk.save(TEXT + "And more.\n", base=1)
    with pytest.raises(Forbidden):
        desk.publish(actor=WRITER)


def test_a_reviewer_decides_only_on_what_they_looked_at(desk):
    submit(desk)
    desk.save(TEXT + "And more.\n", base=1)
    with pytest.raises(ChangedSinceReview):
        desk(approve, REVIEWER, NAME, revision=1)
    assert desk(approve, REVIEWER, NAME, revision=2).revision == 2


def test_nobody_approves_their_own_text_unless_they_may_publish_it_anyway(desk):
    desk.save(TEXT, actor=REVIEWER)
    desk(submit_for_review, REVIEWER, NAME)
    with pytest.raises(OwnText):
        desk(approve, REVIEWER, NAME, revision=1)
    desk(send_back, PUBLISHER, NAME, revision=1)
    desk.save(TEXT + "x\n", base=1, actor=PUBLISHER)
    desk(submit_for_review, PUBLISHER, NAME)
    assert desk(approve, PUBLISHER, NAME, revision=2).state == "approved"


def test_a_text_that_somebody_else_saved_last_is_still_ones_own(desk):
    desk.save(TEXT, actor=REVIEWER)
    desk.save(TEXT + "Typo.\n", base=1)
    desk(submit_for_review, WRITER, NAME)
    with pytest.raises(OwnText):
        desk(approve, REVIEWER, NAME, revision=2)


def test_a_text_stays_ones_own_under_another_address(desk, sessions):
    with sessions() as session:
        lee = add_staff(session, "lee", "reviewer")
        desk.save(TEXT, actor=actor_of(session, lee))
        desk(submit_for_review, WRITER, NAME)
        change_address(session, lee, "lee.married@example.com", actor=COMMAND_LINE)
        with pytest.raises(OwnText):
            desk(approve, actor_of(session, lee), NAME, revision=1)


def test_what_was_merged_into_a_text_is_its_writers_own(desk):
    desk.save(TEXT)
    desk.save(TEXT.replace("# Refunds", "# Money back"), base=1, actor=REVIEWER)
    desk.save(TEXT + "More.\n", base=1)
    desk(submit_for_review, WRITER, NAME)
    with pytest.raises(OwnText):
        desk(approve, REVIEWER, NAME, revision=3)


def test_what_was_published_since_is_nobodys_own_any_more(desk):
    desk.publish(TEXT, actor=PUBLISHER)
    desk.save(TEXT + "Of the reviewer.\n", base=1, actor=REVIEWER)
    desk.publish(actor=PUBLISHER)
    desk.save(TEXT + "Of the writer.\n", base=2)
    desk(submit_for_review, WRITER, NAME)
    assert desk(approve, REVIEWER, NAME, revision=3).state == "approved"


def test_a_draft_beside_a_planned_publication_stays_its_writers_own(desk, sessions):
    desk.publish(TEXT)
    desk.save(TEXT + "Planned.\n", base=1)
    desk(schedule, PUBLISHER, NAME, publish_at=datetime(2999, 1, 1, tzinfo=UTC))
    desk.save(TEXT + "Planned.\n\nOf the reviewer.\n", base=2, actor=REVIEWER)
    desk.save(TEXT + "Planned.\n\nOf the reviewer.\n\nLast.\n", base=3)
    assert publish_planned(sessions, datetime(2999, 1, 1, tzinfo=UTC)) == 1
    desk(submit_for_review, WRITER, NAME)
    with pytest.raises(OwnText):
        desk(approve, REVIEWER, NAME, revision=4)


def test_a_text_is_ones_own_by_its_address_not_by_its_name(desk):
    desk.save(TEXT, actor=REVIEWER)
    desk(submit_for_review, REVIEWER, NAME)
    renamed = Actor("Lee the second", "lee", "Lee@example.com", REVIEWER.grants)
    with pytest.raises(OwnText):
        desk(approve, renamed, NAME, revision=1)
    namesake = Actor("Lee", "lee2", "lee2@example.com", REVIEWER.grants)
    assert desk(approve, namesake, NAME, revision=1).state == "approved"


def test_an_approval_is_used_up_by_publishing(desk, find, sessions):
    submit(desk)
    desk(approve, REVIEWER, NAME, revision=1)
    desk.publish(actor=WRITER)
    with sessions() as session:
        assert session.scalars(select(Review.state)).all() == ["closed"]
    with pytest.raises(Forbidden):
        desk.publish(actor=WRITER)


def test_a_later_refusal_takes_an_approval_back(desk):
    submit(desk)
    desk(approve, REVIEWER, NAME, revision=1)
    desk(submit_for_review, WRITER, NAME)
    desk(send_back, REVIEWER, NAME, revision=1)
    with pytest.raises(Forbidden):
        desk.publish(actor=WRITER)


def test_the_approval_of_a_continued_draft_outlives_a_planned_publication(desk, sessions):
    desk.publish("# One")
    desk.save("# Two", base=1)
    later = datetime(2999, 1, 1, tzinfo=UTC)
    desk(schedule, PUBLISHER, NAME, publish_at=later)
    desk.save("# Three", base=2)
    desk(submit_for_review, WRITER, NAME)
    desk(approve, REVIEWER, NAME, revision=3)
    assert publish_planned(sessions, later) == 1
    assert desk.publish(actor=WRITER).title == "Three"


def test_a_text_comes_back_with_remarks_that_follow_their_passage(desk, find, sessions):
    submit(desk)
    place = TEXT.rindex("Send it back")
    remarks = [Remark("Within how many days?", "Send it back", place), Remark("Good.")]
    desk(send_back, REVIEWER, NAME, revision=1, note="nearly", remarks=remarks)
    article = find("pay/refund")
    assert article.status == "draft"
    changed = "# Refunds\n\nNew first line.\n\nSend it back.\n\nSend it back soon.\n"
    with sessions() as session:
        first, second = list_comments(session, article, changed)
    assert first.start == changed.rindex("Send it back")
    assert second.start is None
    desk(resolve_comment, WRITER, first.comment.id)
    with sessions() as session:
        assert len(list_comments(session, article, changed)) == 1


def test_a_remark_on_a_passage_that_is_gone_stays_without_a_place():
    assert find_passage("abc abc", "abc", 5) == 4
    assert find_passage("abc abc", "xyz", 5) is None


def test_a_remark_must_quote_what_stands_there(desk):
    desk.save(TEXT)
    with pytest.raises(BadPassage):
        desk(comment, REVIEWER, NAME, revision=1, remark=Remark("Hm", "Send it back", 0))


def test_a_review_of_a_draft_beside_a_live_article_hides_nothing(desk, find):
    desk.publish(TEXT)
    with pytest.raises(NothingToReview):
        desk(submit_for_review, WRITER, NAME)
    desk.save(TEXT + "More.\n", base=1)
    desk(submit_for_review, WRITER, NAME)
    assert find("pay/refund").status == "published"
    desk(send_back, REVIEWER, NAME, revision=2)
    assert find("pay/refund").status == "published"


def test_a_review_is_asked_for_once_and_closed_by_publishing(desk):
    submit(desk)
    with pytest.raises(AlreadyInReview):
        desk(submit_for_review, OTHER_WRITER, NAME)
    desk.publish()
    assert waiting(desk) == []
    with pytest.raises(NotInReview):
        desk(approve, REVIEWER, NAME, revision=1)
