"""`scripts/bench profile`: where the time of one suggestion goes, through the whole application."""

from __future__ import annotations

import argparse
import cProfile
import importlib
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import describe_machine, machine, markdown, milliseconds, percentiles, save
from benchmarks.growing import ROOT
from benchmarks.help_center import imported, real_questions
from benchmarks.typing_people import choose_questions, typed_states

PARTS = (
    ("query embedding", "search.question_vectors", "QuestionVectors.vector"),
    ("completing the last word", "search.view", "View.completed"),
    ("keys", "search.view", "View.match_keys"),
    ("lexical", "search.ranking", "word_scores"),
    ("vectors", "search.ranking", "_meant"),
    ("fusion", "search.ranking", "_fuse"),
    ("one entry per article", "search.ranking", "_one_per_article"),
    ("floor", "search.answering", "confident"),
    ("floor", "search.answering", "likely"),
    ("reading passages", "search.view", "View.read"),
    ("choosing answers", "search.hits", "choose_answer"),
    ("highlights", "search.hits", "highlights"),
    ("reasons", "search.hits", "reasons"),
    ("hits, the rest", "search.answering", "make_hits"),
    ("engine, the rest", "search.index", "SearchIndex.suggest"),
    ("database re-check", "app.answers", "_visible_hits"),
    ("use case, the rest", "app.answers", "suggest"),
    ("JSON", "app.answers", "Answers.to_json"),
    ("JSON", "app.views.api", "jsonify"),
    ("counting and rate limit", "app.metrics", "Metrics.count_request"),
    ("counting and rate limit", "app.metrics", "Metrics.count_answers"),
    ("counting and rate limit", "flask_limiter", "Limiter._check_request_limit"),
)
"""(part, module, name): what is timed. What a part calls that is a part itself is not its own."""
REQUEST = "request handling, the rest"
_SLOWEST_SHOWN = 25


class Clock:
    """Adds up, for each part, the CPU time that passes in it and in no part it calls."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}
        self._inside: list[float] = []

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, its time going to `part`."""

        def call(*arguments: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            started = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                spent = time.thread_time() - started
                self.times[part] = self.times.get(part, 0.0) + spent - self._inside.pop()
                if self._inside:
                    self._inside[-1] += spent

        return call

    def take(self) -> dict[str, float]:
        """Return the times so far, and begin anew."""
        times, self.times = self.times, {}
        return times


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--articles", type=int, default=0, help="grown; 0 for the sample")
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    with imported(arguments.articles) as env:
        client = open_client(env)
        texts = typed_texts(arguments.requests)
        half = len(texts) // 2
        functions = profiled(client, texts[half:])
        rows = timed_parts(client, texts[:half])
    print(describe_machine(machine()) + "\n")
    print(parts_table(rows))
    print("\nBy function, under cProfile (which makes calls dearer than they are):\n")
    print(functions)
    save(rows, arguments.save)
    return 0


def open_client(env: dict[str, str]) -> Any:
    """Return a test client of the application with these settings, warmed."""
    from app import create_app
    from app.settings import Settings

    app = create_app(Settings.from_env(env))
    app.extensions["kotae"].index.warm()
    client = app.test_client()
    _ask(client, "warm up", "en")
    return client


def typed_texts(count: int) -> list[tuple[str, str]]:
    """Return texts as people type them, key by key, popular and new questions by turns."""
    texts: list[tuple[str, str]] = []
    for question, locale in choose_questions(list(real_questions()), seed=4):
        texts += [(state, locale) for state in typed_states(question)]
        if len(texts) >= count:
            break
    return texts[:count]


def timed_parts(client: Any, texts: Sequence[tuple[str, str]]) -> list[dict[str, float]]:
    """Return for each request the CPU seconds of every part."""
    clock = Clock()
    for part, module, name in PARTS:
        _wrap(clock, part, module, name)
    ask = clock.timed(REQUEST, _ask)
    rows = []
    for text, locale in texts:
        ask(client, text, locale)
        rows.append(clock.take())
    return rows


def _wrap(clock: Clock, part: str, module: str, name: str) -> None:
    """Put a clock around a function or method, which must exist."""
    holder: Any = importlib.import_module(module)
    *outer, last = name.split(".")
    for each in outer:
        holder = getattr(holder, each)
    setattr(holder, last, clock.timed(part, getattr(holder, last)))


def _ask(client: Any, text: str, locale: str) -> None:
    response = client.get("/api/v1/suggest", query_string={"q": text, "locale": locale})
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} for {text!r}")
    response.close()


def profiled(client: Any, texts: Sequence[tuple[str, str]]) -> str:
    """Return a table of the functions that take most time by themselves."""
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    for text, locale in texts:
        _ask(client, text, locale)
    profile.disable()
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed lacks it
    slowest = sorted(found.items(), key=lambda item: -item[1][2])[:_SLOWEST_SHOWN]
    rows = [
        [_place(where), f"{calls / len(texts):.1f}", milliseconds(1e6 * own / len(texts)),
         milliseconds(1e6 * total / len(texts))]
        for where, (_, calls, own, total, _) in slowest
    ]  # fmt: skip
    return markdown(["function", "calls a request", "own ms", "with what it calls ms"], rows)


def _place(where: tuple[str, int, str]) -> str:
    file, line, name = where
    path = Path(file)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(*path.parts[-2:])
    return f"`{shown}:{line} {name}`" if line else f"`{name}`"


def parts_table(rows: Sequence[dict[str, float]]) -> str:
    """Return where the time goes: mean and percentiles of each part over all requests."""
    names = list(dict.fromkeys(part for part, _, _ in PARTS)) + [REQUEST]
    totals = [1e6 * sum(row.values()) for row in rows]
    whole = statistics.fmean(totals)
    lines = []
    for part in names:
        values = [1e6 * row.get(part, 0.0) for row in rows]
        lines.append([part, *_times(values), f"{100 * statistics.fmean(values) / whole:.0f}"])
    lines.append(["whole request", *_times(totals), "100"])
    headings = ["part, CPU ms a request", "mean", "p50", "p95", "p99", "share %"]
    return markdown(headings, lines)


def _times(values: Sequence[float]) -> list[str]:
    return [milliseconds(value) for value in (statistics.fmean(values), *percentiles(values))]
