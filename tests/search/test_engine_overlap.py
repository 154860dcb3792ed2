"""Both keyword engines put the same articles on top, on real texts and real questions."""

from __future__ import annotations

import pytest

from search.analysis.tokens import query_terms
from search.evaluation_set import read_set
from search.lexical.contract import Entry
from search.lexical.engines import create_engine
from search.writing import entry_terms
from tests.search_documents import sample_documents, shared_directory

TOP = 10
# Equal scores may come in either order: what ties with the last place belongs to the top too.
TIE = 1e-4


def overlap(tmp_path, documents, questions):
    """Return the mean share of the top 10 that both engines have in common."""
    entries = [Entry(n, entry_terms(d), ["audience:public"]) for n, d in enumerate(documents, 1)]
    engines = [create_engine(name, tmp_path / name) for name in ("whoosh", "tantivy")]
    for engine in engines:
        engine.replace(entries, [])
    shares = [_share(*(e.search(query_terms(q), 2 * TOP) for e in engines)) for q in questions]
    for engine in engines:
        engine.close()
    return sum(shares) / len(shares)


def _share(first, second):
    top = [number for number, _ in first[:TOP]]
    if not top:
        return float(not second)
    least = second[min(TOP, len(second)) - 1][1] * (1 - TIE) if second else 0.0
    accepted = {number for number, score in second if score >= least}
    return sum(number in accepted for number in top) / len(top)


@pytest.mark.parametrize("locale", ["en", "ko", "ja", "zh"])
def test_the_top_ten_of_the_sample_help_center_agree(tmp_path, locale):
    documents = [d for d in sample_documents() if d.locale == locale]
    questions = [d.questions[0] for d in documents if d.questions][:30]
    assert len(questions) > 20
    assert overlap(tmp_path, documents, questions) >= 0.95


def test_the_top_ten_of_a_public_set_agree(tmp_path):
    directory = shared_directory() / "eval" / "stackfaq"
    if not directory.is_dir():
        pytest.skip("the public set stackfaq is not here (KB_SHARED_DIR names where it is)")
    given = read_set(directory)
    questions = [question.text for question in given.questions[::15]]
    assert overlap(tmp_path, given.documents, questions) >= 0.95


def test_different_orders_are_told_apart():
    one = [(n, 10.0 - n) for n in range(10)]
    other = [(n + 5, 10.0 - n) for n in range(10)]
    assert _share(one, one) == 1.0
    assert _share(one, other) == 0.5
