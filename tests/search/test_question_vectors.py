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


class Slow(TinyEmbedder):
    """Takes until it is let go on."""

    def __init__(self):
        super().__init__()
        self.started, self.go = threading.Semaphore(0), threading.Event()

    def encode_queries(self, texts):
        self.started.release()
        assert self.go.wait(20)
        return super().encode_queries(texts)


def in_line(questions, texts):
    """Let threads ask; return them once all stand in line."""
    threads = [threading.Thread(target=questions.vector, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    while questions._in_line < len(texts):
        pass
    return threads


def test_who_types_gets_the_vector_of_a_moment_ago_while_others_wait_for_the_model():
    embedder = Slow()
    embedder.go.set()
    questions = QuestionVectors(embedder)
    earlier = questions.vector("how do i get my")
    embedder.go.clear()
    threads = in_line(questions, ["one thing", "another thing"])
    vector, whole = questions.vector_while_typing("how do i get my money")
    assert vector is earlier
    assert not whole
    assert questions.vector_while_typing("how do i get my") == (earlier, True)
    embedder.go.set()
    for thread in threads:
        thread.join()
    vector, whole = questions.vector_while_typing("how do i get my money")
    assert whole
    assert np.array_equal(vector, TinyEmbedder().encode_queries(["how do i get my money"])[0])


def test_a_text_of_which_no_earlier_state_is_known_waits_its_turn():
    embedder = Slow()
    questions = QuestionVectors(embedder)
    threads = in_line(questions, ["refund", "an invoice"])
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(questions.vector_while_typing("refund of an order paid"))
    )
    asking.start()
    embedder.go.set()
    for thread in (*threads, asking):
        thread.join()
    ((vector, whole),) = answers
    assert whole
    assert vector is not None


def test_the_same_text_asked_by_two_at_once_is_embedded_once():
    embedder = Slow()
    questions = QuestionVectors(embedder)
    threads = in_line(questions, ["get a refund", "get a refund"])
    embedder.go.set()
    for thread in threads:
        thread.join()
    assert embedder.texts == 1


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
