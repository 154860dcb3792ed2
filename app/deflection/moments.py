"""What one visitor did, in order: the input of the state machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

TICKET = "ticket"
"""The kind of a moment at which a ticket was opened, wherever that became known."""
SAME_TICKET = timedelta(minutes=10)
"""A browser's word that a ticket was sent, so near to a stored ticket, is about that ticket."""

# Within one instant, causes come before effects.
_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            "contact_started",
            "suggest_shown",
            "result_opened",
            "article_viewed",
            "helpful",
            "not_helpful",
            "feedback_reason",
            "solved",
            "contact_abandoned",
            TICKET,
            "effort_rated",
        )
    )
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, at the server's time. `kind` is an event's type or TICKET."""

    id: str
    at: datetime
    kind: str
    article_id: str | None = None
    query_id: str | None = None
    locale: str | None = None
    value: Any = None

    @property
    def details(self) -> Mapping[str, Any]:
        """The members of `value` where it is an object."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def held_back(self) -> bool:
        """Whether suggestions were due and not shown, for the sake of the experiment."""
        return self.kind == "suggest_shown" and self.details.get("held_back") is True

    @property
    def shows_answers(self) -> bool:
        """Whether the visitor saw at least one suggestion or result."""
        if self.kind != "suggest_shown" or self.held_back:
            return False
        articles = self.details.get("articles")
        results = len(articles) if isinstance(articles, list) else None
        return (
            self.details.get("results", results) != 0 and self.details.get("no_answer") is not True
        )


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """Each moment once (by kind and id), by time; the same list whatever order they came in."""
    once = {(moment.kind == TICKET, moment.id): moment for moment in moments}
    return sorted(once.values(), key=lambda m: (m.at, _ORDER.get(m.kind, len(_ORDER)), m.id))


def merge_tickets(
    events: Iterable[Moment], tickets: Sequence[Moment], void: Sequence[Moment] = ()
) -> list[Moment]:
    """All moments of a visitor in order, each ticket once.

    A `ticket_submitted` event counts as a ticket of its own only where it names no stored ticket
    (`ticket_id`) and none was opened within SAME_TICKET of it: then it went to a form that Kotae
    does not know. `void` are stored tickets that count as none, nor do the events about them.
    """
    stored = [*tickets, *void]
    merged = list(tickets)
    for event in events:
        if event.kind != "ticket_submitted":
            merged.append(event)
        elif not any(_is_about(event, ticket) for ticket in stored):
            merged.append(replace(event, kind=TICKET))
    return in_order(merged)


def _is_about(event: Moment, ticket: Moment) -> bool:
    named = event.details.get("ticket_id") == ticket.id
    return named or abs(event.at - ticket.at) <= SAME_TICKET
