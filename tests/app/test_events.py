"""Events of visitors: checked, stored once, refused with every reason."""

import uuid

import pytest

from app.deflection.events import LARGEST_BATCH, new_event, read_batch, record_events
from app.models import EVENT_TYPES, Event
from app.payload import BadJson, parse_json
from app.problems import BadRequestData


def make(**changes):
    return {"id": str(uuid.uuid4()), "type": "helpful", "at": "2026-01-31T09:30:00Z"} | changes


def faults(body):
    with pytest.raises(BadRequestData) as raised:
        read_batch(body)
    return [(problem.field, problem.code) for problem in raised.value.problems]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_of_the_contract_is_accepted(kind):
    (event,) = read_batch({"session": "s", "events": [make(type=kind)]})
    assert event.type == kind


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "1"}, ("events.0.id", "malformed")),
        ({"id": 7}, ("events.0.id", "wrong-type")),
        ({"id": None}, ("events.0.id", "missing")),
        ({"type": "bought"}, ("events.0.type", "unknown")),
        ({"type": ["helpful"]}, ("events.0.type", "unknown")),
        ({"at": "yesterday"}, ("events.0.at", "malformed")),
        ({"at": "2026-01-31T09:30:00"}, ("events.0.at", "malformed")),
        ({"at": "2026-02-30T09:30:00Z"}, ("events.0.at", "malformed")),
        ({"at": "2026-W05-6T09:30:00Z"}, ("events.0.at", "malformed")),
        ({"at": 1769851800}, ("events.0.at", "malformed")),
        ({"query_id": "q" * 65}, ("events.0.query_id", "too-long")),
        ({"article_id": "a" * 401}, ("events.0.article_id", "too-long")),
        ({"value": "v" * 2001}, ("events.0.value", "too-long")),
    ],
)
def test_a_bad_field_is_named_with_its_event(change, fault):
    assert faults({"session": "s", "events": [make(**change)]}) == [fault]


def test_all_faults_of_all_events_are_told_at_once():
    events = [make(id="x"), make(), make(type="x", at="x"), "not an object"]
    assert faults({"session": "s", "events": events}) == [
        ("events.0.id", "malformed"),
        ("events.2.type", "unknown"),
        ("events.2.at", "malformed"),
        ("events.3", "wrong-type"),
    ]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ([], ("body", "wrong-type")),
        (None, ("body", "wrong-type")),
        ({"events": [make()]}, ("session", "missing")),
        ({"session": "  ", "events": [make()]}, ("session", "too-short")),
        ({"session": "s" * 65, "events": [make()]}, ("session", "too-long")),
        ({"session": "s"}, ("events", "wrong-type")),
        ({"session": "s", "events": {}}, ("events", "wrong-type")),
        ({"session": "s", "events": []}, ("events", "out-of-range")),
        ({"session": "s", "events": [make()] * (LARGEST_BATCH + 1)}, ("events", "out-of-range")),
    ],
)
def test_a_bad_batch_is_refused(body, fault):
    assert faults(body) == [fault]


def test_what_cannot_be_stored_is_cleaned_before_it_is(sessions):
    body = parse_json(
        b'{"session": "s\\u0000\\ud800", "events": [{"id": "%s", "type": "solved",'
        b' "at": "0001-01-01T00:00:00+14:00", "value": {"k\\udfff": ["\\u0000x"]}}]}'
        % str(uuid.uuid4()).encode()
    )
    batch = read_batch(body)
    with sessions() as session:
        record_events(session, batch)
        (event,) = session.query(Event).all()
    assert (event.session, event.value) == ("s ", {"k": [" x"]})


def test_an_event_told_again_changes_nothing(sessions):
    first = new_event("s", "effort_rated", _now(), value=5)
    with sessions() as session:
        record_events(session, [first, first])
        record_events(session, [first])
        assert [event.value for event in session.query(Event)] == [5]


def test_what_names_a_person_is_not_stored(sessions):
    value = {"query": "refund to a@b.com, call 010-1234-5678"}
    with sessions() as session:
        record_events(session, [new_event("s", "suggest_shown", _now(), value=value)])
        (event,) = session.query(Event).all()
    assert event.value == {"query": "refund to [email], call [phone]"}


@pytest.mark.postgresql
def test_events_are_stored_once_on_postgresql(postgresql_url, tmp_path):
    from app.db import create_database_engine, session_factory
    from app.models import Base
    from app.settings import Settings

    settings = Settings.from_env({"KB_VAR_DIR": str(tmp_path), "KB_DATABASE_URL": postgresql_url})
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    try:
        batch = [new_event("s", "solved", _now(), value={"a": 1})] * 2
        with session_factory(engine)() as session:
            record_events(session, batch)
            record_events(session, batch)
            assert session.query(Event).count() == 1
    finally:
        Base.metadata.drop_all(engine)
        engine.dispose()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1}x',
        b"[" * 100_000,
        b"[" * 25 + b"]" * 25,
        b'{"a":' * 30 + b"1" + b"}" * 30,
        b'{"a": ' + b"9" * 5000 + b"}",
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_a_body_that_is_not_sound_json_is_refused(raw):
    with pytest.raises(BadJson):
        parse_json(raw)


def test_ordinary_json_is_read():
    assert parse_json('{"이름": [1, {"a": null}]}'.encode()) == {"이름": [1, {"a": None}]}


def _now():
    from datetime import UTC, datetime

    return datetime(2026, 1, 31, tzinfo=UTC)
