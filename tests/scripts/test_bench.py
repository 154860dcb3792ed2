"""`scripts/bench` from end to end, small: what it grows, asks, counts and prints."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """benchmark("growing") -> that module of scripts/benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return lambda name: importlib.import_module(f"benchmarks.{name}")


@pytest.fixture
def bench(tmp_path):
    """Runs scripts/bench on the sample articles, without a model; environment by keywords."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {
        "KB_VAR_DIR": str(tmp_path / "var"),
        "KB_SHARED_DIR": str(tmp_path / "nothing"),
        "KB_EMBEDDING_MODEL": "none",
    }

    def run(*arguments, **environment):
        command = [sys.executable, str(ROOT / "scripts" / "bench"), *map(str, arguments)]
        return subprocess.run(
            command, env=inherited | own | environment, capture_output=True, text=True
        )

    return run


@pytest.fixture
def originals(benchmark):
    growing = benchmark("growing")
    texts = ("Reset your password", "Change the delivery address", "Return a parcel")
    korean = ("비밀번호를 재설정하기", "배송지 변경하기")
    return {
        "en": [growing.Grown(0, "en", t, (("", f"{t} in the app today."),)) for t in texts],
        "ko": [growing.Grown(0, "ko", t, (("", f"{t} 안내입니다."),)) for t in korean],
    }


def test_a_grown_help_center_has_different_titles_and_is_always_the_same(benchmark, originals):
    grow = benchmark("growing").grow
    grown = list(grow(originals, 200))
    assert len({article.title.casefold() for article in grown}) == 200
    assert grown == list(grow(originals, 200))
    assert grown[:40] == list(grow(originals, 40))
    assert sum(article.locale == "ko" for article in grown) == 50


def test_a_copy_says_something_else_than_its_original(benchmark, originals):
    first, *_, last = benchmark("growing").grow(originals, 100)
    assert first.title == "Reset your password"
    assert last.title not in {article.title for own in originals.values() for article in own}


def test_a_slip_is_one_edit(benchmark):
    import random

    distance = benchmark("questions").with_slip
    for seed in range(200):
        slipped = distance("Return a parcel", random.Random(seed))
        assert slipped != "Return a parcel"
        assert edits("Return a parcel", slipped) == 1, slipped


def edits(a, b):
    """Optimal string alignment distance."""
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 2 : j][::-1]:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def test_the_median_run_is_taken_for_each_percentile(benchmark):
    median_run = benchmark("figures").median_run
    assert median_run([[1, 1, 1], [9, 9, 9], [2, 2, 2]]) == [2, 2, 2]
    assert median_run([list(range(101))]) == [50, 95, 99]


@pytest.fixture
def measured(bench, tmp_path):
    done = bench(
        *("suggest", "--sizes", 60, "--texts", 6, "--rounds", 1, "--no-peers"),
        *("--model", "stand-in", "--save", tmp_path / "run.json"),
        *("--picture", tmp_path / "run.svg"),
    )
    assert done.returncode == 0, done.stderr
    return done, json.loads((tmp_path / "run.json").read_text())


def test_every_path_of_kotae_is_measured_and_the_encoder_is_told_apart(measured, tmp_path):
    done, run = measured
    engines = run["sizes"]["60"]["engines"]
    assert list(engines) == [
        *("keys", "lexical", "ranking", "keys+lexical", "full", "full without encoder")
    ]
    for figures in engines.values():
        assert set(figures["kinds"]) >= {"2 letters", "half a title", "question", "typo", "all"}
        p50, p95, p99 = figures["kinds"]["all"]["cpu_us"]
        assert 0 < p50 <= p95 <= p99
    asked = [engines[path]["kinds"]["question"]["cpu_us"][0] for path in engines]
    assert asked[-1] < asked[-2]
    assert "stand-in" in done.stdout
    assert ElementTree.parse(tmp_path / "run.svg").getroot().tag.endswith("svg")


def test_the_title_that_was_typed_in_half_is_found(measured):
    _, run = measured
    assert run["sizes"]["60"]["engines"]["keys"]["kinds"]["half a title"]["found"] >= 0.8


def test_a_run_can_be_compared_with_one_that_was_saved(measured, bench, tmp_path):
    arguments = ("suggest", "--sizes", 60, "--texts", 2, "--rounds", 1, "--no-peers")
    done = bench(*arguments, "--model", "none", "--against", tmp_path / "run.json")
    assert done.returncode == 0, done.stderr
    assert "60: Kotae, keys" in done.stdout.partition("to the earlier run's")[2]


def test_without_node_the_other_peers_are_measured_and_it_is_said(bench, tmp_path):
    arguments = ("suggest", "--sizes", 40, "--texts", 2, "--rounds", 1, "--model", "none")
    done = bench(*arguments, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "node and npm are needed" in done.stderr
    assert "SQLite FTS5" in done.stdout
    assert "tantivy" in done.stdout
    assert "MiniSearch" not in done.stdout


def test_the_node_peers_find_what_they_were_given(benchmark, originals, tmp_path):
    node = ROOT / "var" / "bench" / "node"
    if not (node / "node_modules").is_dir() or not shutil.which("node"):
        pytest.skip("the Node packages are not installed: run ./scripts/bench suggest once")
    growing, process = benchmark("growing"), benchmark("engine_process")
    articles = list(growing.grow(originals, 30))
    growing.write_grown(tmp_path / "articles.jsonl", articles)
    script = str(ROOT / "scripts" / "benchmarks" / "peers.mjs")
    shutil.copy(script, node / "peers.mjs")
    for name in benchmark("suggest_run").NODE:
        command = ["node", str(node / "peers.mjs"), name, str(tmp_path / "articles.jsonl")]
        engine = process.EngineProcess(command, (name,))
        try:
            reply = engine.ask(name, articles[20].title, "en")
        finally:
            engine.close()
        assert articles[20].number in reply.numbers, name
        assert reply.cpu_us > 0
