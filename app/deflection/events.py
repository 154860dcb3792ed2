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

from sqlalchemy.orm import Session

from app.db import insert_new
from app.deflection.clock import settle_times
from app.deflection.event_values import read_value
from app.deflection.participants import SHORTEST_VISITOR, Holdout, join
from app.deflection.people import Identity, know_person, read_identity
from app.deflection.redaction import redact_value
from app.languages import read_locale
from app.models import EVENT_TYPES, Event, utc_now
from app.payload import Fields
from app.problems import BadRequestData, FieldProblem

LARGEST_BATCH = 100
LONGEST_SESSION = 64

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


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one session that were sent together, checked."""

    session: str
    events: tuple[VisitorEvent, ...]
    sent_at: datetime | None = None
    """By the visitor's clock."""
    visitor: str = ""
    """The name that the browser made for the experiment; "" outside of it."""
    identity: Identity | None = None
    """Who the visitor is, where the embedding site says so; not checked yet."""


def read_batch(body: Any) -> Batch:
    """The batch in a JSON body: {"session": ..., "events": [...], "sent_at": ..., "visitor": ...}.

    Raises BadRequestData naming every field that cannot be used; then none is accepted, so that a
    client can mend and repeat the whole batch.
    """
    fields = Fields.from_object(body)
    session = fields.text("session", longest=LONGEST_SESSION, shortest=1, required=True)
    sent_at = fields.moment("sent_at") if fields.has("sent_at") else None
    visitor = fields.text("visitor", longest=LONGEST_SESSION, shortest=SHORTEST_VISITOR)
    identity = read_identity(fields)
    events = body.get("events")
    if not isinstance(events, list):
        fields.refuse("events", "wrong-type", "A list of events is expected.")
    elif not 1 <= len(events) <= LARGEST_BATCH:
        fields.refuse("events", "out-of-range", f"From 1 to {LARGEST_BATCH} events are expected.")
    fields.finish()
    return Batch(session, _read_events(session, events), sent_at, visitor, identity)


def new_event(session: str, kind: str, at: datetime, **about: Any) -> VisitorEvent:
    """An event that the server itself saw, such as a form posted without scripts."""
    return VisitorEvent(str(uuid.uuid4()), session, kind, at, **about)


def record_batch(
    session: Session,
    batch: Batch,
    *,
    holdout: Holdout | None,
    now: datetime,
    person: str = "",
) -> None:
    """Store a batch that arrived at `now`, and commit.

    With it is noted who takes part in `holdout`, and that the session is `person`'s (a hash).
    """
    moments = settle_times([event.at for event in batch.events], now, batch.sent_at)
    if holdout is not None and batch.visitor:
        join(session, holdout, batch.visitor, batch.session, min(moments))
    if person:
        know_person(session, person, [batch.session], now)
    _store(session, batch.events, moments, now)
    session.commit()


def record_events(session: Session, events: Sequence[VisitorEvent]) -> None:
    """Store what happens now and commit; an event whose id is known already changes nothing.

    What names a person is taken out of the words in them first, and what visitors' clocks say is
    set right by ours (app/deflection/clock.py).
    """
    now = utc_now()
    _store(session, events, settle_times([event.at for event in events], now), now)
    session.commit()


def _store(
    session: Session, events: Sequence[VisitorEvent], moments: Sequence[datetime], now: datetime
) -> None:
    rows = [
        asdict(event)
        | {"value": redact_value(event.value), "received_at": now, "occurred_at": moment}
        for event, moment in zip(events, moments, strict=True)
    ]
    session.execute(insert_new(session, Event), rows)


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
    kind = fields.choice("type", EVENT_TYPES)
    read = VisitorEvent(
        id=fields.matching("id", _UUID, "A UUID", required=True).lower(),
        session=session,
        type=kind,
        at=fields.moment("at"),
        query_id=fields.text("query_id", longest=64) or None,
        article_id=fields.text("article_id", longest=400) or None,
        locale=read_locale(fields.text("locale", longest=35)),
        value=read_value(fields, kind),
    )
    fields.finish()
    return read
