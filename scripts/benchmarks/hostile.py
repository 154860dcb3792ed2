"""`scripts/bench hostile`: what a real server makes of texts that are meant to harm it."""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import describe_machine, machine, markdown, percentiles, save
from benchmarks.help_center import SAMPLE, environment, import_and_index
from benchmarks.hostile_texts import hostile_texts
from benchmarks.serve import family, serving

MOST_MS = 50.0
"""CPU time that no text may take."""
_WARM_UP = ("", "q=refund", "q=%ED%99%98%EB%B6%88")
_ATTEMPTS = 3
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text."""

    query: str
    status: int
    """0 where the server closed the connection without a word."""
    cpu_ms: float
    """CPU time of all the server's processes, garbage collection and background work included."""
    problem: str
    """The `code` of a refusal, "degraded" for an answer without the model; empty for others."""

    @property
    def is_clear(self) -> bool:
        """Whether it is an answer, or a refusal that says why."""
        return self.status == 200 or 400 <= self.status < 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Return 1 where a text was not clearly answered or refused, or took too long."""
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name:
        env = environment(Path(name) / "var", SAMPLE)
        import_and_index(env)
        with serving(env, 1, Path(name) / "log") as (port, pid):
            texts = hostile_texts(arguments.texts, arguments.seed)
            outcomes = list(ask_all(port, pid, texts))
    figures = summary(outcomes)
    print(describe_machine(machine()) + "\n\n" + table(figures))
    for outcome in worst(outcomes):
        print(f"{outcome.status} after {outcome.cpu_ms:.0f} ms: ?q={outcome.query[:200]}")
    save(figures, arguments.save)
    return 1 if figures["unclear"] or figures["slow"] else 0


def ask_all(port: int, server: int, texts: Iterable[str]) -> Iterator[Outcome]:
    """Ask each text in turn; one that takes too long is asked about again in other words.

    The machine may have been busy: what counts is the least of some attempts, each of which is new
    to the server's memory.
    """
    for query in _WARM_UP:
        _ask(port, server, query)
    for text in texts:
        outcome = _ask(port, server, f"q={text}&locale=en")
        for attempt in range(_ATTEMPTS - 1):
            if outcome.cpu_ms <= MOST_MS:
                break
            again = _ask(port, server, f"q={text}&locale=en&products=x{attempt}")
            outcome = min(outcome, again, key=lambda each: each.cpu_ms)
        yield outcome


def _ask(port: int, server: int, query: str) -> Outcome:
    before = cpu_milliseconds(server)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    status, body = 0, b""
    try:
        connection.putrequest("GET", f"/api/v1/suggest?{query}", skip_accept_encoding=True)
        connection.endheaders()
        response = connection.getresponse()
        status, body = response.status, response.read()
    except (OSError, http.client.HTTPException):
        # A request line of a megabyte is refused before it is read: the answer may be lost.
        status = 414 if len(query) > 100_000 else 0
    finally:
        connection.close()
    return Outcome(query, status, cpu_milliseconds(server) - before, _code(status, body))


def _code(status: int, body: bytes) -> str:
    try:
        said = json.loads(body)
        if status == 200:
            return "degraded" if said["degraded"] else ""
        return str(said["code"])
    except (ValueError, KeyError, TypeError):
        return "refused by the web server"


def cpu_milliseconds(pid: int) -> float:
    """Return the CPU time of a process, its threads and its descendants (Linux)."""
    nanoseconds = 0
    for each in family(pid):
        for statistics in Path(f"/proc/{each}/task").glob("*/schedstat"):
            try:
                nanoseconds += int(statistics.read_text().split()[0])
            except OSError:
                continue  # A thread that has ended meanwhile.
    return nanoseconds / 1e6


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return what became of all texts."""
    times = [outcome.cpu_ms for outcome in outcomes]
    return {
        "made": time.strftime("%Y-%m-%d"),
        "texts": len(outcomes),
        "became": Counter(f"{o.status} {o.problem}".strip() for o in outcomes).most_common(),
        "cpu_ms": [*percentiles(times), max(times)],
        "slow": sum(each > MOST_MS for each in times),
        "unclear": sum(not outcome.is_clear for outcome in outcomes),
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    rows = [[became, str(count)] for became, count in figures["became"]]
    times = " / ".join(f"{value:.1f}" for value in figures["cpu_ms"])
    rows += [["CPU ms p50 / p95 / p99 / most", times],
             [f"more than {MOST_MS:.0f} ms", str(figures["slow"])],
             ["neither answered nor refused", str(figures["unclear"])]]  # fmt: skip
    return markdown([f"{figures['texts']:,} texts", ""], rows)


def worst(outcomes: list[Outcome]) -> list[Outcome]:
    """Return what must not happen, the first of it."""
    wrong = [each for each in outcomes if not each.is_clear or each.cpu_ms > MOST_MS]
    return wrong[:_SHOWN]
