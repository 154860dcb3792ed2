"""A move into another category takes the right to do so there, by whichever way it is made."""

from functools import partial

import pytest

from app.content import read_content
from app.editing.actors import SYSTEM, Actor, Forbidden, Grant
from app.editing.conflicts import keep_conflict, resolve_conflict
from app.editing.lifecycle import rename
from app.editing.publication import publish
from app.editing.reviewing import approve, submit_for_review
from app.editing.revisions import append_revision
from app.editing.scheduling import schedule
from app.editing.transaction import writing
from tests.app.store.editing.conftest import NAME, PUBLISHER, WRITER
from tests.app.store.editing.test_drafts import put_into_conflict
from tests.app.store.editing.test_publication import LATER

PAY = "---\ntitle: Refund\ncategory: pay\n---\nOne.\n"
ACCOUNT = PAY.replace("pay", "account")


def local(role, category, *more):
    grants = (Grant(role, categories=frozenset({category})), *more)
    return Actor("Seo", "seo", "seo@example.com", grants)


PAY_PUBLISHER = local("publisher", "pay", Grant("writer"))
"""Publishes on payment alone, and writes everywhere."""


@pytest.fixture
def moved(desk, find):
    """A live article on payment, whose draft says that it belongs to accounts."""
    desk.publish(PAY, name=NAME)
    desk.save(ACCOUNT, base=1)
    return find(NAME.article_id)


@pytest.mark.parametrize(
    ("use_case", "options"),
    [
        (publish, {}),
        (schedule, {"publish_at": LATER}),
        (schedule, {"expires_at": LATER}),
    ],
)
def test_who_publishes_in_one_category_moves_nothing_into_another(
    desk, find, moved, use_case, options
):
    with pytest.raises(Forbidden, match="account"):
        desk(use_case, PAY_PUBLISHER, NAME, **options)
    assert find(NAME.article_id).category == "pay"
    desk(use_case, PUBLISHER, NAME, **options)


def test_an_approval_for_one_category_is_none_for_another(desk, find, moved):
    desk(submit_for_review, WRITER, NAME)
    with pytest.raises(Forbidden, match="account"):
        desk(approve, local("reviewer", "pay", Grant("reader")), NAME, revision=2)
    desk(approve, PUBLISHER, NAME, revision=2)
    with pytest.raises(Forbidden, match="account"):
        desk(publish, local("writer", "pay", Grant("reader")), NAME)
    assert desk(publish, WRITER, NAME).category == "account"


def test_a_rename_moves_nothing_where_one_may_not_publish(desk, find):
    desk.publish("---\ntitle: Refund\n---\nOne.\n")
    with pytest.raises(Forbidden, match="account"):
        desk(rename, PAY_PUBLISHER, "pay/refund", "account/refund")
    assert (find("pay/refund").category, find("account/refund")) == ("pay", None)
    desk(rename, PAY_PUBLISHER, "pay/refund", "pay/cards/refund")
    assert find("pay/cards/refund").category == "pay/cards"


def test_resolving_a_draft_moves_it_where_one_may_write(tmp_path, desk, run_import):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    resolve = partial(desk, resolve_conflict, source=ACCOUNT, site_revision=3)
    with pytest.raises(Forbidden, match="account"):
        resolve(local("publisher", "pay"), conflict.id)
    resolve(PAY_PUBLISHER, conflict.id)


def test_resolving_what_is_planned_moves_it_where_one_may_publish(tmp_path, desk, run_import):
    conflict = put_into_conflict(desk, run_import, tmp_path / "in")
    desk(schedule, PUBLISHER, NAME, publish_at=LATER)
    resolve = partial(desk, resolve_conflict, source=ACCOUNT, site_revision=3)
    with pytest.raises(Forbidden, match="account"):
        resolve(PAY_PUBLISHER, conflict.id)
    resolve(PUBLISHER, conflict.id)


def test_resolving_a_folders_conflict_moves_it_where_one_may_resolve(desk, find):
    desk.publish(PAY)
    with desk.sessions() as session, writing(session, SYSTEM) as tx:
        article = tx.find(NAME)
        number = append_revision(tx, article, read_content(ACCOUNT.encode()), note="")
        conflict = keep_conflict(tx, article, "folder", 1, number).id
    resolve = partial(desk, resolve_conflict, source=ACCOUNT, site_revision=1)
    with pytest.raises(Forbidden, match="account"):
        resolve(PAY_PUBLISHER, conflict)
    assert find(NAME.article_id).category == "pay"
    assert resolve(PUBLISHER, conflict).category == "account"
