"""The columns of the panel, and how a set's row comes about: one index, asked in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from search.document import Progress
from search.evaluate import Outcome, ask
from search.evaluation_set import EvaluationSet, Question
from search.index import SearchIndex
from search.measures import measure_each, measure_language_silence
from search.panel import Column, Panel
from search.ranking import Mode

MODES: Sequence[Mode] = ("keyword", "semantic", "hybrid")
HALF_TYPED = Column("half typed", "hit@3")
ANSWER = Column("answer text", "answer_contained")
FALSE_SUGGESTION = Column("false suggestion", "", lower_is_better=True)
FALSE_SILENCE = Column("false silence", "", lower_is_better=True)
COLUMNS = (
    *(Column(mode, "ndcg@10") for mode in MODES),
    *(HALF_TYPED, ANSWER, FALSE_SUGGESTION, FALSE_SILENCE),
)
DOCUMENTS, QUESTIONS, AUROC = "documents", "questions", "auroc"
"""Facts of a set; the last is the least of all languages'."""


def fill_row(
    panel: Panel,
    name: str,
    evaluation: EvaluationSet,
    questions: Sequence[Question],
    unanswerable: Sequence[Question],
    index: SearchIndex,
    bar: Callable[[str], Progress],
) -> None:
    """Ask `questions` of the set called `name` and `unanswerable` ones, and note what they got.

    `bar`: makes a Progress for what a label says. Raises EvaluationError.
    """
    judgments = evaluation.judgments
    for mode in MODES:
        asked = ask(index, questions, mode=mode, progress=bar(f"{name}, {mode}"))
        panel.add(name, Column(mode, "ndcg@10"), measure_each(asked, judgments, "ndcg@10"))
    half = ask(index, questions, endpoint="suggest", typed=0.5, progress=bar(f"{name}, half typed"))
    panel.add(name, HALF_TYPED, measure_each(half, judgments, HALF_TYPED.measure))
    panel.add(name, ANSWER, measure_each(asked, judgments, ANSWER.measure))
    panel.add_facts(name, {DOCUMENTS: len(evaluation.documents), QUESTIONS: len(questions)})
    # A set may well answer the questions that were taken from it.
    others = [question for question in unanswerable if question.source != name]
    silent = ask(index, others, depth=1, progress=bar(f"{name}, no answer"))
    _add_silence(panel, name, asked, silent)


def _add_silence(
    panel: Panel, name: str, answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]
) -> None:
    suggested = {each.question.id: float(not each.no_answer) for each in unanswerable}
    panel.add(name, FALSE_SUGGESTION, suggested)
    silent = {each.question.id: float(each.no_answer) for each in answerable}
    panel.add(name, FALSE_SILENCE, silent)
    rows = measure_language_silence(answerable, unanswerable).values()
    found = [row["auroc"] for row in rows if "auroc" in row]
    if found:
        panel.add_facts(name, {AUROC: min(found)})
