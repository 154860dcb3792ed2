"""Work on many files at once, on every core; few files stay in this process."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from app.importing.report import ImportRefused
from search.document import Progress

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_CHUNK = 24
_WORTH_A_POOL = 150
"""Starting the workers takes about as long as working on this many files."""
_MOST_WORKERS = 8


def run_all(
    work: Callable[[Sequence[Item]], list[Outcome]],
    items: Sequence[Item],
    *,
    label: str,
    progress: Progress,
) -> list[Outcome]:
    """What `work` returns for all of `items`, in their order.

    `work` must be picklable and gets a few items at a time. Raises ImportRefused when a worker
    process dies, and whatever `work` raises.
    """
    chunks = [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
    outcomes: list[Outcome] = []
    for done in _chunk_outcomes(work, chunks, len(items)):
        outcomes.extend(done)
        progress(label, len(outcomes), len(items))
    return outcomes


def _chunk_outcomes(
    work: Callable[[Sequence[Item]], list[Outcome]], chunks: list[Sequence[Item]], count: int
) -> Iterator[list[Outcome]]:
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    if count < _WORTH_A_POOL or workers == 1:
        yield from map(work, chunks)
        return
    # Not forked: the parent may be a server with threads, whose locks a fork would copy as held.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context)
    try:
        yield from executor.map(work, chunks)
    except BrokenProcessPool as error:
        raise ImportRefused(
            "A process that read files was ended; is there enough memory?"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)
