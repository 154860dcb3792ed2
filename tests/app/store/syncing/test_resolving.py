"""A folder's conflict that somebody resolves: what customers see of the text that was chosen."""

import pytest

from app.editing.conflicts import list_conflicts, resolve_conflict, texts_of
from app.editing.lifecycle import archive
from app.editing.machine import TRANSLATED, MachineText
from app.editing.transaction import ArticleName, writing
from app.models import Article, utc_now
from tests.store_helpers import EDITOR

NAME = ArticleName("pay/refund", "en")
PATH = "en/pay/refund.md"
TEXT = "---\ntitle: Refunds\n---\none\n"


@pytest.fixture
def resolve(pair):
    """Takes the folder's text in the one conflict that is there."""

    def take_folder():
        with pair.sessions() as session:
            [conflict] = list_conflicts(session)
            number, texts = conflict.id, texts_of(session, conflict)
        revision = texts.their_revision
        pair.do(resolve_conflict, number, source=texts.mine, site_revision=revision)

    return take_folder


@pytest.fixture
def clash(pair):
    """A live article whose file says `title` lines of its own, and whose site says another."""

    def make(header):
        pair.write({PATH: TEXT})
        pair.sync()
        pair.write({PATH: TEXT.replace("title: Refunds", f"title: Refunds, dev\n{header}")})
        pair.publish(NAME.article_id, TEXT.replace("Refunds", "Refunds, site"))
        assert pair.sync().conflicts == (PATH,)

    return make


@pytest.mark.parametrize("header", ["status: draft", "translated_by: machine"])
def test_a_text_that_says_it_is_a_draft_is_one_once_a_conflict_is_resolved_by_it(
    pair, find, clash, resolve, header
):
    clash(header)
    resolve()
    article = find("pay/refund")
    assert (article.title, article.status) == ("Refunds, dev", "draft")
    assert not article.is_visible(utc_now())
    pair.sync()
    assert header in pair.read(PATH)
    assert (find("pay/refund").status, pair.sync().counts) == ("draft", {})


def test_a_text_that_says_nothing_of_it_stays_published(find, clash, resolve):
    clash("owner: Kim")
    resolve()
    article = find("pay/refund")
    assert (article.title, article.is_visible(utc_now())) == ("Refunds, dev", True)


def test_no_conflict_takes_a_machines_text_past_review(pair, find, resolve):
    pair.write({PATH: TEXT})
    pair.sync()
    with pair.sessions() as session, writing(session, EDITOR) as tx:
        tx.record(TRANSLATED, session.query(Article).one(), 1, source="ko")
    pair.do(archive, NAME)
    pair.write({PATH: TEXT.replace("one", "ONE")})
    assert pair.sync().conflicts == (PATH,)
    with pytest.raises(MachineText):
        resolve()
    assert find("pay/refund").status == "archived"
