"""`scripts/bench pages`: what the server takes to make a page that it has not kept."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import describe_machine, machine, markdown, milliseconds, percentiles, save
from benchmarks.help_center import LANGUAGES, imported, real_questions
from benchmarks.profile import open_client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--articles", type=int, default=1_000, help="grown; 0 for the sample")
    parser.add_argument("--pages", type=int, default=200, help="of each kind")
    parser.add_argument("--save", type=Path, help="write the figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    with imported(arguments.articles) as env:
        client = open_client(env)
        figures = {
            kind: percentiles_of(client, addresses)
            for kind, addresses in addresses_by_kind(client, arguments.pages).items()
        }
    print(describe_machine(machine()) + "\n")
    print(table(figures))
    save(figures, arguments.save)
    return 0


def addresses_by_kind(client: Any, count: int) -> dict[str, list[str]]:
    """Return the addresses to ask for, `count` of each kind of page."""
    chance = random.Random(5)
    articles = list(_articles(client))
    categories = sorted({f"/{locale}/categories/{own}" for locale, own, _ in articles if own})
    questions = [text for text, _ in real_questions()]
    kinds: dict[str, Callable[[], str]] = {
        "front page": lambda: f"/{chance.choice(LANGUAGES)}/",
        "category": lambda: chance.choice(categories),
        "article": lambda: chance.choice(articles)[2],
        "results": lambda: f"/{chance.choice(LANGUAGES)}/search?q={chance.choice(questions)}",
        "contact form": lambda: f"/{chance.choice(LANGUAGES)}/contact",
    }
    return {kind: [choose() for _ in range(count)] for kind, choose in kinds.items()}


def _articles(client: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (language, category, address) of every article."""
    for locale in LANGUAGES:
        page, items = 1, [None]
        while items:
            answer = client.get(f"/api/v1/articles?locale={locale}&per_page=100&page={page}")
            items = answer.get_json()["items"]
            yield from ((each["locale"], each["category"], each["url"]) for each in items)
            page += 1


def percentiles_of(client: Any, addresses: Sequence[str]) -> dict[str, list[float]]:
    """Return p50, p95 and p99 of what pages take, CPU time and by the clock, in microseconds."""
    cpu, wall = [], []
    for address in addresses:
        # What was kept of pages asked for before would be given again.
        client.application.extensions.pop("kotae.pages", None)
        started = time.perf_counter(), time.thread_time()
        response = client.get(address)
        wall.append(1e6 * (time.perf_counter() - started[0]))
        cpu.append(1e6 * (time.thread_time() - started[1]))
        if response.status_code != 200:
            raise RuntimeError(f"{response.status_code} for {address}")
        response.close()
    return {"cpu_us": percentiles(cpu), "wall_us": percentiles(wall)}


def table(figures: dict[str, dict[str, list[float]]]) -> str:
    """Return the figures as a table."""
    rows = [
        [kind, *(milliseconds(each) for name in ("cpu_us", "wall_us") for each in own[name])]
        for kind, own in figures.items()
    ]
    return markdown(["page", "CPU p50 ms", "p95", "p99", "wall p50 ms", "p95", "p99"], rows)
