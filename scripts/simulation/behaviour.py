"""What a visitor's browser does with the API, and what the visitor does in either arm."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from simulation.population import Need, Visitor

Send = Callable[[str, str, Mapping[str, Any] | None, datetime], dict[str, Any]]
"""send(method, path, body, at) -> the JSON that the server answers, which believes it is `at`."""

_EARLIER = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a visitor sends a ticket within the window of their first need, in either arm."""

    first_need: datetime
    without: bool
    with_suggestions: bool
    held_out: bool
    sent: bool


@dataclass
class _Browser:
    """What a browser keeps: the name for the experiment, and its own sessions."""

    send: Send
    visitor: Visitor
    name: str = ""
    sessions: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def session(self, at: datetime) -> str:
        """The session of the day."""
        day = at.date().isoformat()
        return self.sessions.setdefault(day, str(uuid.uuid5(uuid.NAMESPACE_OID, self._key(day))))

    def _key(self, day: str) -> str:
        return f"{self.visitor.name} {day}"

    def earlier(self, at: datetime) -> list[str]:
        """Its sessions of the last 72 hours, the present one aside."""
        days = {(at - timedelta(days=back)).date().isoformat() for back in range(1, 4)}
        return [name for day, name in self.sessions.items() if day in days][:10]

    def suggest(self, question: str, at: datetime) -> dict[str, Any]:
        """Ask as the widget does: once more with a name, where an experiment begins."""
        answer = self._ask(question, at)
        if "experiment" in answer and not self.name:
            self.name = self.visitor.name
            return self._ask(question, at)
        return answer

    def tell(self, kind: str, at: datetime, **about: Any) -> None:
        """Have an event wait."""
        event = {"id": str(uuid.uuid4()), "type": kind, "at": at.isoformat()}
        self.events.append(event | {"locale": self.visitor.locale} | about)

    def flush(self, at: datetime) -> None:
        """Send what waits."""
        body = {"session": self.session(at), "events": self.events, "sent_at": at.isoformat()}
        self.send("POST", "/api/v1/events", body | self.named(), at)
        self.events = []

    def named(self) -> dict[str, str]:
        """The experiment's name where there is one."""
        return {"visitor": self.name} if self.name else {}

    def _ask(self, question: str, at: datetime) -> dict[str, Any]:
        about = {"q": question, "locale": self.visitor.locale, "session": self.session(at)}
        return self.send("GET", f"/api/v1/suggest?{urlencode(about | self.named())}", None, at)


def visit(send: Send, visitor: Visitor, *, effect: float, window: timedelta) -> Truth:
    """Live through all needs of a visitor; what they would have done in each arm comes back.

    `effect`: the share of tickets that suggestions do away with, where there are any.
    """
    browser = _Browser(send, visitor)
    limit = visitor.needs[0].at + window
    without = with_suggestions = sent = held_out = False
    for need in visitor.needs:
        answer = browser.suggest(need.question, need.at + timedelta(seconds=20))
        # What is shown as the nearest of nothing helps nobody, nor would it have in control.
        has_answer = bool(answer["items"] or answer["held_back"]) and not answer["no_answer"]
        held_out = held_out or answer["held_back"]
        plain = need.writes < visitor.readiness
        helped = need.writes < visitor.readiness * (1 - effect * has_answer)
        writes = plain if answer["held_back"] else helped
        counts = need.at + need.writes_after <= limit
        without, with_suggestions = (
            without or plain and counts,
            with_suggestions or helped and counts,
        )
        sent = sent or writes and counts
        _act(browser, need, answer, writes)
    return Truth(visitor.needs[0].at, without, with_suggestions, held_out, sent)


def true_effect(truths: Iterable[Truth], until: datetime) -> tuple[int, float, float]:
    """Visitors whose first need lay before `until`, and the shares of senders without and with."""
    counted = [truth for truth in truths if truth.first_need < until]
    number = len(counted)
    without = sum(truth.without for truth in counted)
    with_suggestions = sum(truth.with_suggestions for truth in counted)
    return number, without / max(1, number), with_suggestions / max(1, number)


def _act(browser: _Browser, need: Need, answer: Mapping[str, Any], writes: bool) -> None:
    at, shown = need.at, answer["items"]
    if need.begins_at_contact:
        browser.tell("contact_started", at)
    value = {
        "query": need.question,
        "results": len(shown),
        "articles": [item["article_id"] for item in shown],
        "no_answer": answer["no_answer"],
        "via": "contact" if need.begins_at_contact else "suggest",
        "held_back": answer["held_back"],
    }
    about = {"query_id": answer["query_id"], "value": value}
    browser.tell("suggest_shown", at + timedelta(seconds=20), **about)
    opened = shown[0]["article_id"] if shown and need.opens else None
    if opened:
        browser.tell("result_opened", at + timedelta(seconds=40), article_id=opened)
    end = at + need.writes_after
    if writes:
        _write(browser, need, answer["query_id"], end)
    else:
        _leave(browser, need, opened, end)
    browser.flush(end)


def _write(browser: _Browser, need: Need, query_id: str, end: datetime) -> None:
    if not need.begins_at_contact:
        browser.tell("contact_started", end - timedelta(minutes=1))
    ticket = {
        "email": browser.visitor.email,
        "subject": need.question,
        "body": need.question,
        "locale": browser.visitor.locale,
        "query_id": query_id,
        "session": browser.session(end),
        "earlier_sessions": browser.earlier(end),
    }
    browser.send("POST", "/api/v1/tickets", ticket | browser.named(), end)
    browser.tell("ticket_submitted", end)


def _leave(browser: _Browser, need: Need, opened: str | None, end: datetime) -> None:
    if opened and need.says:
        browser.tell(need.says, end - timedelta(seconds=30), article_id=opened)
    if need.begins_at_contact:
        browser.tell("contact_abandoned", end)
