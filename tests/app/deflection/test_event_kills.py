"""An event that was acknowledged is there after `kill -9`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from app.models import Event

ROOT = Path(__file__).resolve().parents[3]
ACKNOWLEDGED = 40

# The real application; only the index behind suggestions, which events never touch, is a fake.
SENDER = """
import sys, uuid
from pathlib import Path
from app import create_app
from app.settings import Settings
from tests.fake_index import FakeIndex

settings = Settings(var_dir=Path(sys.argv[1]), rate_events="1000000/minute")
client = create_app(settings, index=FakeIndex([])).test_client()
while True:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    events = [{"id": each, "type": "solved", "at": "2026-01-31T09:30:00Z"} for each in ids]
    answer = client.post("/api/v1/events", json={"session": "s", "events": events})
    assert answer.status_code == 202, answer.data
    print(*ids, flush=True)
"""


def test_no_acknowledged_event_is_lost_when_the_server_is_killed(sessions, settings):
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(settings.var_dir)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with sender:
        told = [sender.stdout.readline() for _ in range(ACKNOWLEDGED)]
        sender.send_signal(signal.SIGKILL)
        told += sender.stdout.readlines()
    assert sender.returncode == -signal.SIGKILL
    acknowledged = {each for line in told if line.endswith("\n") for each in line.split()}
    assert len(acknowledged) >= 3 * ACKNOWLEDGED
    with sessions() as session:
        stored = set(session.scalars(select(Event.id)))
    assert acknowledged <= stored
    assert len(stored) % 3 == 0  # a batch is stored whole or not at all
