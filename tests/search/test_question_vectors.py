"""A question is embedded once, and trouble with the model is remembered, not repeated."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from search.embed import EmbedderUnavailable
from search.question_vectors import QuestionVectors
from tests.tiny_embedder import TinyEmbedder


class Unavailable(TinyEmbedder):
    def encode_queries(self, texts):
        self.calls += 1
        raise EmbedderUnavailable("no model; run scripts/fetch_model")


def test_the_vector_is_the_embedders():
    vector = QuestionVectors(TinyEmbedder()).vector("get a refund")
    assert np.array_equal(vector, TinyEmbedder().encode_queries(["get a refund"])[0])


def test_the_same_question_is_embedded_once_whatever_its_blanks():
    embedder = TinyEmbedder()
    questions = QuestionVectors(embedder)
    for text in ("get a refund", " get  a\trefund\n", "get a refund "):
        questions.vector(text)
    assert embedder.texts == 1


def test_the_questions_asked_last_are_kept():
    embedder = TinyEmbedder()
    questions = QuestionVectors(embedder, cached=2)
    for text in ("one", "two", "one", "three", "one"):
        questions.vector(text)
    assert embedder.texts == 3
    questions.vector("two")
    assert embedder.texts == 4


@pytest.mark.parametrize("text", ["", " ", "a", " ㅎ "])
def test_a_text_too_short_to_mean_anything_is_not_embedded(text):
    embedder = TinyEmbedder()
    assert QuestionVectors(embedder).vector(text) is None
    assert embedder.texts == 0


def test_without_a_model_there_are_no_vectors_and_a_reason():
    questions = QuestionVectors(None)
    assert questions.vector("get a refund") is None
    assert questions.fingerprint is None
    assert "no embedding model" in questions.trouble


def test_trouble_is_remembered_with_what_to_do_about_it():
    embedder = Unavailable()
    questions = QuestionVectors(embedder)
    assert questions.trouble == ""
    assert questions.vector("get a refund") is None
    assert questions.vector("another") is None
    assert "fetch_model" in questions.trouble
    assert embedder.calls == 1


def test_threads_may_ask_at_once():
    questions, wrong = QuestionVectors(TinyEmbedder(), cached=8), []
    texts = [f"question {i}" for i in range(20)]
    expected = dict(zip(texts, TinyEmbedder().encode_queries(texts), strict=True))

    def ask():
        for text, vector in expected.items():
            if not np.array_equal(questions.vector(text), vector):
                wrong.append(text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
