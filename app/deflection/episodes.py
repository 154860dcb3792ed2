"""From what a visitor did to episodes of seeking help, each with an outcome and its evidence.

One state machine, in two pure steps: `split_episodes` says where a need begins and ends,
`judge_episode` says how it ended. docs/deflection.md has the definitions and an example of each;
both steps can be repeated over the same events at any time and give the same result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.deflection.moments import TICKET, Moment, in_order

OUTCOMES = (
    "confirmed",
    "assumed",
    "self_served",
    "failed",
    "direct",
    "abandoned",
    "pending",
)
SILENCE = timedelta(minutes=30)
"""An episode ends when its visitor does nothing for longer than this."""

WEAK = 0.5
"""A best answer whose score is below this is a weak one; scores are calibrated to 0..1."""

_BEGINS = {"suggest_shown", "result_opened", "contact_started", "solved", TICKET} | {
    "helpful",
    "not_helpful",
}
"""What shows a need. Reading an article alone may be browsing."""
_BEGINS_ANEW = {"suggest_shown", "contact_started"}
"""What shows another need after one was settled."""
_SETTLES = {"solved", TICKET}
_READS = {"result_opened", "article_viewed"}
_VERDICTS = {"helpful", "not_helpful", "solved"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an episode's outcome rests on."""

    contact: bool
    """The visitor began to write to a person."""
    looked: bool
    """They searched, or saw what was suggested. Typing a ticket's subject in vain is neither."""
    shown: bool
    """They saw at least one suggestion or result."""
    held_back: bool
    """Suggestions were due and not shown."""
    solved: bool
    seen: tuple[str, ...]
    """Articles that suggestions or results showed, in that order, each once, as far as told."""
    read: tuple[str, ...]
    """Articles opened, in that order, each once."""
    queries: tuple[str, ...]
    """What was asked, each once; the last is what they meant in the end."""
    unanswered: tuple[str, ...]
    """Those of the queries to which no answer was shown."""
    unsure: tuple[str, ...]
    """Those to which the best answer was a weak one, by the score that it had then."""
    page: str
    """Where the first of them was asked; "" where that was not told."""
    verdict: str
    """The last of helpful, not_helpful and solved; "" if none was said."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One need for help, from its first sign to its end."""

    id: str
    visitor: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    """One of OUTCOMES."""
    locale: str | None
    tickets: tuple[str, ...]
    """Ids of the tickets that this need led to; late ones belong to the last episode before."""
    first_ticket_at: datetime | None
    refuted_by: str | None
    """A ticket of another episode within this one's window: then nothing was deflected either."""
    against: tuple[tuple[str, datetime], ...]
    """Every ticket that counts against this episode, its own or not, and when it was opened."""
    evidence: Evidence


def follow_visitor(
    visitor: str,
    moments: Sequence[Moment],
    *,
    window: timedelta,
    now: datetime,
    later_tickets: Sequence[Moment] = (),
) -> list[Episode]:
    """The episodes of a visitor as they stand at `now`; `moments` in any order.

    `window`: how long after an episode's end a ticket still counts as its own. `later_tickets`
    were sent in other sessions of which this one is said to be an earlier one: they belong to
    episodes there, and refute those here whose window they fall into.
    """
    ordered = in_order(moments)
    tickets = [moment for moment in ordered if moment.kind == TICKET]
    against = in_order([*tickets, *later_tickets])
    parts = split_episodes(ordered, window)
    followed = [*parts[1:], []][: len(parts)]
    inside = {ticket.id for part in parts for ticket in part if ticket.kind == TICKET}
    judged = []
    for part, following in zip(parts, followed, strict=True):
        own = [ticket for ticket in tickets if _belongs(ticket, part, following, inside, window)]
        judged.append(judge_episode(visitor, part, own, against, window=window, now=now))
    return judged


def split_episodes(ordered: Sequence[Moment], window: timedelta) -> list[list[Moment]]:
    """The moments of each episode, in order; those that belong to none are left out.

    Articles read shortly before the first sign of a need belong to it. A ticket that comes late,
    alone, and within `window` of an episode belongs to that one and begins none.
    """
    episodes: list[list[Moment]] = []
    current: list[Moment] = []
    browsed: list[Moment] = []
    for previous, moment in zip([None, *ordered], ordered, strict=False):
        if previous is not None and moment.at - previous.at > SILENCE:
            current, browsed = [], []
        if moment.kind in _BEGINS_ANEW and any(each.kind in _SETTLES for each in current):
            current = []
        if current:
            current.append(moment)
        elif moment.kind == TICKET and not browsed and _is_late(moment, episodes, window):
            continue
        elif moment.kind in _BEGINS or _from_contact(moment):
            current, browsed = [*browsed, moment], []
            episodes.append(current)
        elif moment.kind == "article_viewed":
            browsed.append(moment)
    return episodes


def judge_episode(
    visitor: str,
    part: Sequence[Moment],
    own: Sequence[Moment],
    tickets: Sequence[Moment],
    *,
    window: timedelta,
    now: datetime,
) -> Episode:
    """The episode made of `part`. `own`: its tickets; `tickets`: all that may refute it."""
    end = part[-1].at
    evidence = _evidence(part)
    near = [each for each in tickets if part[0].at <= each.at <= end + window]
    others = [each.id for each in near if each not in own]
    return Episode(
        id=hashlib.sha256(f"{visitor}\n{part[0].id}".encode()).hexdigest()[:32],
        visitor=visitor,
        started_at=part[0].at,
        ended_at=end,
        outcome=_outcome(evidence, bool(near), is_open=now < end + window),
        locale=next((each.locale for each in reversed(part) if each.locale), None),
        tickets=tuple(each.id for each in own),
        first_ticket_at=own[0].at if own else None,
        refuted_by=others[0] if others and not own else None,
        against=tuple((each.id, each.at) for each in near),
        evidence=evidence,
    )


def sought_help(looked: bool, read: Sequence[str], verdict: str) -> bool:
    """Whether a visitor sought an answer; beginning to write to a person alone is not that."""
    return looked or bool(read or verdict)


def _outcome(evidence: Evidence, any_ticket: bool, *, is_open: bool) -> str:
    if any_ticket:
        sought = sought_help(evidence.looked, evidence.read, evidence.verdict)
        return "failed" if sought else "direct"
    if is_open:
        return "pending"
    helped = evidence.verdict != "not_helpful" and (
        evidence.solved or bool(evidence.read) or evidence.verdict == "helpful"
    )
    if not evidence.contact:
        return "self_served" if helped else "abandoned"
    if evidence.solved and evidence.verdict != "not_helpful":
        return "confirmed"
    seen = evidence.shown or bool(evidence.read)
    return "assumed" if seen and evidence.verdict != "not_helpful" else "abandoned"


def _evidence(part: Sequence[Moment]) -> Evidence:
    """What was seen and said before the first ticket: what came after cannot have failed it."""
    tickets = [place for place, moment in enumerate(part) if moment.kind == TICKET]
    part = part[: tickets[0]] if tickets else part
    kinds = {moment.kind for moment in part}
    shown = [moment for moment in part if moment.kind == "suggest_shown"]
    asked = [moment for moment in shown if not moment.held_back]
    verdicts = [moment.kind for moment in part if moment.kind in _VERDICTS]
    return Evidence(
        contact=bool(kinds & {"contact_started", "contact_abandoned"}),
        looked=any(each.shows_answers or each.details.get("via") != "contact" for each in asked),
        shown=any(moment.shows_answers for moment in part),
        held_back=any(moment.held_back for moment in part),
        solved="solved" in kinds,
        seen=_once(name for moment in part if moment.shows_answers for name in _articles(moment)),
        read=_once(moment.article_id for moment in part if moment.kind in _READS),
        queries=_once(_query(moment) for moment in asked),
        unanswered=_once(_query(moment) for moment in asked if not moment.shows_answers),
        unsure=_once(_query(moment) for moment in asked if _is_weak(moment)),
        page=next(filter(None, (moment.details.get("page") for moment in shown)), ""),
        verdict=verdicts[-1] if verdicts else "",
    )


def _belongs(
    ticket: Moment,
    part: Sequence[Moment],
    following: Sequence[Moment],
    inside: set[str],
    window: timedelta,
) -> bool:
    """Whether the ticket is this episode's: inside it, or late and before the following one."""
    if ticket.id in inside:
        return ticket in part
    late = part[-1].at <= ticket.at <= part[-1].at + window
    return late and (not following or ticket.at < following[0].at)


def _is_late(ticket: Moment, episodes: Sequence[Sequence[Moment]], window: timedelta) -> bool:
    return bool(episodes) and ticket.at - episodes[-1][-1].at <= window


def _from_contact(moment: Moment) -> bool:
    return moment.kind == "article_viewed" and moment.details.get("from") == "contact"


def _query(moment: Moment) -> str | None:
    """What was asked, on one line; None where the event does not say."""
    query = moment.details.get("query")
    return (" ".join(query.split()) if isinstance(query, str) else "") or None


def _is_weak(moment: Moment) -> bool:
    score = moment.details.get("score")
    return moment.shows_answers and isinstance(score, int | float) and score < WEAK


def _articles(moment: Moment) -> list[str]:
    """The articles that suggestions named; none where the event does not say."""
    named = moment.details.get("articles")
    return [each for each in named if isinstance(each, str)] if isinstance(named, list) else []


def _once(values: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))
