"""`scripts/bench` from end to end, small: what it grows, asks, counts and prints."""

import asyncio
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """benchmark("growing") -> that module of scripts/benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return lambda name: importlib.import_module(f"benchmarks.{name}")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Runs scripts/bench on the sample articles, without a model; environment by keywords."""
    tmp_path = tmp_path_factory.mktemp("bench")
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


@pytest.fixture(scope="module")
def measured(bench, tmp_path_factory):
    """A run: what it printed, its figures, and the folder with its files."""
    folder = tmp_path_factory.mktemp("run")
    done = bench(
        *("suggest", "--sizes", 60, "--texts", 6, "--rounds", 1, "--no-peers"),
        *("--model", "stand-in", "--save", folder / "run.json"),
        *("--picture", folder / "run.svg"),
    )
    assert done.returncode == 0, done.stderr
    return done, json.loads((folder / "run.json").read_text()), folder


def test_every_path_of_kotae_is_measured_and_the_encoder_is_told_apart(measured):
    done, run, folder = measured
    engines = run["sizes"]["60"]["engines"]
    assert list(engines) == [
        *("keys", "lexical", "ranking", "keys+lexical", "asked again"),
        *("full", "full without encoder"),
    ]
    for figures in engines.values():
        assert set(figures["kinds"]) >= {"2 letters", "half a title", "question", "typo", "all"}
        p50, p95, p99 = figures["kinds"]["all"]["cpu_us"]
        assert 0 < p50 <= p95 <= p99
    asked = [engines[path]["kinds"]["question"]["cpu_us"][0] for path in engines]
    assert asked[-1] < asked[-2]
    assert "stand-in" in done.stdout
    assert ElementTree.parse(folder / "run.svg").getroot().tag.endswith("svg")


def test_the_title_that_was_typed_in_half_is_found(measured):
    _, run, _ = measured
    assert run["sizes"]["60"]["engines"]["keys"]["kinds"]["half a title"]["found"] >= 0.8


def test_a_run_can_be_compared_with_one_that_was_saved(measured, bench):
    saved = measured[2] / "run.json"
    arguments = ("suggest", "--sizes", 60, "--texts", 2, "--rounds", 1, "--no-peers")
    done = bench(*arguments, "--model", "none", "--against", saved)
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


def test_a_hangul_syllable_is_typed_letter_by_letter(benchmark):
    typed_states = benchmark("typing_people").typed_states
    assert list(typed_states("a환불")) == ["a", "aㅎ", "a화", "a환", "a환ㅂ", "a환부", "a환불"]
    assert list(typed_states("가")) == ["ㄱ", "가"]


def test_every_second_question_is_popular_and_the_others_are_all_asked_before_one_returns(
    benchmark,
):
    people = benchmark("typing_people")
    questions = [(f"question {i}", "en") for i in range(100)]
    asked = people.choose_questions(questions, seed=1)
    some = [next(asked) for _ in range(140)]
    assert len(set(some[1::2])) == 70
    assert len(set(some[::2])) <= people.POPULAR
    assert not {*some[::2]} & {*some[1::2]}


def test_there_are_as_many_people_more_as_think(benchmark):
    people_needed = benchmark("typing_people").people_needed
    # Ten keys take two seconds; then one thinks for as long.
    assert people_needed([("ten letter", "en")], 100) == 200


@pytest.mark.slow
def test_people_type_into_a_real_server_and_every_request_is_counted(bench, tmp_path):
    done = bench(
        *("serve", "--people", "3,6", "--seconds", 2, "--warm", 1, "--articles", 30),
        *("--save", tmp_path / "serve.json"),
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "serve.json").read_text())["rows"]
    assert [row["typing"] for row in rows] == [3, 6]
    for row in rows:
        assert row["requests"] > 0
        assert row["errors"] == {}
        assert row["server_cores"] > 0
        assert 0 < row["ms"][0] <= row["ms"][2]
        assert row["took_ms"][0] < row["ms"][0]


@pytest.fixture
def type_into(benchmark):
    """type_into(answer, since, until) -> the tally of one person at a server that answers so."""
    load = benchmark("load")

    async def type_questions(answer, since, until):
        async def answer_and_close(reader, writer):
            try:
                await answer(reader, writer)
            except EOFError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(answer_and_close, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        begin = time.monotonic()
        tally = load.Tally(begin + since, begin + until)
        questions = iter([("abc", "en")] * 10)
        connection = load.Connection("127.0.0.1", port)
        await load.type_questions(connection, questions, tally, random.Random(1))
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.1)
        return tally

    def run_it(*arguments):
        # On a thread of its own: a browser of earlier tests may keep a loop running on this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(type_questions(*arguments))).result()

    return run_it


def test_a_server_that_fails_is_counted_as_errors(type_into):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()

    tally = type_into(refuse, 0, 4)
    assert tally.errors["503"] > 0
    assert sum(tally.errors.values()) >= tally.errors["503"] == len(tally.waits)
    assert tally.took == []


def test_a_late_answer_counts_from_the_key_and_as_served_when_it_comes(type_into):
    body = b'{"took_ms": 1.5}'

    async def answer_late(reader, writer):
        for _ in range(3):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(1)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    # The first key comes within three seconds, those after it within 0.6: none after the fourth.
    tally = type_into(answer_late, 0, 8)
    assert tally.took[:3] == [1.5] * 3
    # A fifth of a second apart, answered one after the other: each waits for those before it.
    assert tally.waits[0] < tally.waits[1] < tally.waits[2]
    early = type_into(answer_late, 3.9, 8)
    assert early.answered > 0
    assert early.answered >= len(early.waits)


@pytest.mark.slow
def test_the_parts_of_a_request_add_up_to_the_whole(bench, tmp_path):
    arguments = ("--articles", 30, "--requests", 60, "--save", tmp_path / "rows.json")
    done = bench("profile", *arguments)
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert len(rows) == 30
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    shares = {cells[0]: int(cells[-1]) for cells in table if len(cells) == 6 and cells[5].isdigit()}
    whole = shares.pop("whole request")
    assert whole == 100
    assert abs(sum(shares.values()) - whole) <= len(shares)
    # Each part that runs in every request is seen in every request: none is under another name.
    for part in ("keys", "lexical", "database re-check", "JSON", "request handling, the rest"):
        assert sum(part in row for row in rows) > len(rows) // 2, part


def test_it_times_what_visitors_do_and_a_report_as_they_grow(bench, tmp_path):
    done = bench("deflection", "--events", 1200, "--save", tmp_path / "run.json")
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "run.json").read_text())["rows"]
    counts = [row["events"] for row in rows]
    assert len(rows) == 4
    assert counts == sorted(set(counts))
    assert counts[-1] >= 1200
    assert all(row["episodes"] and row["bytes"] and row["report"] > 0 for row in rows)
    assert f"| {counts[-1]:,}" in done.stdout


def test_it_measures_suggestions_beside_a_stream_of_events(bench, tmp_path):
    arguments = ("--seconds", 1, "--rounds", 1, "--rates", "0,8", "--save", tmp_path / "run.json")
    done = bench("events", *arguments)
    assert done.returncode == 0, done.stderr
    none, some = json.loads((tmp_path / "run.json").read_text())["rows"]
    assert none["stored_per_second"] == 0
    assert some["stored_per_second"] > 0
    assert none["suggestions"] > 2
    assert some["suggestions"] > 2


def test_the_intervals_that_it_counts_are_those_of_the_report(benchmark):
    intervals = benchmark("intervals")
    draw = np.random.default_rng(1)
    held = intervals.coverage(intervals.Cell(0.05, 0.3, 4_000, 20), 200, draw)
    assert set(held) == set(intervals.KINDS)
    assert all(0.9 <= share <= 0.99 for share in held.values())
    law = intervals.visitor_law(0.05)
    assert sum(law.values()) == pytest.approx(1)
    tickets, episodes = (sum(pair[part] * law[pair] for pair in law) for part in (0, 1))
    assert tickets / episodes == pytest.approx(0.05)
    assert intervals.false_alarms(4_000, 10) == pytest.approx(0.001, abs=0.0002)
    daily = intervals.looked_at_daily(intervals.Cell(0.05, 0.3, 3_000, 20), 20, 10, draw)
    assert set(daily) == set(intervals.DAILY)
    assert min(daily.values()) > 0.9


def test_the_picture_of_coverage_has_a_dot_for_each_kind_of_experiment(benchmark):
    intervals, picture = benchmark("intervals"), benchmark("coverage_picture")
    cells = [{"rate": rate} | dict.fromkeys(intervals.KINDS, 0.95) for rate in (0.02, 0.2, 0.2)]
    drawn = picture.draw_coverage(cells, intervals.KINDS, intervals.BAND)
    root = ElementTree.fromstring(drawn)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}circle")) == 3 * len(intervals.KINDS)


@pytest.mark.slow
def test_hostile_texts_are_answered_or_refused_by_a_real_server(bench, tmp_path):
    done = bench("hostile", "--texts", 120, "--save", tmp_path / "hostile.json")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "hostile.json").read_text())
    assert (figures["texts"], figures["unclear"]) == (120, 0)
    became = dict(figures["became"])
    assert min(became["200 degraded"], became["400 bad-address"]) > 5


def test_a_server_that_fails_or_takes_long_at_a_hostile_text_is_found_out(benchmark):
    hostile = benchmark("hostile")
    outcomes = [
        hostile.Outcome("q=a", 200, 3.0, ""),
        hostile.Outcome("q=b", 500, 3.0, "internal"),
        hostile.Outcome("q=c", 200, 51.0, ""),
        hostile.Outcome("q=d", 0, 1.0, ""),
        hostile.Outcome("q=e", 414, 1.0, ""),
    ]
    figures = hostile.summary(outcomes)
    assert (figures["unclear"], figures["slow"]) == (2, 1)
    assert [outcome.query for outcome in hostile.worst(outcomes)] == ["q=b", "q=c", "q=d"]


def test_hostile_texts_are_many_and_always_the_same(benchmark):
    texts = list(benchmark("hostile_texts").hostile_texts(400, 1))
    assert texts == list(benchmark("hostile_texts").hostile_texts(400, 1))
    assert len(set(texts)) > 250
    assert all(text.isascii() and " " not in text and "\n" not in text for text in texts)
    assert {length for text in texts if (length := len(text)) > 8_190}


def test_every_kind_of_page_is_made_and_timed(bench, tmp_path):
    done = bench("pages", "--articles", 24, "--pages", 3, "--save", tmp_path / "pages.json")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "pages.json").read_text())
    assert list(figures) == ["front page", "category", "article", "results", "contact form"]
    for kind, times in figures.items():
        assert kind in done.stdout
        assert all(0 < p50 <= p95 <= p99 for p50, p95, p99 in times.values())
