"""The measurement of `scripts/bench suggest`: every engine is asked every text, by turns."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine_process import EngineFailed, EngineProcess, Reply, python_command
from benchmarks.figures import median_run, say
from benchmarks.growing import Grown, write_grown
from benchmarks.questions import KINDS, Typed, typed_texts

HERE = Path(__file__).resolve().parent
ALL = "all"
WITHOUT_ENCODER = "full without encoder"
KOTAE = ("keys", "lexical", "ranking", "keys+lexical", "asked again", "full")
NODE = ("MiniSearch", "FlexSearch", "Orama")
PEERS = ("SQLite FTS5", "tantivy", *NODE)
_WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    texts: int
    """Of each kind."""
    rounds: int
    model: str
    """Kind of embedder: settings, stand-in, none."""
    cache: Path
    peers: bool
    node: Path | None
    """Folder in which the Node packages are installed."""


Replies = dict[tuple[str, int], list[Reply]]
"""(path, place of the text) -> the reply of each round."""


def measure(articles: Sequence[Grown], plan: Plan) -> dict[str, Any]:
    """Measure one size; return the figures of every path."""
    with tempfile.TemporaryDirectory(prefix="kotae-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        write_grown(folder / "articles.jsonl", articles)
        engines = [stack.enter_context(engine) for engine in _engines(folder, plan)]
        texts = typed_texts(articles, plan.texts)
        _ask_all(engines, texts[:_WARM_UP])
        replies: Replies = {}
        for number in range(plan.rounds):
            say(f"  round {number + 1} of {plan.rounds}: {len(texts)} texts")
            for key, reply in _ask_all(engines, texts):
                replies.setdefault(key, []).append(reply)
        return {path: _figures(path, texts, replies) | _costs(engine)
                for engine in engines for path in _shown(engine.paths)}  # fmt: skip


def _ask_all(
    engines: Sequence[EngineProcess], texts: Sequence[Typed]
) -> Iterator[tuple[tuple[str, int], Reply]]:
    """Ask each text of each path, beginning with another one each time."""
    ways = [(engine, path) for engine in engines for path in engine.paths]
    for i, typed in enumerate(texts):
        for engine, path in (*ways[i % len(ways) :], *ways[: i % len(ways)]):
            yield (path, i), engine.ask(path, typed.text, typed.locale)


def _engines(folder: Path, plan: Plan) -> Iterator[Any]:
    """Yield what starts each engine, as a context."""
    articles = str(folder / "articles.jsonl")
    yield _kotae(articles, folder / "kotae", plan)
    if not plan.peers:
        return
    for name, module in (("SQLite FTS5", "sqlite_engine"), ("tantivy", "tantivy_engine")):
        own = folder / module
        own.mkdir()
        yield _running(python_command(module, articles, str(own)), (name,))
    for name in NODE if plan.node else ():
        script = str(plan.node / "peers.mjs")
        yield _running(["node", "--max-old-space-size=8192", script, name, articles], (name,))


@contextmanager
def _kotae(articles: str, folder: Path, plan: Plan) -> Iterator[EngineProcess]:
    arguments = [articles, str(folder), "--model", plan.model, "--cache", str(plan.cache)]
    say("  Kotae: building")
    builder = EngineProcess(python_command("kotae_engine", *arguments, "--build"), ("Kotae",))
    builder.close()
    paths = KOTAE if plan.model != "none" else KOTAE[:-1]
    with _running(python_command("kotae_engine", *arguments), paths) as engine:
        engine.facts = builder.facts | engine.facts
        yield engine


@contextmanager
def _running(command: Sequence[str], paths: Sequence[str]) -> Iterator[EngineProcess]:
    say(f"  {paths[0]}: starting")
    engine = EngineProcess(command, paths)
    try:
        yield engine
    finally:
        engine.close()


def _shown(paths: Sequence[str]) -> list[str]:
    return [*paths, WITHOUT_ENCODER] if "full" in paths else [*paths]


def _costs(engine: EngineProcess) -> dict[str, Any]:
    return {"memory": engine.memory(), **engine.facts}


def _figures(path: str, texts: Sequence[Typed], replies: Replies) -> dict[str, Any]:
    """Return the percentiles and the share of right titles, of each kind of text and of all."""
    bare = path == WITHOUT_ENCODER
    figures: dict[str, Any] = {}
    for kind in (*KINDS, ALL):
        places = [i for i, typed in enumerate(texts) if kind in (typed.kind, ALL)]
        own = [replies["full" if bare else path, i] for i in places]
        if own:
            figures[kind] = {
                "texts": len(own),
                "cpu_us": _over_rounds([[_cpu(r, bare) for r in several] for several in own]),
                "wall_us": _over_rounds([[_wall(r, bare) for r in several] for several in own]),
                "found": sum(
                    texts[i].number in r[0].numbers for i, r in zip(places, own, strict=True)
                )
                / len(own),
            }
    return {"kinds": figures}


def _cpu(reply: Reply, bare: bool) -> float:
    return reply.cpu_us - reply.encoder_us if bare else reply.cpu_us


def _wall(reply: Reply, bare: bool) -> float:
    return reply.wall_us - reply.encoder_us if bare else reply.wall_us


def _over_rounds(by_text: Sequence[Sequence[float]]) -> list[float]:
    return median_run(list(zip(*by_text, strict=True)))


def install_node_packages(folder: Path) -> Path:
    """Install the pinned Node packages under `folder`. Raises EngineFailed where that fails."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise EngineFailed(
            "node and npm are needed for MiniSearch, FlexSearch and Orama; install Node 20 or "
            "later, or leave the peers out with --no-peers"
        )
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package-lock.json").read_text(encoding="utf-8")
    stamp = folder / "installed.json"
    for name in ("package.json", "package-lock.json", "peers.mjs"):
        shutil.copyfile(HERE / name, folder / name)
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == json.loads(wanted):
        return folder
    say("  installing the Node packages")
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise EngineFailed(f"npm could not install the peers: {done.stderr.strip()[-500:]}")
    stamp.write_text(wanted, encoding="utf-8")
    return folder
