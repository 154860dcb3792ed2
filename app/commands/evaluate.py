"""`kb evaluate`: the production search, measured on a BEIR-style set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import click

from app.assembly import open_embedder, throwaway_index
from app.commands.printing import (
    CommandFailed,
    json_option,
    named_errors,
    print_json,
    progress_bars,
    progress_option,
)
from app.settings import Settings
from search.evaluate import Endpoint, Outcome, ask, trec_run
from search.evaluation_set import (
    Question,
    read_answers,
    read_questions,
    read_set,
    with_answers,
)
from search.measures import Judgments, measure, measure_languages, measure_silence
from search.ranking import Mode

Figures = dict[str, float]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.argument("folder", metavar="SET", type=click.Path(file_okay=False, path_type=Path))
@click.option("--mode", type=click.Choice(get_args(Mode)), default="hybrid", show_default=True)
@click.option(
    "--endpoint", type=click.Choice(get_args(Endpoint)), default="search", show_default=True
)
@click.option(
    "--typed",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Part of each question that has been typed; 0.5 is its first half.",
)
@click.option("--run", "run_file", type=_FILE, help="Write the rankings as a TREC run.")
@click.option("--limit-queries", type=click.IntRange(1), help="Ask the first N questions only.")
@click.option("--no-answer", "unanswerable", type=_FILE, help="Questions without an answer.")
@click.option("--answers", "answer_file", type=_FILE, help="Strings that answer the questions.")
@json_option
@progress_option
@named_errors
def evaluate_command(
    folder: Path,
    mode: Mode,
    endpoint: Endpoint,
    typed: float,
    run_file: Path | None,
    limit_queries: int | None,
    unanswerable: Path | None,
    answer_file: Path | None,
    as_json: bool,
    shows_progress: bool | None,
) -> None:
    """Index the corpus of SET in a throw-away index, ask its questions, print the measures.

    SET is a folder with corpus.jsonl, queries.jsonl and qrels.tsv.
    """
    with progress_bars(shows_progress) as progress:
        evaluation, settings = read_set(folder), Settings.from_env()
        answers = read_answers(answer_file) if answer_file else {}
        questions = with_answers(evaluation.questions[:limit_queries], answers)
        silent = read_questions(unanswerable) if unanswerable else []
        documents, embedder = evaluation.documents, open_embedder(settings)
        with throwaway_index(settings, embedder, documents, progress) as index:

            def put(asked: Sequence[Question]) -> list[Outcome]:
                return ask(
                    index, asked, endpoint=endpoint, mode=mode, typed=typed, progress=progress
                )

            outcomes, others = put(questions), put(silent)
        if run_file:
            _write_run(run_file, outcomes, f"kotae-{mode}")
        figures = _figures(outcomes, evaluation.judgments, others)
        languages = measure_languages(outcomes, evaluation.judgments, others)
    figures |= {"documents": len(evaluation.documents)}
    _print_figures(figures, languages, as_json=as_json)


def _write_run(path: Path, outcomes: Sequence[Outcome], tag: str) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in trec_run(outcomes, tag)), "utf-8")
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be written ({error.strerror})") from error


def _figures(
    outcomes: Sequence[Outcome], judgments: Judgments, unanswerable: Sequence[Outcome]
) -> Figures:
    silence = measure_silence(outcomes, unanswerable) if unanswerable else {}
    return measure(outcomes, judgments) | silence | {"queries": len(outcomes)}


def _print_figures(figures: Figures, languages: Mapping[str, Figures], *, as_json: bool) -> None:
    if as_json:
        rows = {language: _rounded(row) for language, row in languages.items()}
        print_json(_rounded(figures) | {"languages": rows})
        return
    names = [name for name in figures if name != "documents"]
    click.echo(" " * 8 + "".join(f"{name:>{_width(name)}}" for name in names))
    for label, row in [*languages.items(), ("all", figures)]:
        cells = (f"{_shown(row.get(name)):>{_width(name)}}" for name in names)
        click.echo(f"{label:8}{''.join(cells)}")
    click.echo(f"{figures['documents']:,} documents")


def _rounded(figures: Figures) -> Figures:
    return {
        name: value if isinstance(value, int) else round(value, 4)
        for name, value in figures.items()
    }


def _width(heading: str) -> int:
    return max(9, len(heading) + 2)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
