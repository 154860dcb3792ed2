"""What was acknowledged is there after `kill -9` of a real server, workers and all."""

import http.client
import json
import os
import random
import threading
import time
import uuid
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.db import create_database_engine, session_factory
from app.models import Event, ParticipantSession, Ticket
from app.settings import Settings
from tests.server_fixtures import start_server

pytestmark = pytest.mark.timeout(240)

KILLS, SENDERS, IN_BATCH = 3, 4, 3
AT = "2026-01-31T09:30:00Z"


@pytest.fixture
def env(tmp_path):
    """A server without articles or a model: events touch neither."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return inherited | {
        "KB_VAR_DIR": str(tmp_path / "var"),
        "KB_EMBEDDING_MODEL": "none",
        "KB_HOLDOUT_PERCENT": "10",
        "KB_RATE_EVENTS": "100000000/minute",
        "KB_RATE_TICKETS": "100000000/minute",
    }


class Sender(threading.Thread):
    """Sends batches, and now and then a ticket, until the server is gone; notes what was taken."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        self.events, self.tickets, self.sessions = [], [], []

    def run(self):
        try:
            while True:
                self.send_batch()
                if len(self.sessions) % 10 == 0:
                    self.send_ticket()
        except (OSError, http.client.HTTPException):
            return
        finally:
            self.connection.close()

    def send_batch(self):
        session = str(uuid.uuid4())
        ids = [str(uuid.uuid4()) for _ in range(IN_BATCH)]
        events = [{"id": each, "type": "solved", "at": AT} for each in ids]
        body = {"session": session, "events": events, "visitor": str(uuid.uuid4())}
        assert self.post("/api/v1/events", body) == {"accepted": IN_BATCH}
        self.events.append(ids)
        self.sessions.append(session)

    def send_ticket(self):
        body = {"session": "s", "email": "kim@example.com", "subject": "Refund", "body": "Where?"}
        self.tickets.append(self.post("/api/v1/tickets", body)["ticket_id"])

    def post(self, path, body):
        self.connection.request("POST", path, json.dumps(body))
        with self.connection.getresponse() as response:
            return json.loads(response.read())


def test_no_acknowledged_event_or_ticket_is_lost_when_the_server_is_killed(env, tmp_path):
    chance, senders = random.Random(3), []
    for _ in range(KILLS):
        server = start_server(env, tmp_path / "log", "--no-import")
        round_ = [Sender(server.url) for _ in range(SENDERS)]
        for sender in round_:
            sender.start()
        time.sleep(chance.uniform(0.5, 1.5))
        server.kill()
        for sender in round_:
            sender.join(20)
            assert not sender.is_alive()
        senders += round_
    acknowledged = [ids for sender in senders for ids in sender.events]
    assert len(acknowledged) >= KILLS * SENDERS
    engine = create_database_engine(Settings.from_env(env))
    with session_factory(engine)() as session:
        stored = set(session.scalars(select(Event.id)))
        tickets = set(session.scalars(select(Ticket.id)))
        joined = set(session.scalars(select(ParticipantSession.session)))
    engine.dispose()
    assert {each for ids in acknowledged for each in ids} <= stored
    assert len(stored) % IN_BATCH == 0  # a batch is stored whole or not at all
    assert {ticket for sender in senders for ticket in sender.tickets} <= tickets
    assert {each for sender in senders for each in sender.sessions} <= joined
    assert len(joined) == len(stored) // IN_BATCH
