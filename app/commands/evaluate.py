"""`kb evaluate`: the production search, measured on a BEIR-style set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import click

from app.assembly import open_embedder
from app.commands.printing import (
    CommandFailed,
    json_option,
    named_errors,
    print_json,
    progress_bars,
    progress_option,
)
from app.settings import Settings
from search.document import Progress
from search.evaluate import (
    Endpoint,
    EvaluationError,
    EvaluationSet,
    Outcome,
    Question,
    ask,
    measure,
    measure_silence,
    read_questions,
    read_set,
    trec_run,
)
from search.index import SearchIndex
from search.lexical.engines import EngineChoice
from search.ranking import Mode

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
    as_json: bool,
    shows_progress: bool | None,
) -> None:
    """Index the corpus of SET in a throw-away index, ask its questions, print the measures.

    SET is a folder with corpus.jsonl, queries.jsonl and qrels.tsv.
    """
    questions: Sequence[Question]
    with _named_sets(), progress_bars(shows_progress) as progress:
        evaluation = read_set(folder)
        questions = evaluation.questions[:limit_queries]
        silent = read_questions(unanswerable) if unanswerable else []
        with _indexed(evaluation, progress) as index:
            outcomes = ask(
                index, questions, endpoint=endpoint, mode=mode, typed=typed, progress=progress
            )
            others = ask(index, silent, endpoint=endpoint, mode=mode, progress=progress)
    if run_file:
        _write_run(run_file, outcomes, f"kotae-{mode}")
    figures = measure(outcomes, evaluation.judgments)
    if others:
        figures |= measure_silence(outcomes, others)
    counts = {"queries": len(outcomes), "documents": len(evaluation.documents)}
    _print_figures(figures, counts, as_json=as_json)


@contextmanager
def _named_sets() -> Iterator[None]:
    try:
        yield
    except EvaluationError as error:
        raise CommandFailed(str(error)) from error


@contextmanager
def _indexed(evaluation: EvaluationSet, progress: Progress) -> Iterator[SearchIndex]:
    """Build a throw-away index with the model, engine and embedding cache of the settings."""
    settings = Settings.from_env()
    engine: EngineChoice = settings.keyword_engine  # type: ignore[assignment]  # checked when read
    with tempfile.TemporaryDirectory(prefix="kotae-evaluate-") as directory:
        index = SearchIndex(
            Path(directory),
            embedder=open_embedder(settings),
            engine=engine,
            cache=settings.cache_dir / "embeddings.sqlite3",
        )
        try:
            documents = evaluation.documents
            index.rebuild(documents, total=len(documents), progress=progress)
            yield index
        finally:
            index.close()


def _write_run(path: Path, outcomes: Sequence[Outcome], tag: str) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in trec_run(outcomes, tag)), "utf-8")
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be written ({error.strerror})") from error


def _print_figures(figures: dict[str, float], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json({name: round(value, 4) for name, value in figures.items()} | counts)
        return
    for name, value in figures.items():
        click.echo(f"{name:22} {value:>9.3f}")
    for name, count in counts.items():
        click.echo(f"{name:22} {count:>9,}")
