"""The sample help center answers what customers ask, at least as well as when last measured."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace

import pytest
import yaml

from app.assembly import open_embedder, open_index
from app.settings import Settings
from tests.relevance.golden_set import (
    ALL,
    AT_LEAST,
    AT_MOST,
    KINDS,
    LANGUAGES,
    UNANSWERABLE,
    ask,
    beyond,
    format_failures,
    gate_for,
    print_table,
    read_gate,
    read_golden,
    rows_of,
    tabulate,
)
from tests.server_fixtures import ROOT, environment

EACH = [(kind, language) for kind in (*KINDS, ALL) for language in (*LANGUAGES, ALL)]
SUMS = [(kind, language) for kind, language in EACH if ALL in (kind, language)]
# Below these the rates are too coarse to gate anything.
LEAST_ANSWERABLE, LEAST_UNANSWERABLE = 160, 40


@pytest.fixture(scope="module")
def golden():
    """Every question."""
    return read_golden()


@pytest.fixture(scope="module")
def everything(golden, stocked_var, model_dir):
    """Every question with what the production search gave for it."""
    settings = Settings.from_env(environment(stocked_var, model_dir))
    index = open_index(settings, open_embedder(settings))
    try:
        return [ask(index, each) for each in golden]
    finally:
        index.close()


@pytest.fixture(scope="module")
def table(everything):
    """Their numbers, printed with `-s`."""
    print_table(everything)
    return tabulate(everything)


@pytest.fixture(scope="module")
def front_matter():
    """(article id, locale) -> front matter of the sample articles."""
    found = {}
    for path in sorted((ROOT / "articles").glob("*/*/*.md")):
        head = path.read_text(encoding="utf-8").split("---\n")[1]
        found[path.stem, path.relative_to(ROOT / "articles").parts[0]] = yaml.safe_load(head)
    return found


@pytest.mark.model
def test_nothing_is_asked_of_a_degraded_index(everything):
    assert not [each.golden.id for each in everything if each.degraded]


@pytest.mark.model
@pytest.mark.parametrize(("kind", "language"), EACH)
def test_answers_are_as_good_as_when_last_measured(table, everything, kind, language):
    row, gate = table[kind][language], read_gate()[kind][language]
    wrong = {name: (row[name], gate[name]) for name in beyond(row, gate)}
    concerned = [
        each
        for each in everything
        if kind in (each.golden.kind, ALL) and language in (each.golden.lang, ALL)
    ]
    assert not wrong, (
        f"{kind}/{language}: (measured, allowed) {wrong}\n{format_failures(concerned)}"
    )


@pytest.mark.model
def test_answers_to_another_question_would_be_noticed(everything):
    moved = [
        replace(after, golden=before.golden)
        for before, after in zip(everything, everything[1:] + everything[:1], strict=True)
    ]
    assert {("p@1", row) for row in SUMS if row[0] != UNANSWERABLE} <= breaches(moved)


@pytest.mark.model
@pytest.mark.parametrize(("silent", "measures"), [(True, AT_MOST[:1]), (False, AT_MOST[1:])])
def test_never_or_always_keeping_silent_would_be_noticed(everything, silent, measures):
    found = breaches(
        [replace(each, silent=silent, silent_while_typing=silent) for each in everything]
    )
    languages = (*LANGUAGES, ALL)
    assert {(name, (ALL, language)) for name in measures for language in languages} <= found


def test_the_gate_bounds_every_kind_in_every_language():
    gate = read_gate()
    assert [(k, lang) for k, lang, _ in rows_of(gate)] == EACH
    for kind, _, row in rows_of(gate):
        expected = {
            UNANSWERABLE: {"false_suggestion", "false_while_typing"},
            ALL: {*AT_LEAST, *AT_MOST},
        }.get(kind, {*AT_LEAST, "false_silence"})
        assert set(row) == expected
        assert all(0 <= number <= 1 for number in row.values())


def test_a_bound_leaves_one_question_of_a_cell_and_a_twentieth_of_a_sum():
    row = {"hit@3": 1.0, "p@1": 0.9, "false_silence": 0.0, "questions": 10}
    gate = gate_for({"plain": {"en": row, ALL: {**row, "questions": 40}}})
    assert gate["plain"]["en"] == {"hit@3": 0.9, "p@1": 0.8, "false_silence": 0.1}
    assert gate["plain"][ALL] == {"hit@3": 0.95, "p@1": 0.85, "false_silence": 0.05}


def test_the_questions_are_many_and_even_over_the_languages(golden):
    answerable = Counter(each.lang for each in golden if each.answers)
    unanswerable = Counter(each.lang for each in golden if not each.answers)
    assert answerable.total() >= LEAST_ANSWERABLE
    assert unanswerable.total() >= LEAST_UNANSWERABLE
    for counts in (answerable, unanswerable):
        assert set(counts) == set(LANGUAGES)
        assert len(set(counts.values())) == 1
    assert len({each.id for each in golden}) == len(golden)
    assert all(bool(each.answers) == (each.kind != UNANSWERABLE) for each in golden)


def test_every_accepted_answer_is_an_article(golden, front_matter):
    known = {article for article, _ in front_matter}
    assert not [each.id for each in golden if not set(each.answers) <= known]


def test_a_crosslingual_question_has_no_article_in_its_own_language(golden, front_matter):
    asked = [each for each in golden if each.kind == "crosslingual"]
    assert not [e.id for e in asked for answer in e.answers if (answer, e.lang) in front_matter]


def test_other_questions_have_their_article_in_their_own_language(golden, front_matter):
    asked = [each for each in golden if each.kind != "crosslingual"]
    assert not [e.id for e in asked for answer in e.answers if (answer, e.lang) not in front_matter]


def test_no_question_is_one_that_an_article_lists_itself(golden, front_matter):
    # It would measure whether a text finds itself.
    listed = {
        _letters(question)
        for head in front_matter.values()
        for question in (head.get("questions") or [])
    }
    assert not [each.id for each in golden if _letters(each.text) in listed]


def breaches(everything):
    """(measure, (kind, language)) of all numbers outside of the gate."""
    gate = read_gate()
    return {
        (name, (kind, language))
        for kind, language, row in rows_of(tabulate(everything))
        for name in beyond(row, gate[kind][language])
    }


def _letters(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
