"""The range of cosines is read off a model's own, however narrow."""

import numpy as np
import pytest

from search.cosine_range import fit_cosine_range
from search.document import Section
from search.embedding_cache import EmbeddingCache
from search.recalibration import Alias
from tests.search_documents import make_document

DOCUMENTS = [
    make_document("a", "A", "apple"),
    make_document("b", "B", "banana", sections=(Section((), "", "banana"),)),
    make_document("a", "A", "apfel", locale="de"),
    make_document("empty", "Empty"),
]
ALIASES = [
    Alias("an apple a day", "a", "en", "public", 0),
    Alias("banana bread", "b", "en", "public", 0),
    Alias("nothing here", "empty", "en", "public", 0),
]


class Compressed:
    """All texts near one axis, as many models have it: fruit are 0.9 alike, others 0.8."""

    dimensions, fingerprint = 3, "compressed"

    def encode_queries(self, texts):
        return np.array([self._vector(text) for text in texts], np.float32)

    encode_passages = encode_queries

    def _vector(self, text):
        if "appl" in text or "apf" in text:
            return (0.9, 0.4358899, 0.0)
        return (0.9, 0.0, 0.4358899)


def test_unrelated_texts_are_at_the_bottom_and_answers_below_the_top(tmp_path):
    cache = EmbeddingCache(tmp_path / "cache.sqlite3")
    lowest, highest = fit_cosine_range(DOCUMENTS, ALIASES, Compressed(), cache)
    # Unrelated: 0.81 twice, and "nothing here" with 0.81 to the apple and 1 to the banana.
    unrelated = np.array([0.81, 0.81, 0.81, 1.0])
    assert lowest == pytest.approx(unrelated.mean() - unrelated.std(), abs=1e-3)
    assert highest == pytest.approx(1.0, abs=1e-3)
