"""Watching: a change on either side is carried over without being asked for."""

import threading
import time

import pytest

from app.syncing.watching import Watcher


@pytest.fixture
def watched(pair):
    reports, failures = [], []
    watcher = Watcher(pair.root, pair.sessions, pair.sync, interval=0.05)
    thread = threading.Thread(target=watcher.run, args=(reports.append, failures.append))
    thread.start()
    yield reports, failures
    watcher.stop()
    thread.join(20)
    assert not thread.is_alive()


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def test_both_sides_are_followed(pair, watched, find):
    reports, failures = watched
    pair.write({"en/a.md": "# A\n"})
    wait_for(lambda: find("a"))
    pair.publish("a", "# B\n")
    wait_for(lambda: pair.read("en/a.md") == "# B\n")
    wait_for(lambda: reports[-1].counts in ({"push": 1}, {}))
    assert failures == []


def test_quiet_sides_are_left_alone(pair, watched):
    reports, _ = watched
    wait_for(lambda: reports)
    before = len(reports)
    time.sleep(0.5)
    assert len(reports) == before


def test_a_sync_that_fails_is_tried_again_after_the_next_change(pair):
    failures, reports = [], []

    def sync():
        if not failures:
            raise RuntimeError("the disk is full")
        watcher.stop()
        return "done"

    watcher = Watcher(pair.root, pair.sessions, sync, interval=0.05)

    def fail(error):
        failures.append(str(error))
        pair.write({"en/a.md": "# A\n"})

    watcher.run(reports.append, fail)
    assert (failures, reports) == (["the disk is full"], ["done"])


def test_what_changes_while_a_sync_runs_is_taken_up_by_the_next(pair, find):
    failures, reports = [], []

    def sync():
        report = pair.sync()
        if not reports:
            pair.write({"en/late.md": "# Late\n"})
        return report

    watcher = Watcher(pair.root, pair.sessions, sync, interval=0.05)
    thread = threading.Thread(target=watcher.run, args=(reports.append, failures.append))
    thread.start()
    try:
        wait_for(lambda: find("late"))
    finally:
        watcher.stop()
        thread.join(20)
    assert failures == []
