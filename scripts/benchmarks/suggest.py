"""`scripts/bench suggest`: what one suggestion costs, beside other engines."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from benchmarks import suggest_table
from benchmarks.engine_process import EngineFailed
from benchmarks.figures import describe_machine, machine, save, say
from benchmarks.growing import LONGEST_TEXT, find_corpora, grow, read_originals
from benchmarks.picture import draw_suggest
from benchmarks.suggest_run import Plan, install_node_packages, measure

MOST_EMBEDDED = 20_000
"""Articles above which vectors come from a stand-in: a model would take hours."""
_NOTES = {
    "settings": "Vectors are the model's. Keyword engine: {engine}.",
    "stand-in": "Vectors come from a stand-in for the model (random directions of words): what "
    "the full path finds says nothing here, and the encoder's time is that of the other sizes. "
    "Keyword engine: {engine}.",
    "none": "Without the model. Keyword engine: {engine}.",
}


def read_sizes(text: str) -> list[int]:
    """Return the sizes that `1k,10k` stands for. Raises ValueError."""
    return [int(each[:-1]) * 1000 if each.endswith("k") else int(each) for each in text.split(",")]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=read_sizes, default=[1_000, 10_000, 100_000])
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--texts", type=int, default=125, help="typed texts of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="the median round counts")
    parser.add_argument("--model", choices=tuple(_NOTES), help="where vectors come from")
    parser.add_argument("--save", type=Path, help="write the figures as JSON")
    parser.add_argument("--against", type=Path, help="compare with figures that were saved")
    parser.add_argument("--picture", type=Path, help="draw the figures as SVG")


def run(arguments: argparse.Namespace) -> int:
    before = json.loads(arguments.against.read_text("utf-8")) if arguments.against else None
    work = Path(os.environ["KB_VAR_DIR"]) / "bench"
    node = None
    if arguments.peers:
        try:
            node = install_node_packages(work / "node")
        except EngineFailed as error:
            say(f"bench: {error}")
    done = _measure_sizes(arguments, work, node)
    print("\n".join(suggest_table.tables(done)))
    save(done, arguments.save)
    if arguments.picture:
        arguments.picture.write_text(draw_suggest(done), encoding="utf-8")
    if before:
        print(suggest_table.comparison(done, before))
    return 0


def _measure_sizes(arguments: argparse.Namespace, work: Path, node: Path | None) -> dict[str, Any]:
    folders, called = find_corpora()
    originals = read_originals(folders)
    facts = machine()
    print(f"Articles grown from {called}, one in four Korean, the others English, at most "
          f"{LONGEST_TEXT} characters each.\n{describe_machine(facts)}\n")  # fmt: skip
    sizes: dict[str, Any] = {}
    for size in arguments.sizes:
        say(f"{size:,} articles")
        model = arguments.model or ("settings" if size <= MOST_EMBEDDED else "stand-in")
        cache = work / "embeddings.sqlite3"
        plan = Plan(arguments.texts, arguments.rounds, model, cache, arguments.peers, node)
        engines = measure(list(grow(originals, size)), plan)
        # As KB_KEYWORD_ENGINE=auto chooses.
        note = _NOTES[model].format(engine=engines["keys"].get("engine", "automatic"))
        sizes[str(size)] = {"model": model, "note": note, "engines": engines}
    return {"made": time.strftime("%Y-%m-%d"), "machine": facts, "corpora": called,
            "texts": arguments.texts, "rounds": arguments.rounds, "sizes": sizes}  # fmt: skip
