"""Another spelling is offered for a question that finds little, from words the asker may see."""

import pytest

from search.document import Query
from search.index import SearchIndex
from tests.search_documents import make_document

DOCUMENTS = [
    make_document("refund", "Get a refund", "Send it back and wait for the money."),
    make_document("escalation", "Escalation handbook", "For agents.", audience="agents"),
    make_document("password", "비밀번호 바꾸기", "설정에서 바꿔요.", locale="ko"),
]
AGENTS = frozenset({"public", "agents"})


@pytest.fixture
def index(tmp_path):
    index = SearchIndex(tmp_path, embedder=None, engine="whoosh", refresh_seconds=0)
    index.rebuild(DOCUMENTS, total=len(DOCUMENTS))
    yield index
    index.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Refnud", "Refund"), ("비밀번오", "비밀번호"), ("a refundd!", "a refund!")],
)
def test_a_misspelt_word_is_offered_in_its_right_spelling(index, typed, meant):
    assert index.search(Query(typed)).did_you_mean == meant


def test_a_question_that_is_answered_is_not_doubted(index):
    assert index.search(Query("get a refund", "en")).did_you_mean is None


def test_words_of_articles_that_are_not_for_the_asker_are_not_offered(index):
    assert index.search(Query("handbok")).did_you_mean is None
    assert index.search(Query("handbok", audiences=AGENTS)).did_you_mean == "handbook"


def test_nothing_is_corrected_while_it_is_being_typed(index):
    assert index.suggest(Query("refnud")).did_you_mean is None


def test_words_of_a_removed_article_are_no_longer_offered(index):
    index.remove(["refund@en"])
    assert index.search(Query("refnud")).did_you_mean is None
