"""Questions are asked as visitors would, and the numbers fitted to what came of it."""

from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from search.calibration import Calibration, CalibrationError
from search.evaluation_set import Question
from search.fusion import Weights
from search.index import SearchIndex
from search.recalibration import (
    LEAST_ALIASES,
    MOST_ALIASES,
    PARTS,
    Trial,
    find_aliases,
    fit_floor,
    fit_logistic,
    measure_rates,
    refit,
    run_trial,
)
from tests.search_documents import TINY_WEIGHTS, make_document
from tests.tiny_embedder import TinyEmbedder

NONE = np.array([])
TOPICS = ("refund", "parcel", "password", "voucher", "invoice", "warranty", "exchange", "courier")


def help_center(articles=8, aliases=6):
    """Each article in two languages, with questions at the same places."""
    return [
        make_document(
            f"a{number}", f"{topic} {locale}", f"About the {topic}.", locale=locale,
            questions=tuple(f"{locale} {topic} question {place}" for place in range(aliases)),
        )
        for number, topic in enumerate(TOPICS[:articles])
        for locale in ("en", "de")
    ]  # fmt: skip


class Recorder:
    """Keeps which documents were indexed and what was asked of them; each answer scores more."""

    def __init__(self):
        self.passes = []
        self.asked = 0

    @contextmanager
    def open_index(self, documents):
        self.passes.append((list(documents), []))
        yield self

    def search(self, query):
        self.passes[-1][1].append(query)
        self.asked += 1
        told = SimpleNamespace(fused=float(self.asked))
        return SimpleNamespace(hits=[SimpleNamespace(explanation=told)])


@pytest.fixture
def trial_run():
    documents, recorder, told = help_center(), Recorder(), []
    aliases = find_aliases(documents)
    foreign = [Question("x", "capital of mongolia", "en")]
    trial = run_trial(
        documents, aliases, foreign, recorder.open_index, lambda *p: told.append(p[1:])
    )
    return documents, aliases, recorder.passes, trial, told


def test_each_alias_is_asked_once_while_its_article_is_there_without_it(trial_run):
    documents, aliases, passes, trial, _ = trial_run
    there = [each for each in passes[:-1] if len(each[0]) == len(documents)]
    assert len(there) == PARTS
    for indexed, queries in there:
        known = {text for document in indexed for text in document.questions}
        assert known
        assert known.isdisjoint(query.text for query in queries)
    asked = sorted(query.text for _, queries in there for query in queries)
    assert asked == sorted(alias.text for alias in aliases)
    assert len(trial.answered) == len(aliases)


def test_each_alias_is_asked_once_while_its_article_is_away_in_every_language(trial_run):
    documents, aliases, passes, trial, _ = trial_run
    owner = {alias.text: alias.article_id for alias in aliases}
    away = [each for each in passes if len(each[0]) < len(documents)]
    for indexed, queries in away:
        present = {document.article_id for document in indexed}
        assert present
        assert present.isdisjoint(owner[query.text] for query in queries)
    asked = sorted(query.text for _, queries in away for query in queries)
    assert asked == sorted(owner)
    assert len(trial.unanswered) == len(aliases)


def test_a_question_that_nothing_answers_is_asked_of_all_articles(trial_run):
    documents, _, passes, trial, _ = trial_run
    indexed, (query,) = passes[-1]
    assert indexed == documents
    assert (query.text, query.locale) == ("capital of mongolia", "en")
    assert len(trial.foreign) == 1


def test_progress_counts_every_question_asked(trial_run):
    _, aliases, _, _, told = trial_run
    total = 2 * len(aliases) + 1
    assert told == [(done, total) for done in range(total + 1)]


def test_an_alias_is_asked_in_its_language_by_who_may_see_its_article():
    documents = [*help_center(), make_document(
        "desk", "Desk", locale="fr", audience="agents", questions=("how to escalate",)
    )]  # fmt: skip
    recorder = Recorder()
    run_trial(documents, find_aliases(documents), [], recorder.open_index)
    asked = [q for _, queries in recorder.passes for q in queries if q.text == "how to escalate"]
    assert [(q.locale, q.audiences) for q in asked] == [("fr", frozenset({"public", "agents"}))] * 2


def test_a_question_that_another_article_has_too_is_left_out():
    documents = [
        *help_center(),
        make_document("b1", "One", questions=("How do I leave?", "mine")),
        make_document("b2", "how do i LEAVE?", questions=("Mine alone",)),
        make_document("b1", "Eins", locale="de", questions=("mine",)),
    ]
    texts = [alias.text for alias in find_aliases(documents)]
    assert "How do I leave?" not in texts
    assert texts.count("mine") == 2


def test_too_few_questions_are_refused_with_their_number():
    with pytest.raises(CalibrationError, match=f"needs {LEAST_ALIASES} questions.* have 20 "):
        find_aliases(help_center(articles=5, aliases=2))


def test_of_very_many_questions_some_from_everywhere_are_asked():
    documents = [
        make_document(f"d{n}", f"title {n}", questions=(f"question {n}",))
        for n in range(2 * MOST_ALIASES)
    ]
    aliases = find_aliases(documents)
    assert len(aliases) == MOST_ALIASES
    assert aliases[-1].article_id == f"d{2 * MOST_ALIASES - 2}"


def test_a_logistic_function_is_found_again():
    random = np.random.default_rng(7)
    scores = random.uniform(0, 1, 40_000)
    answered = random.uniform(0, 1, 40_000) < 1 / (1 + np.exp(-9 * (scores - 0.4)))
    positives, negatives = scores[answered], scores[~answered]
    # Classes weigh the same, which moves the midpoint by the logarithm of their ratio.
    shift = np.log(len(positives) / len(negatives)) / 9
    slope, midpoint = fit_logistic(positives, negatives)
    assert slope == pytest.approx(9, rel=0.03)
    assert midpoint == pytest.approx(0.4 + shift, abs=0.01)


def test_scores_that_do_not_overlap_give_a_steep_function_and_no_infinite_one():
    slope, midpoint = fit_logistic(np.linspace(0.6, 0.9, 50), np.linspace(0.1, 0.4, 50))
    assert 10 < slope < 200
    assert 0.4 < midpoint < 0.6


def test_scores_that_are_the_wrong_way_round_are_refused():
    with pytest.raises(CalibrationError, match="no higher"):
        fit_logistic(np.linspace(0.1, 0.4, 50), np.linspace(0.3, 0.9, 50))


def test_a_floor_between_two_crowds_stands_in_the_middle():
    answered, unanswered = np.linspace(0.6, 0.8, 101), np.linspace(0.1, 0.3, 101)
    floor = fit_floor(Trial(answered, unanswered, NONE))
    # 5% of the answered are below 0.61, 5% of the unanswered above 0.29.
    assert floor == pytest.approx(0.45)
    assert fit_floor(Trial(answered, NONE, unanswered)) == pytest.approx(0.45)


def test_neighbours_never_silence_more_than_one_in_twenty():
    answered = np.linspace(0.3, 0.8, 101)
    neighbours = np.linspace(0.3, 0.7, 101)
    floor = fit_floor(Trial(answered, neighbours, NONE))
    assert measure_rates(Trial(answered, neighbours, NONE), floor).false_silence <= 0.05


def test_foreign_questions_decide_the_floor_where_there_are_any():
    answered, neighbours = np.linspace(0.3, 0.8, 101), np.linspace(0.3, 0.7, 101)
    trial = Trial(answered, neighbours, np.linspace(0.2, 0.5, 101))
    floor, rates = fit_floor(trial), measure_rates(trial, fit_floor(trial))
    assert floor == pytest.approx((0.325 + 0.485) / 2)
    assert rates.false_silence > 0.05
    assert rates.foreign_suggestion < measure_rates(trial, 0.325).foreign_suggestion


def test_rates_are_shares_of_what_was_asked():
    trial = Trial(np.array([0.2, 0.4, 0.6, 0.8]), np.array([0.1, 0.5]), NONE)
    rates = measure_rates(trial, 0.5)
    assert (rates.false_silence, rates.false_suggestion) == (0.5, 0.5)
    assert rates.foreign_suggestion is None


def test_the_range_of_cosines_and_the_model_stay():
    current = Calibration.of("model", Weights(lowest_cosine=0.1, highest_cosine=0.7))
    found = refit(Trial(np.linspace(0.5, 0.9, 50), np.linspace(0.1, 0.6, 50), NONE), current)
    assert (found.fingerprint, found.lowest_cosine, found.highest_cosine) == ("model", 0.1, 0.7)
    assert found.slope != current.slope
    assert 0.1 < found.floor < 0.6
    assert 0.1 < found.midpoint < 0.9


def test_the_production_search_scores_what_is_there_above_what_is_away(tmp_path):
    documents, made = help_center(), []

    @contextmanager
    def open_index(some):
        made.append(1)
        index = SearchIndex(
            tmp_path / str(len(made)), embedder=TinyEmbedder(), weights=TINY_WEIGHTS
        )
        index.rebuild(some, total=len(some))
        yield index
        index.close()

    trial = run_trial(documents, find_aliases(documents), [], open_index)
    assert np.median(trial.answered) > np.median(trial.unanswered)
    found = refit(trial, Calibration.of("tiny", TINY_WEIGHTS))
    before, after = (measure_rates(trial, floor) for floor in (0.99, found.floor))
    assert after.false_silence < before.false_silence
