"""`scripts/bench events`: what suggestions cost while visitors' events are being stored.

One person types into a real server at a steady pace, while others send batches of events.
Rounds with and without events take turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.figures import describe_machine, machine, markdown, percentiles, save, say
from benchmarks.help_center import (
    SAMPLE,
    HelpCenterFailed,
    environment,
    import_and_index,
    real_questions,
)
from benchmarks.serve import serving

_KEYS_A_SECOND = 8.0
_IN_BATCH = 4
_SENDERS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=10, help="of each round")
    parser.add_argument("--rounds", type=int, default=4, help="with and without events, each")
    parser.add_argument(
        "--rates", type=_numbers, default=[0, 10, 50], help="batches a second, a row each"
    )
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def run(arguments: argparse.Namespace) -> int:
    done = measure(arguments.rates, arguments.rounds, arguments.seconds)
    print(describe_machine(done["machine"]) + "\n")
    print(table(done["rows"]))
    save(done, arguments.save)
    return 0


def measure(rates: Sequence[int], rounds: int, seconds: float) -> dict[str, Any]:
    """Serve, type, and send; figures by rate of batches. Raises HelpCenterFailed."""
    waits: dict[int, list[list[float]]] = {rate: [] for rate in rates}
    stored = dict.fromkeys(rates, 0)
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name:
        env = environment(Path(name) / "var", SAMPLE) | {"KB_RATE_EVENTS": "100000000/minute"}
        import_and_index(env)
        with serving(env, 2, Path(name) / "log") as (port, _):
            _type(port, 3, itertools.cycle(list(real_questions())))
            for turn in range(rounds):
                for rate in rates if turn % 2 else list(rates)[::-1]:
                    say(f"round {turn + 1}: {rate} batches a second")
                    found, accepted = _round(port, rate, seconds)
                    waits[rate].append(found)
                    stored[rate] += accepted
    return {"machine": machine(),
            "rows": [_row(rate, waits[rate], stored[rate], seconds) for rate in rates]}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """What was measured, as Markdown; the first row is what the others are compared with."""
    headings = ["batches asked /s", "stored /s", "suggestions", "p50 ms", "p95 ms", "p99 ms",
                "p50 to none", "p95 to none"]  # fmt: skip
    base = rows[0]["ms"]
    return markdown(headings, [[
        str(row["rate"]), f"{row['stored_per_second']:.1f}", str(row["suggestions"]),
        *(f"{each:.1f}" for each in row["ms"]),
        *(f"{row['ms'][place] / base[place]:.2f}" for place in (0, 1)),
    ] for row in rows])  # fmt: skip


def _row(rate: int, rounds: list[list[float]], stored: int, seconds: float) -> dict[str, Any]:
    figures = [percentiles([1000 * wait for wait in each]) for each in rounds]
    return {
        "rate": rate,
        "stored_per_second": stored / seconds / len(rounds),
        "suggestions": sum(map(len, rounds)),
        # The median round: others may have worked on the machine in one of them.
        "ms": [statistics.median(each) for each in zip(*figures, strict=True)],
    }


def _round(port: int, rate: int, seconds: float) -> tuple[list[float], int]:
    """Seconds that each suggestion took, and the batches stored meanwhile."""
    if not rate:
        return _type(port, seconds, itertools.cycle(list(real_questions()))), 0
    # In a process of its own: threads of this one would take turns with whoever types.
    context = multiprocessing.get_context("spawn")
    started, accepted = context.Event(), context.Value("i", 0)
    sender = context.Process(target=send_batches, args=(port, rate, seconds, started, accepted))
    sender.start()
    started.wait()
    try:
        return _type(port, seconds, itertools.cycle(list(real_questions()))), int(accepted.value)
    finally:
        sender.join()


def send_batches(port: int, rate: int, seconds: float, started: Any, accepted: Any) -> None:
    """Send batches at a steady pace over a few connections; what a process of its own does."""
    over = threading.Event()
    senders = [
        threading.Thread(target=_send, args=(port, rate / _SENDERS, over, accepted))
        for _ in range(_SENDERS)
    ]
    for sender in senders:
        sender.start()
    started.set()
    over.wait(seconds)
    over.set()
    for sender in senders:
        sender.join()


def _type(port: int, seconds: float, questions: Any) -> list[float]:
    """Type questions key by key at a steady pace; how long each answer took from its key on."""
    waits: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due = time.monotonic()
    end = due + seconds
    while due < end:
        text, locale = next(questions)
        for length in range(2, min(len(text), 12)):
            time.sleep(max(0.0, due - time.monotonic()))
            _get(connection, text[:length], locale)
            waits.append(time.monotonic() - due)
            due += 1 / _KEYS_A_SECOND
            if due >= end:
                break
    connection.close()
    return waits


def _get(connection: http.client.HTTPConnection, text: str, locale: str) -> None:
    connection.request("GET", f"/api/v1/suggest?{urlencode({'q': text, 'locale': locale})}")
    _read(connection, lambda status: status == 200)


def _send(port: int, rate: float, over: threading.Event, accepted: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    due = time.monotonic()
    while not over.is_set():
        connection.request("POST", "/api/v1/events", json.dumps(_batch()))
        _read(connection, lambda status: status == 202)
        with accepted.get_lock():
            accepted.value += 1
        due += 1 / rate
        over.wait(max(0.0, due - time.monotonic()))
    connection.close()


def _batch() -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    value = {"query": "how do I return a parcel", "results": 5, "via": "suggest"}
    events = [{"id": str(uuid.uuid4()), "type": "suggest_shown", "at": at, "value": value}
              for _ in range(_IN_BATCH)]  # fmt: skip
    return {"session": str(uuid.uuid4()), "sent_at": at, "events": events}


def _read(connection: http.client.HTTPConnection, is_good: Callable[[int], bool]) -> None:
    response = connection.getresponse()
    body = response.read()
    if not is_good(response.status):
        raise HelpCenterFailed(f"{response.status}: {body.decode()[:300]}")
