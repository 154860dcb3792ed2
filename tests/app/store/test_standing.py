"""What an article's page says of its state is what the list says."""

import pytest

from app.editing.conflicts import keep_conflict
from app.editing.lifecycle import archive, delete_article
from app.editing.reviewing import submit_for_review
from app.editing.transaction import ArticleName, find_article, writing
from app.editor.listing import Wanted, list_for_editors
from app.editor.standing import standing_of
from app.models import utc_now
from tests.store_helpers import EDITOR, publish_source, save_source

NAME = ArticleName("pay", "en")
LATER = "---\ntitle: Pay\npublish_at: 2999-01-01\n---\nOne.\n"


def hold_conflict(session, actor, name):
    with writing(session, actor) as tx:
        keep_conflict(tx, tx.find(name), "folder", 1, 1)


@pytest.mark.parametrize("deed", [None, archive, delete_article, submit_for_review, hold_conflict])
@pytest.mark.parametrize("has_draft", [True, False])
@pytest.mark.parametrize("text", ["# Pay\n", LATER])
def test_a_page_says_of_its_article_what_the_list_says(sessions, index, deed, has_draft, text):
    with sessions() as session:
        publish_source(session, article_id="pay", locale="en", source=text)
    if has_draft or deed is submit_for_review:
        with sessions() as session:
            save_source(session, article_id="pay", locale="en", source=text + "\nMore.\n")
    with sessions() as session:
        if deed is not None:
            deed(session, EDITOR, NAME)
    with sessions() as session:
        state = "deleted" if deed is delete_article else "archived" if deed is archive else ""
        wanted, now = Wanted(state=state), utc_now()
        [row] = list_for_editors(session, index, wanted, now=now).rows
        article = find_article(session, NAME)
        standing = standing_of(session, EDITOR, article, article.source, now)
    assert standing.states == row.states
