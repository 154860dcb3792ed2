"""`scripts/bench serve`: a real server, and people who type into it, key by key."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.engine_process import proportional_memory
from benchmarks.figures import (
    describe_machine,
    machine,
    markdown,
    megabytes,
    percentiles,
    save,
    say,
)
from benchmarks.growing import ROOT
from benchmarks.help_center import (
    HelpCenterFailed,
    environment,
    import_and_index,
    kb,
    real_questions,
    write_articles,
)
from benchmarks.typing_people import people_needed

_START_SECONDS = 120
_HOST = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--people", type=_numbers, default=[100], help="typing at once; 25,50 for a row each"
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--warm", type=float, default=15, help="seconds before counting")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--articles", type=int, default=0, help="grown; 0 for the sample")
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def run(arguments: argparse.Namespace) -> int:
    done = measure(arguments)
    print(describe_machine(done["machine"]) + "\n")
    print(table(done["rows"]))
    save(done, arguments.save)
    return 0


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Serve, and let people type. Raises HelpCenterFailed."""
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name:
        articles = write_articles(arguments.articles, Path(name) / "articles")
        env = environment(Path(name) / "var", articles)
        import_and_index(env)
        rows = []
        for people in arguments.people:
            # A server of its own for each row: what one has cached must not speed up the next.
            with serving(env, arguments.workers, Path(name) / "log") as (port, pid):
                say(f"{people} people typing for {arguments.seconds:g} s")
                rows.append(_let_type(arguments, port, pid, people))
        return {"machine": machine(), "articles": arguments.articles, "rows": rows}


@contextmanager
def serving(env: dict[str, str], workers: int, log: Path) -> Iterator[tuple[int, int]]:
    """Run `kb serve`; yield its port and process id once it is ready. Raises HelpCenterFailed."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port = probe.getsockname()[1]
    command = kb("serve", "--no-import", "--port", str(port), "--workers", str(workers))
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=file, stderr=file)
    try:
        _wait_until_ready(process, port, log)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{_HOST}:{port}/readyz", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise HelpCenterFailed(f"the server did not get ready: {log.read_text('utf-8')[-2000:]}")


def _let_type(arguments: argparse.Namespace, port: int, server: int, people: int) -> dict[str, Any]:
    questions = list(real_questions())
    plan = {"host": _HOST, "port": port, "people": people_needed(questions, people),
            "seconds": arguments.seconds, "warm_seconds": arguments.warm,
            "questions": questions}  # fmt: skip
    command = [sys.executable, "-m", "benchmarks.load"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as generator:
        assert generator.stdin
        assert generator.stdout
        generator.stdin.write(json.dumps(plan))
        generator.stdin.close()
        generator.stdout.readline()
        cpu, begun = cpu_seconds(server), time.monotonic()
        generator.stdout.readline()
        cpu, lasted = cpu_seconds(server) - cpu, time.monotonic() - begun
        last = generator.stdout.readline()
    if not last:
        raise HelpCenterFailed("the load generator ended; what it said stands above")
    return _row(json.loads(last), people, plan["people"], cpu / lasted, lasted, server)


def _row(
    said: dict[str, Any], people: int, present: int, cpu: float, lasted: float, server: int
) -> dict[str, Any]:
    waits, took = said["waits"] or [0.0], said["took"] or [0.0]
    return {
        "typing": people,
        "present": present,
        "requests": len(said["waits"]),
        "per_second": said["answered"] / lasted,
        "new_texts": said["texts"] / max(1, len(said["waits"])),
        "ms": [1000 * each for each in percentiles(waits)],
        "took_ms": percentiles(took),
        "errors": said["errors"],
        "server_cores": cpu,
        "generator_cpu_s": said["cpu_s"],
        "memory": sum(map(proportional_memory, family(server))),
    }


def family(pid: int) -> list[int]:
    """Return a process and all its descendants (Linux)."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            with suppress(OSError):  # A thread may have ended meanwhile.
                waiting += [int(child) for child in children.read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its living descendants have used (Linux)."""
    ticks = 0
    for each in family(pid):
        # The name, in brackets, may hold spaces; user and system time are 11 and 12 behind it.
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures as Markdown."""
    headings = ["people typing", "requests/s", "distinct %", "p50 ms", "p95", "p99",
                "took_ms p50", "p99", "errors", "server cores",
                "CPU ms a request", "server MB"]  # fmt: skip
    return markdown(headings, [
        [str(row["typing"]), f"{row['per_second']:.0f}", f"{100 * row['new_texts']:.0f}",
         *(f"{value:.1f}" for value in row["ms"]),
         f"{row['took_ms'][0]:.1f}", f"{row['took_ms'][2]:.1f}",
         str(sum(row["errors"].values())), f"{row['server_cores']:.2f}",
         f"{1000 * row['server_cores'] / max(row['per_second'], 1e-9):.1f}",
         megabytes(row["memory"])]
        for row in rows
    ])  # fmt: skip
