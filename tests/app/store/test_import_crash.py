"""Importing: killed at any moment, all is there or nothing, and the next import completes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models import Article, OutboxEntry, Revision
from tests.store_helpers import write_tree

REPOSITORY = Path(__file__).resolve().parents[3]
FILES = 120

# Prints each stage, so that the test knows where the process is when it is killed.
PROGRAM = """
import sys
from pathlib import Path
from app.db import create_database_engine, session_factory
from app.importing import import_folder, storing
from app.settings import Settings

storing._BATCH = 10

def tell(label, done, total):
    print(label, done, flush=True)

settings = Settings(var_dir=Path(sys.argv[1]))
sessions = session_factory(create_database_engine(settings))
import_folder(Path(sys.argv[2]), session_factory=sessions, settings=settings, progress=tell)
print("finished", flush=True)
"""


def start(settings, root):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(settings.var_dir), str(root)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def state(sessions):
    with sessions() as session:
        rows = [
            session.scalar(select(func.count()).select_from(kind))
            for kind in (Article, Revision, OutboxEntry)
        ]
        changed = session.scalar(
            select(func.count()).select_from(Article).where(Article.title.like("%second%"))
        )
        return (*rows, changed)


@pytest.mark.parametrize(
    "moment", ["Looking for changes 1", "Reading 48", "Rendering 72", "Storing 10", "Storing 110"]
)
def test_a_killed_import_leaves_what_was_there_and_the_next_one_completes(
    tmp_path, settings, sessions, run_import, moment
):
    root = write_tree(tmp_path / "in", {f"en/a{n}.md": f"# {n} first" for n in range(FILES)})
    run_import(root)
    before = state(sessions)
    write_tree(root, {f"en/a{n}.md": f"# {n} second" for n in range(FILES)})
    process = start(settings, root)
    for line in process.stdout:
        if line.strip() == moment:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait(20) == -signal.SIGKILL
    after = state(sessions)
    assert after in (before, (FILES, 2 * FILES, 2 * FILES, FILES))
    report = run_import(root)
    assert report.updated + report.unchanged == FILES
    assert state(sessions) == (FILES, 2 * FILES, 2 * FILES, FILES)


@pytest.mark.slow
def test_ten_kills_at_random_moments_lose_nothing(tmp_path, settings, sessions, run_import):
    chance = random.Random(5)
    root = write_tree(tmp_path / "in", {f"en/a{n}.md": f"# {n}" for n in range(FILES)})
    for _ in range(10):
        process = start(settings, root)
        next(process.stdout)
        time.sleep(chance.uniform(0, 0.6))
        process.kill()
        process.stdout.close()
        process.wait(20)
        assert state(sessions) in ((0, 0, 0, 0), (FILES, FILES, FILES, 0))
    run_import(root)
    assert state(sessions) == (FILES, FILES, FILES, 0)
