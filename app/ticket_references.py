"""Which ticket a help desk's own number means, as it may tell of one ticket more than once.

A ticket made here is handed over, and the help desk's own trigger reports that it was created: with
its number and its sender's address, not with our id, and before or after we learn the number. A
trigger may fire twice, too. That is one ticket, whichever word comes first.

Numbers are unique within one help desk only, and in some of them upper and lower case differ. So
two words of one number are about two tickets where both are known by sessions and share none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.deflection.people import link_ticket
from app.models import Ticket, TicketOutcome, TicketSession


def find_reported(
    session: Session, reference: str, visits: Collection[str] = ()
) -> TicketOutcome | None:
    """The first report of the ticket that was opened elsewhere with this number, if there is one.

    `visits`: the sessions that the one who asks knows it by.
    """
    for reports in _reports(session, reference):
        if _agree(_visits_of(session, reports), visits):
            return reports[0]
    return None


def know_session(session: Session, report: TicketOutcome, visit: str) -> None:
    """Let all reports of a ticket say whose it was, where none of them did. The caller commits."""
    if report.session is None:
        for each in _unclaimed(session, report.reference or ""):
            if each.outcome == "created" and each.session is None:
                each.session = visit


def find_sent(session: Session, reference: str, visits: Collection[str] = ()) -> Ticket | None:
    """The ticket made here that has this number, if there is one; `visits` as above."""
    if not reference:
        return None
    numbered = select(Ticket).where(Ticket.reference == reference)
    found = session.scalars(numbered.order_by(Ticket.created_at, Ticket.id)).all()
    same = [each for each in found if _agree({each.session}, visits)]
    return next((each for each in same if each.session in visits), same[0] if same else None)


def adopt_reports(session: Session, ticket: Ticket, now: datetime) -> None:
    """Let what was reported before under the number of a ticket made here be about that ticket.

    Call it once the ticket has its number. Sessions that only the help desk knew are from now on
    some that the ticket counts against. The caller commits.
    """
    others = 0
    for reports in _reports(session, ticket.reference or ""):
        visits = _visits_of(session, reports)
        if _agree({ticket.session}, visits):
            _adopt(session, ticket, reports, visits, now)
        else:
            others += 1
    if ticket.reference and not others:
        _move(_unclaimed(session, ticket.reference), ticket)


def _adopt(
    session: Session,
    ticket: Ticket,
    reports: Collection[TicketOutcome],
    visits: Collection[str],
    now: datetime,
) -> None:
    _move(reports, ticket)
    # Made anew even where they were there, so that these sessions are looked at again.
    told = TicketSession.ticket.in_([each.id for each in reports])
    ours = (TicketSession.ticket == ticket.id) & TicketSession.session.in_(visits)
    session.execute(delete(TicketSession).where(or_(told, ours)))
    link_ticket(session, ticket.id, sorted(visits), at=ticket.created_at, now=now)


def _move(words: Collection[TicketOutcome], ticket: Ticket) -> None:
    for word in words:
        word.ticket_id, word.session = ticket.id, ticket.session


def _reports(session: Session, reference: str) -> list[list[TicketOutcome]]:
    """The reports of tickets opened elsewhere with this number, the first ones first.

    Reports of one ticket say one session (see `record_outcome`), and stand together.
    """
    by_session: dict[str | None, list[TicketOutcome]] = {}
    for word in _unclaimed(session, reference):
        if word.outcome == "created":
            by_session.setdefault(word.session, []).append(word)
    return list(by_session.values())


def _unclaimed(session: Session, reference: str) -> list[TicketOutcome]:
    """All that was said under this number of no ticket made here, in the order of its arrival."""
    if not reference:
        return []
    said = select(TicketOutcome).where(
        TicketOutcome.reference == reference, TicketOutcome.ticket_id.is_(None)
    )
    by_arrival = said.order_by(TicketOutcome.received_at, TicketOutcome.id)
    return list(session.scalars(by_arrival))


def _visits_of(session: Session, reports: Collection[TicketOutcome]) -> set[str]:
    names = [each.id for each in reports]
    links = select(TicketSession.session).where(TicketSession.ticket.in_(names))
    own = {each.session for each in reports if each.session}
    return own | set(session.scalars(links))


def _agree(known: Collection[str | None], visits: Collection[str]) -> bool:
    sessions = {each for each in known if each}
    return not sessions or not visits or not sessions.isdisjoint(visits)
