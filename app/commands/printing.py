"""What the commands print: errors in one line, progress with the time left, JSON."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError
from tqdm import tqdm

from app.errors import KotaeError
from search.document import Progress, no_progress

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class CommandFailed(click.ClickException):
    """Ends a command with exit code 1 and one line on stderr."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        print_error(self.format_message())


def named_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn every error raised on purpose into its line; anything else is a defect and shows."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except KotaeError as error:
            raise CommandFailed(error.message) from error
        except DBAPIError as error:
            raise CommandFailed(f"The database does not answer: {error.orig}") from error
        except _engine_errors() as error:
            raise CommandFailed(str(error)) from error

    return run


def print_error(message: str) -> None:
    """One line on stderr."""
    click.echo(f"kb: error: {_one_line(message)}", err=True)


def print_warning(message: str) -> None:
    """One line on stderr."""
    click.echo(f"kb: warning: {_one_line(message)}", err=True)


def print_json(value: Any) -> None:
    """One JSON value on stdout; other scripts are written as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_rows(
    rows: Iterable[T],
    as_json: bool,
    *,
    members: Callable[[T], Mapping[str, object]],
    line: Callable[[T], str],
) -> None:
    """A list on stdout: one JSON array of each row's `members`, or a `line` for each."""
    if as_json:
        print_json([members(row) for row in rows])
        return
    for row in rows:
        click.echo(line(row))


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def progress_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--progress/--no-progress`."""
    return click.option(
        "--progress/--no-progress",
        "shows_progress",
        default=None,
        help="Show progress and the time left on stderr; the default is to do so on a terminal.",
    )(command)


@contextmanager
def progress_bars(shows: bool | None) -> Iterator[Progress]:
    """A Progress that draws a bar for each label; None draws only where a person looks."""
    if not (sys.stderr.isatty() if shows is None else shows):
        yield no_progress
        return
    bars = _Bars()
    try:
        yield bars.update
    finally:
        bars.close()


class _Bars:
    """One bar at a time on stderr."""

    def __init__(self) -> None:
        self._label = ""
        self._bar: tqdm[Any] | None = None

    def update(self, label: str, done: int, total: int) -> None:
        if self._bar is None or label != self._label:
            self.close()
            self._label = label
            self._bar = tqdm(desc=label, total=total, file=sys.stderr, dynamic_ncols=True)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _engine_errors() -> tuple[type[Exception], ...]:
    # Imported when something failed: the engine is slow to import, and `kb --help` needs none.
    from search.calibration import CalibrationError
    from search.embed import EmbedderUnavailable
    from search.evaluation_set import EvaluationError
    from search.generations import WriterBusy
    from search.lexical.contract import IndexDamaged
    from search.writing import StaleIndex

    return (
        CalibrationError,
        EmbedderUnavailable,
        EvaluationError,
        IndexDamaged,
        StaleIndex,
        WriterBusy,
    )


def _one_line(message: str) -> str:
    return " ".join(message.split())
