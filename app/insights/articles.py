"""What articles do: read, found helpful or not, and a ticket all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.deflection.intervals import wilson
from app.deflection.redaction import redact
from app.insights.figures import SMALLEST_GROUP, Row, Sheet, Table, shown_rows
from app.insights.journeys import Journey, Needs, people, products_of, titles_of
from app.insights.selection import Selection
from app.models import Event

_MOST_SUBJECTS = 10


def make_articles(session: Session, needs: Needs, *, locale: str) -> Sheet:
    """The sheet: every article that was read or voted on, and after which tickets came."""
    selection = needs.selection
    votes = _votes(session, selection)
    readers: dict[str, list[Journey]] = {}
    for journey in needs.journeys:
        for article_id in journey.read:
            readers.setdefault(article_id, []).append(journey)
    known = readers.keys() | {article_id for article_id, _ in votes}
    if selection.product:
        about = products_of(session)
        known = {each for each in known if selection.product in about.get(each, ())}
    if selection.article:
        known &= {selection.article}
    titles = titles_of(session, known, locale)
    rows = [_row(each, readers.get(each, []), votes, titles) for each in known]
    shown, hidden = shown_rows(rows, "episodes")
    failing, unfailing = shown_rows([row for row in rows if row["failed"]], "failed")
    return Sheet(
        id="articles",
        tables=(
            Table("articles", _COLUMNS, shown, hidden),
            Table("failing", _FAILING, failing, unfailing),
        ),
        # A vote or a view belongs to no page and no question.
        notes=("votes_unfiltered",) if selection.page or selection.questions else (),
    )


_COLUMNS = (
    ("article", "article"),
    ("views", "count"),
    ("people", "count"),
    ("episodes", "count"),
    ("helpful", "count"),
    ("not_helpful", "count"),
    ("helpful_share", "share"),
    ("failed", "count"),
    ("failed_share", "share"),
)
_FAILING = (
    ("article", "article"),
    ("failed", "count"),
    ("failed_share", "share"),
    ("subjects", "texts"),
    ("todo", "todo"),
)


def _row(
    article_id: str,
    journeys: list[Journey],
    votes: Mapping[tuple[str, str], int],
    titles: Mapping[str, str],
) -> Row:
    failed = [each for each in journeys if each.outcome == "failed" and each.tickets]
    helpful, unhelpful = votes[article_id, "helpful"], votes[article_id, "not_helpful"]
    liked = wilson(helpful, helpful + unhelpful)
    ended = sum(each.outcome != "pending" for each in journeys)
    return {
        "article": article_id,
        "title": titles.get(article_id, article_id),
        "views": votes[article_id, "article_viewed"] + votes[article_id, "result_opened"],
        # Votes without scripts belong to no visitor: each counts as one person.
        "people": max(people(journeys), helpful + unhelpful),
        "episodes": len(journeys),
        "helpful": helpful,
        "not_helpful": unhelpful,
        "helpful_share": liked and liked.value,
        "failed": len(failed),
        "failed_share": len(failed) / ended if ended else None,
        "subjects": _subjects(failed),
        "todo": {"kind": "improve", "article": article_id},
        "leads_to": {
            "episodes": {"article": article_id},
            "failed": {"article": article_id, "outcome": "failed"},
        },
    }


def _subjects(failed: Iterable[Journey]) -> list[str]:
    """What the tickets were about, the most frequent first; nobody's words where few sent one."""
    journeys = list(failed)
    if people(journeys) < SMALLEST_GROUP:
        return []
    counted = Counter(redact(subject) for each in journeys for subject in each.subjects)
    return [subject for subject, _ in counted.most_common(_MOST_SUBJECTS)]


def _votes(session: Session, selection: Selection) -> Counter[tuple[str, str]]:
    """Views and votes by article and type."""
    kinds = ("article_viewed", "result_opened", "helpful", "not_helpful")
    period = selection.period
    conditions = [
        Event.received_at >= period.start,
        Event.received_at < period.end,
        Event.type.in_(kinds),
        Event.article_id.is_not(None),
    ]
    if selection.locale:
        conditions.append(Event.locale == selection.locale)
    grouped = select(Event.article_id, Event.type, func.count()).where(*conditions)
    rows = session.execute(grouped.group_by(Event.article_id, Event.type))
    return Counter({(str(article_id), kind): number for article_id, kind, number in rows})
