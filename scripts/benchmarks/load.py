"""The load generator of `scripts/bench serve`, a process of its own: reads a plan, prints figures.

A key is pressed when it is due, whether or not the answer to the one before has come, and an answer
is late from then on: a server that cannot keep up cannot slow down those who ask it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from benchmarks.typing_people import (
    KEYS_A_SECOND,
    THINKING_SECONDS,
    Asked,
    choose_questions,
    typed_states,
)

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_TOOK = re.compile(rb'"took_ms": *([0-9.]+)')
_PATIENCE_SECONDS = 10.0


@dataclass
class Tally:
    """What happened to requests that were due while it counted."""

    since: float
    until: float
    waits: list[float] = field(default_factory=list)
    """Seconds from the key to the whole answer."""
    took: list[float] = field(default_factory=list)
    """Milliseconds that the server says it took."""
    errors: dict[str, int] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    answered: int = 0
    """Answers that came while it counted, those to earlier keys among them: what was served."""

    def counts(self, moment: float) -> bool:
        return self.since <= moment < self.until

    def fail(self, reason: str) -> None:
        self.errors[reason] = self.errors.get(reason, 0) + 1


class Connection:
    """One kept-alive HTTP/1.1 connection, as a browser has it; opened again when it is lost."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body. Raises OSError, EOFError, TimeoutError."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        async with asyncio.timeout(_PATIENCE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def type_questions(
    connection: Connection, questions: Iterator[Asked], tally: Tally, chance: random.Random
) -> None:
    """Be one person until the tally ends."""
    due = time.monotonic() + chance.uniform(0, THINKING_SECONDS[1])
    while due < tally.until:
        text, locale = next(questions)
        for state in typed_states(text):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await _ask(connection, state, locale, due, tally)
            # Nobody types like a metronome.
            due += chance.uniform(0.5, 1.5) / KEYS_A_SECOND
            if due >= tally.until:
                break
        due = max(due, time.monotonic()) + chance.uniform(*THINKING_SECONDS)
    connection.close()


async def _ask(connection: Connection, text: str, locale: str, due: float, tally: Tally) -> None:
    query = urlencode(
        {"q": text, "locale": locale, "limit": 5, "session": f"bench-{id(connection)}"}
    )
    try:
        status, body = await connection.get(f"/api/v1/suggest?{query}")
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
        connection.close()
        if tally.counts(due):
            tally.fail(type(error).__name__)
        return
    tally.answered += tally.counts(time.monotonic())
    if not tally.counts(due):
        return
    tally.texts.add(f"{locale} {text}")
    tally.waits.append(time.monotonic() - due)
    if status != 200:
        tally.fail(str(status))
    elif took := _TOOK.search(body):
        tally.took.append(float(took[1]))


async def run(plan: dict[str, Any]) -> Tally:
    """Let all people type; return what was counted after the warm-up."""
    begin = time.monotonic()
    tally = Tally(begin + plan["warm_seconds"], begin + plan["warm_seconds"] + plan["seconds"])
    questions = choose_questions([(text, locale) for text, locale in plan["questions"]], seed=3)
    people = [
        type_questions(
            Connection(plan["host"], plan["port"]), questions, tally, random.Random(number)
        )
        for number in range(plan["people"])
    ]
    marks = asyncio.create_task(_announce(tally))
    await asyncio.gather(*people)
    await marks
    return tally


async def _announce(tally: Tally) -> None:
    """Say when counting begins and ends, for whoever reads the server's CPU time."""
    for moment, word in ((tally.since, "begin"), (tally.until, "end")):
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        print(word, flush=True)


def main() -> None:
    plan = json.load(sys.stdin)
    own = time.process_time()
    tally = asyncio.run(run(plan))
    print(json.dumps({
        "waits": tally.waits, "took": tally.took, "errors": tally.errors,
        "texts": len(tally.texts), "answered": tally.answered,
        "cpu_s": time.process_time() - own,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
