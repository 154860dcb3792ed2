"""The other side of an EngineProcess, for engines in Python."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.engine_process import proportional_memory

Ask = Callable[[str, str], list[int]]
"""Called with (text, locale); returns numbers of articles, best first."""


@contextmanager
def stopwatch(facts: dict[str, Any], name: str) -> Iterator[None]:
    """Put into `facts` how long the block took, by the clock and in CPU time of the process."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    facts[f"{name}_s"] = time.perf_counter() - wall
    facts[f"{name}_cpu_s"] = time.process_time() - cpu


def own_memory() -> int:
    """Return what `proportional_memory` says of this process, garbage collected."""
    gc.collect()
    return proportional_memory(os.getpid())


def answer_all(
    ways: dict[str, Ask],
    facts: dict[str, Any],
    encoder_seconds: Callable[[], float] = lambda: 0.0,
) -> None:
    """Say that the index is ready, then answer each line until there are no more.

    `encoder_seconds`: CPU time that an embedding model has taken so far.
    """
    # What is read in from now on is garbage soon; the index is not: a server does the same.
    gc.collect()
    gc.freeze()
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        ask, text, locale = ways[request["path"]], request["text"], request["locale"]
        encoder, wall, cpu = encoder_seconds(), time.perf_counter(), time.thread_time()
        numbers = ask(text, locale)
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        said = {"cpu_us": cpu * 1e6, "wall_us": wall * 1e6, "numbers": numbers[:5],
                "encoder_us": (encoder_seconds() - encoder) * 1e6}  # fmt: skip
        print(json.dumps(said), flush=True)
