"""People of each role, and short ways to call the use cases."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.editing.actors import Actor, Grant
from app.editing.drafts import save_draft
from app.editing.publication import publish
from app.editing.transaction import ArticleName
from app.models import EditorialAction, OutboxEntry

WRITER = Actor("Kim", "kim", "kim@example.com", (Grant("writer"),))
OTHER_WRITER = Actor("Park", "park", "park@example.com", (Grant("writer"),))
REVIEWER = Actor("Lee", "lee", "lee@example.com", (Grant("reviewer"),))
PUBLISHER = Actor("Choi", "choi", "choi@example.com", (Grant("publisher"),))
NAME = ArticleName("pay/refund", "en")


@dataclass
class Desk:
    """Calls a use case in a session of its own."""

    sessions: object

    def __call__(self, use_case, actor, *arguments, **options):
        with self.sessions() as session:
            return use_case(session, actor, *arguments, **options)

    def save(self, source, base=None, actor=WRITER, name=NAME, **options):
        return self(save_draft, actor, name, source=source, base=base, **options)

    def publish(self, source=None, base=None, actor=PUBLISHER, name=NAME, **options):
        if source is not None:
            self.save(source, base, actor=actor, name=name)
        return self(publish, actor, name, **options)

    def read(self, query, *arguments):
        with self.sessions() as session:
            return query(session, *arguments)

    def outbox(self):
        with self.sessions() as session:
            rows = session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))
            return [(entry.document_id, entry.action) for entry in rows]

    def actions(self):
        with self.sessions() as session:
            rows = session.scalars(select(EditorialAction).order_by(EditorialAction.id))
            return [(row.actor, row.action, row.revision) for row in rows]


@pytest.fixture
def desk(sessions):
    return Desk(sessions)
