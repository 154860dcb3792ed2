"""`kb calibrate`: fitting the shown score and the floor to the operator's own help center."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from app.assembly import (
    calibration_file,
    embedding_cache,
    open_calibration,
    open_embedder,
    throwaway_index,
)
from app.commands.printing import (
    CommandFailed,
    json_option,
    named_errors,
    print_json,
    progress_bars,
    progress_option,
)
from app.commands.workplace import open_workplace
from app.indexing import load_documents
from app.models import utc_now
from app.settings import Settings
from search.calibration import Calibration, is_shipped
from search.cosine_range import fit_cosine_range
from search.document import Document, Progress
from search.embed import Embedder
from search.embedding_cache import EmbeddingCache, RememberingEmbedder
from search.evaluation_set import Question, read_questions
from search.fusion import Weights
from search.index import SearchIndex
from search.measures import auroc
from search.recalibration import (
    Alias,
    Trial,
    find_aliases,
    measure_rates,
    refit,
    run_trial,
)

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("calibrate")
@click.option("--no-answer", "unanswerable", type=_FILE, help="Questions that nothing answers.")
@click.option("--dry-run", is_flag=True, help="Print what would change; write nothing.")
@json_option
@progress_option
@named_errors
def calibrate_command(
    unanswerable: Path | None, dry_run: bool, as_json: bool, shows_progress: bool | None
) -> None:
    """Fit the shown score and the floor to the published articles and their questions.

    Every question in the articles' front matter is asked twice: while its article is there without
    it, and while its article is away. A server uses the outcome from its next start on.
    """
    with open_workplace() as place:
        with place.sessions() as session:
            documents = list(load_documents(session))
        settings = place.settings
    foreign = read_questions(unanswerable) if unanswerable else []
    embedder, cache = _open_model(settings)
    before = open_calibration(settings, embedder.fingerprint)
    aliases = find_aliases(documents)
    with progress_bars(shows_progress) as progress:
        start = before
        if not is_shipped(embedder.fingerprint):
            start = _with_range(before, documents, aliases, embedder, cache, progress)
        trial = _try(settings, embedder, start, documents, aliases, foreign, progress)
    after = refit(trial, start)
    outcome = _outcome(trial, before, after)
    if not dry_run:
        _write(after, calibration_file(settings), trial)
    if as_json:
        print_json(outcome)
    else:
        _print_outcome(outcome, None if dry_run else calibration_file(settings))


def _open_model(settings: Settings) -> tuple[Embedder, EmbeddingCache]:
    embedder, cache = open_embedder(settings), EmbeddingCache(embedding_cache(settings))
    if embedder is None:
        raise CommandFailed("Calibrating needs the embedding model; see `kb doctor`.")
    return RememberingEmbedder(embedder, cache), cache


def _with_range(
    calibration: Calibration,
    documents: Sequence[Document],
    aliases: Sequence[Alias],
    embedder: Embedder,
    cache: EmbeddingCache,
    progress: Progress,
) -> Calibration:
    lowest, highest = fit_cosine_range(documents, aliases, embedder, cache, progress)
    return replace(calibration, lowest_cosine=lowest, highest_cosine=highest)


def _try(
    settings: Settings,
    embedder: Embedder,
    calibration: Calibration,
    documents: Sequence[Document],
    aliases: Sequence[Alias],
    foreign: Sequence[Question],
    progress: Progress,
) -> Trial:
    weights = calibration.apply(Weights())

    def open_index(some: Sequence[Document]) -> AbstractContextManager[SearchIndex]:
        return throwaway_index(settings, embedder, some, weights=weights)

    return run_trial(documents, aliases, foreign, open_index, progress)


def _outcome(trial: Trial, before: Calibration, after: Calibration) -> dict[str, Any]:
    foreign = auroc(trial.answered, trial.foreign) if len(trial.foreign) else None
    return {
        "questions": len(trial.answered),
        "foreign_questions": len(trial.foreign),
        "auroc": auroc(trial.answered, trial.unanswered),
        "foreign_auroc": foreign,
        "before": asdict(before) | asdict(measure_rates(trial, before.floor)),
        "after": asdict(after) | asdict(measure_rates(trial, after.floor)),
    }


def _write(calibration: Calibration, path: Path, trial: Trial) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"made": utc_now().isoformat(timespec="seconds"), "questions": len(trial.answered)}
    calibration.write(path, about)


def _print_outcome(outcome: dict[str, Any], path: Path | None) -> None:
    before, after = outcome["before"], outcome["after"]
    click.echo(f"{'':24}{'before':>9}{'after':>9}")
    for name in before:
        if name != "fingerprint" and before[name] is not None:
            label = name.replace("_", " ")
            click.echo(f"{label:24}{before[name]:>9.3f}{after[name]:>9.3f}")
    click.echo(f"{outcome['questions']:,} questions, AUROC {outcome['auroc']:.3f}")
    if outcome["foreign_questions"]:
        count, foreign = outcome["foreign_questions"], outcome["foreign_auroc"]
        click.echo(f"{count:,} questions that nothing answers, AUROC {foreign:.3f}")
    click.echo(f"written to {path}; a server uses it from its next start on" if path else "dry run")
