"""What visitors did, accepted from their browsers and kept: append-only, each event once.

Nothing is concluded here; outcomes are derived later from what is stored.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.deflection.clock import settle_times
from app.deflection.redaction import redact_value
from app.languages import read_locale
from app.models import EVENT_TYPES, Event, utc_now
from app.payload import Fields
from app.problems import BadRequestData, FieldProblem

LARGEST_BATCH = 100
LONGEST_SESSION = 64
LARGEST_VALUE = 2000
"""Bytes of JSON in one event's value."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class VisitorEvent:
    """One event as a client reported it, checked."""

    id: str
    session: str
    type: str
    at: datetime
    query_id: str | None = None
    article_id: str | None = None
    locale: str | None = None
    value: Any = None


def read_batch(body: Any) -> tuple[VisitorEvent, ...]:
    """The events of a request's JSON body: {"session": ..., "events": [...]}.

    Raises BadRequestData naming every field that cannot be used; then none is accepted, so that a
    client can mend and repeat the whole batch.
    """
    fields = Fields.from_object(body)
    session = fields.text("session", longest=LONGEST_SESSION, shortest=1, required=True)
    events = body.get("events")
    if not isinstance(events, list):
        fields.refuse("events", "wrong-type", "A list of events is expected.")
    elif not 1 <= len(events) <= LARGEST_BATCH:
        fields.refuse("events", "out-of-range", f"From 1 to {LARGEST_BATCH} events are expected.")
    fields.finish()
    return _read_events(session, events)


def new_event(session: str, kind: str, at: datetime, **about: Any) -> VisitorEvent:
    """An event that the server itself saw, such as a form posted without scripts."""
    return VisitorEvent(str(uuid.uuid4()), session, kind, at, **about)


def record_events(session: Session, events: Sequence[VisitorEvent]) -> None:
    """Store events and commit; one whose id is known already changes nothing.

    What names a person is taken out of the words in them first, and what visitors' clocks say is
    set right by ours (app/deflection/clock.py).
    """
    received = utc_now()
    moments = settle_times([event.at for event in events], received)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        asdict(event)
        | {"value": redact_value(event.value), "received_at": received, "occurred_at": moment}
        for event, moment in zip(events, moments, strict=True)
    ]
    session.execute(insert(Event).on_conflict_do_nothing(), rows)
    session.commit()


def _read_events(session: str, events: Sequence[Any]) -> tuple[VisitorEvent, ...]:
    read: list[VisitorEvent] = []
    problems: list[FieldProblem] = []
    for number, event in enumerate(events):
        try:
            read.append(_read_event(session, event, f"events.{number}"))
        except BadRequestData as error:
            problems.extend(error.problems)
    if problems:
        raise BadRequestData(tuple(problems))
    return tuple(read)


def _read_event(session: str, event: Any, name: str) -> VisitorEvent:
    fields = Fields.from_object(event, name)
    read = VisitorEvent(
        id=fields.matching("id", _UUID, "A UUID", required=True).lower(),
        session=session,
        type=fields.choice("type", EVENT_TYPES),
        at=fields.moment("at"),
        query_id=fields.text("query_id", longest=64) or None,
        article_id=fields.text("article_id", longest=400) or None,
        locale=read_locale(fields.text("locale", longest=35)),
        value=fields.value("value", largest=LARGEST_VALUE),
    )
    fields.finish()
    return read
