"""Events of visitors: checked, stored once, refused with every reason."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.deflection.events import (
    LARGEST_BATCH,
    new_event,
    read_batch,
    record_batch,
    record_events,
)
from app.models import EVENT_TYPES, Event, utc_now
from app.payload import BadJson, parse_json
from app.problems import BadRequestData
from app.wording import LONGEST_QUESTION


def make(**changes):
    return {"id": str(uuid.uuid4()), "type": "helpful", "at": "2026-01-31T09:30:00Z"} | changes


def faults(body):
    with pytest.raises(BadRequestData) as raised:
        read_batch(body)
    return [(problem.field, problem.code) for problem in raised.value.problems]


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_of_the_contract_is_accepted(kind):
    (event,) = read_batch({"session": "s", "events": [make(type=kind)]}).events
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
        ({"value": "v" * 8001}, ("events.0.value", "too-long")),
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


SHOWN = {
    "query": "refund",
    "results": 2,
    "articles": ["refund", "card"],
    "score": 0.75,
    "page": "https://shop.example.com/cart",
    "no_answer": False,
    "via": "contact",
    "held_back": False,
}


@pytest.mark.parametrize(
    "value", [None, SHOWN, {}, {"results": 0, "held_back": True, "articles": []}, {"new": 1}]
)
def test_what_was_shown_may_be_told_in_full_or_in_part(value):
    (event,) = read_batch(
        {"session": "s", "events": [make(type="suggest_shown", value=value)]}
    ).events
    assert event.value == value


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"query": 7}, ("query", "wrong-type")),
        ({"query": "q" * 1001}, ("query", "too-long")),
        ({"results": "2"}, ("results", "wrong-type")),
        ({"results": True}, ("results", "wrong-type")),
        ({"results": -1}, ("results", "out-of-range")),
        ({"articles": "refund"}, ("articles", "wrong-type")),
        ({"articles": [1]}, ("articles", "wrong-type")),
        ({"articles": ["a"] * 11}, ("articles", "too-long")),
        ({"articles": [""]}, ("articles", "out-of-range")),
        ({"score": "high"}, ("score", "wrong-type")),
        ({"score": True}, ("score", "wrong-type")),
        ({"score": 1.01}, ("score", "out-of-range")),
        ({"page": 7}, ("page", "wrong-type")),
        ({"no_answer": "no"}, ("no_answer", "wrong-type")),
        ({"via": "mail"}, ("via", "unknown")),
        ({"held_back": 1}, ("held_back", "wrong-type")),
        ({"held_back": True}, ("held_back", "out-of-range")),
    ],
)
def test_what_was_shown_told_wrongly_is_refused_and_the_fault_named(change, fault):
    event = make(type="suggest_shown", value=SHOWN | change)
    assert faults({"session": "s", "events": [event]}) == [(f"events.0.value.{fault[0]}", fault[1])]


def test_the_longest_question_in_any_script_fits_with_what_it_found():
    value = SHOWN | {"query": "환" * LONGEST_QUESTION, "articles": ["a" * 100] * 10}
    batch = {"session": "s", "events": [make(type="suggest_shown", value=value)]}
    assert read_batch(batch).events[0].value == value


@pytest.mark.parametrize("kind", ["suggest_shown", "article_viewed"])
def test_a_value_that_is_no_object_is_refused_where_one_is_read(kind):
    event = make(type=kind, value="contact")
    assert faults({"session": "s", "events": [event]}) == [("events.0.value", "wrong-type")]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sent_at": "now"}, ("sent_at", "malformed")),
        ({"visitor": "kim"}, ("visitor", "too-short")),
        ({"visitor": "v" * 65}, ("visitor", "too-long")),
        ({"identity": "kim"}, ("identity", "wrong-type")),
        ({"identity": {"id": "kim"}}, ("identity.hash", "missing")),
    ],
)
def test_what_is_said_of_a_whole_batch_is_checked(change, fault):
    found = faults({"session": "s", "events": [make()]} | change)
    assert fault in found


def test_a_batch_that_says_when_it_was_sent_is_set_right_by_it(sessions, client):
    slow = timedelta(days=400, seconds=7)
    now = utc_now()
    events = [make(at=(now - slow - timedelta(minutes=each)).isoformat()) for each in (90, 40)]
    body = {"session": "s", "events": events, "sent_at": (now - slow).isoformat()}
    assert client.post("/api/v1/events", json=body).status_code == 202
    with sessions() as session:
        moments = session.scalars(select(Event.occurred_at).order_by(Event.occurred_at)).all()
    off = [
        abs(now - at - timedelta(minutes=each)) for at, each in zip(moments, (90, 40), strict=True)
    ]
    assert max(off) < timedelta(seconds=30)


def test_what_cannot_be_stored_is_cleaned_before_it_is(sessions):
    body = parse_json(
        b'{"session": "s\\u0000\\ud800", "events": [{"id": "%s", "type": "solved",'
        b' "at": "0001-01-01T00:00:00+14:00", "value": {"k\\udfff": ["\\u0000x"]}}]}'
        % str(uuid.uuid4()).encode()
    )
    batch = read_batch(body)
    with sessions() as session:
        record_batch(session, batch, holdout=None, now=_now())
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
