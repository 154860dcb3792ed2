"""The number that tells the states of the published content apart, on both databases."""

import pytest

from app import migrating
from app.content_state import content_state
from app.db import create_database_engine, session_factory
from app.models import Category, OutboxEntry
from app.settings import Settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def sessions(request, tmp_path):
    given = {"KB_VAR_DIR": str(tmp_path)}
    if request.param == "postgresql":
        given["KB_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    settings = Settings.from_env(given)
    migrating.upgrade(settings)
    engine = create_database_engine(settings)
    yield session_factory(engine)
    engine.dispose()


def test_it_differs_after_every_publication_even_when_the_outbox_is_empty_again(sessions):
    states = []
    for change in (None, "put", "remove", "category"):
        with sessions.begin() as session:
            if change == "category":
                session.add(Category(locale="en", slug="a", title="A"))
            elif change:
                session.add(OutboxEntry(document_id="a@en", action=change))
        with sessions.begin() as session:
            session.query(OutboxEntry).delete()
        with sessions() as session:
            states += [content_state(session), content_state(session)]
    assert [one == other for one, other in zip(states, states[1:], strict=False)] == [
        True, False, True, False, True, False, True,
    ]  # fmt: skip
