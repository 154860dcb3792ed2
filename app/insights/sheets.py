"""The sheets by name: one way for the pages, their exports and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from app.deflection.tracking import update_episodes
from app.insights.articles import make_articles
from app.insights.figures import SMALLEST_GROUP, Sheet
from app.insights.journeys import Journey, load_needs, people
from app.insights.overview import kept_days, make_overview
from app.insights.questions import AskedIndex, make_questions
from app.insights.selection import Selection
from app.insights.worth import make_worth
from app.settings import Settings
from app.simulation import is_simulation

SHEETS = ("overview", "articles", "questions", "worth")


def _is_few(session: Session, selection: Selection, journeys: Sequence[Journey]) -> bool:
    """Whether it is about a group of so few people that one might be recognised."""
    if not selection.is_narrowed:
        return False
    older = sum(sum(day.values()) for day in kept_days(session, selection).values())
    # Of forgotten days only needs are known: one person has one at least.
    return 0 < people(journeys) + older < SMALLEST_GROUP


@dataclass(frozen=True, slots=True)
class Sources:
    """What sheets are made from."""

    sessions: sessionmaker[Session]
    settings: Settings
    index: AskedIndex


def make_sheet(
    name: str, sources: Sources, selection: Selection, *, locale: str, now: datetime
) -> Sheet:
    """The sheet of this name (of SHEETS), as things stand at `now`; titles are in `locale`."""
    window = sources.settings.ticket_window
    update_episodes(sources.sessions, window=window, now=now)
    selection = replace(selection, closed_before=now - window)
    with sources.sessions() as session:
        sheet = _make(name, sources, session, selection, locale=locale, now=now)
        said = {"simulated": is_simulation(session), "days_ignored": selection.ignores_days}
    return replace(sheet, notes=(*(each for each, holds in said.items() if holds), *sheet.notes))


def _make(
    name: str,
    sources: Sources,
    session: Session,
    selection: Selection,
    *,
    locale: str,
    now: datetime,
) -> Sheet:
    needs = load_needs(session, selection)
    if _is_few(session, selection, needs.journeys):
        return Sheet(id=name, notes=("too_few",))
    if needs.earlier is not None and _is_few(session, selection.before(), needs.earlier):
        needs = replace(needs, earlier=None)
    if name == "articles":
        return make_articles(session, needs, locale=locale)
    if name == "questions":
        return make_questions(session, needs, sources.index, now=now)
    if name == "worth":
        return make_worth(session, needs, window=sources.settings.ticket_window, now=now)
    return make_overview(session, needs, locale=locale)
