"""What figures are called, and values as people read them, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import (  # type: ignore[import-untyped]
    format_currency,
    format_decimal,
    format_percent,
    get_locale,
    gettext,
)


def label(name: str) -> str:
    """What a figure, table, column, step or series is called."""
    known = _figure_labels() | _outcome_labels() | _table_labels() | _column_labels()
    return str((known | _experiment_labels() | _other_labels()).get(name, name))


def note(name: str) -> str:
    """What has to be said besides."""
    notes = {
        "older_days": gettext(
            "Older days are kept as sums only; people, steps and tables leave them out."
        ),
        "no_model": gettext(
            "There is no embedding model: questions are put together by their letters only."
        ),
        "literature": gettext(
            "The relative costs are figures from literature until you set your own."
        ),
        "too_few": gettext(
            "This is about fewer than 5 people, so nothing is shown. Choose more days or fewer "
            "filters."
        ),
        "votes_unfiltered": gettext("Views and votes are of all pages and questions."),
        "partly_filtered": gettext(
            "The experiment, people who opened a ticket, and what depends on them are of all "
            "visitors; votes, ease and times to an answer by a person are filtered by language "
            "only."
        ),
        "simulated": gettext("These visitors were simulated."),
        "days_ignored": gettext(
            "The days that were asked for make no sense, so these are the last four weeks."
        ),
        "suspicious": gettext(
            "The groups of the experiment are too uneven for chance: events of one are missing. "
            "Do not trust what it says."
        ),
        "degraded": gettext("Search lacks something right now; run kb doctor."),
    }
    return str(notes[name])


def value_words(kind: str, value: object, currency: str = "USD") -> str:
    """A value as people read it; a dash where there is none."""
    if value is None:
        return "–"
    if not isinstance(value, (int, float)):
        return label(str(value)) if kind == "step" else str(value)
    shapes: dict[str, Callable[[], object]] = {
        "share": lambda: format_percent(value, "#,##0.0%"),
        "money": lambda: _whole_money(value, currency),
        "minutes": lambda: gettext("%(number)s min", number=format_decimal(round(value, 1))),
        "seconds": lambda: f"{format_decimal(round(value * 1000, 1))} ms",
        "mean": lambda: format_decimal(round(value, 2)),
        "number": lambda: format_decimal(round(value)),
        "ratio": lambda: format_decimal(round(value, 4), "#,##0.0000"),
        "chance": lambda: format_decimal(round(value, 4)) if value >= 0.0001 else "< 0.0001",
    }
    shape = shapes.get(kind)
    return str(shape() if shape is not None else format_decimal(value))


def _whole_money(value: float, currency: str) -> str:
    """Money without cents: its limits are wider than that."""
    pattern = get_locale().currency_formats["standard"].pattern
    whole = re.sub(r"\.0+", "", pattern)
    return str(format_currency(round(value), currency, whole, currency_digits=False))


def _figure_labels() -> dict[str, str]:
    return {
        "episodes": gettext("Needs for help"),
        "people": gettext("People"),
        "asked_unanswered": gettext("Found no answer"),
        "asked_again": gettext("Asked again in other words"),
        "avoided_senders": gettext("People who did not have to write in 30 days"),
        "avoided_tickets": gettext("Tickets avoided in 30 days"),
        "avoided_cost": gettext("Cost avoided in 30 days"),
        "first_contact": gettext("Settled alone the first time"),
        "digital": gettext("Digital from start to end"),
        "satisfaction": gettext("Found helpful"),
        "time_alone": gettext("Time to an answer alone"),
        "time_person": gettext("Time to an answer by a person"),
        "available": gettext("Requests answered"),
        "index_documents": gettext("Articles in the index"),
    }


def _outcome_labels() -> dict[str, str]:
    return {
        "confirmed": gettext("Confirmed deflection"),
        "assumed": gettext("Assumed deflection"),
        "self_served": gettext("Helped themselves"),
        "failed": gettext("Ticket after seeking help"),
        "direct": gettext("Ticket right away"),
        "abandoned": gettext("Found nothing and left"),
        "pending": gettext("Not decided yet"),
        "settled": gettext("Settled without a person"),
        "with_ticket": gettext("With a ticket"),
    }


def _table_labels() -> dict[str, str]:
    return {
        "overview": gettext("Overview"),
        "articles": gettext("Articles"),
        "questions": gettext("Questions"),
        "worth": gettext("Cost and effort"),
        "speed": gettext("Speed"),
        "improvements": gettext("Improvements"),
        "trend": gettext("How needs for help ended, over time"),
        "funnel": gettext("From need to outcome"),
        "by_language": gettext("By language"),
        "by_page": gettext("By page of the ticket"),
        "by_product": gettext("By product"),
        "by_article": gettext("By article"),
        "failing": gettext("Tickets after reading"),
        "top": gettext("Asked most"),
        "no_answer": gettext("Without an answer"),
        "unsure": gettext("With a weak answer"),
        "untranslated": gettext("Answered in another language only"),
        "reworded": gettext("Asked in other words"),
        "effort": gettext("How easy it was"),
        "claims": gettext("As others would count it"),
        "experiment": gettext("What the experiment measured"),
        "answering": gettext("Time to rank answers"),
        "requests": gettext("Time to make a page"),
    }


def _column_labels() -> dict[str, str]:
    return {
        "language": gettext("Language"),
        "locale": gettext("Language"),
        "page": gettext("Page"),
        "product": gettext("Product"),
        "article": gettext("Article"),
        "settled_share": gettext("Settled"),
        "ticket_share": gettext("Ticket"),
        "views": gettext("Views"),
        "helpful": gettext("Helpful"),
        "not_helpful": gettext("Not helpful"),
        "helpful_share": gettext("Helpful share"),
        "failed_share": gettext("Failed share"),
        "subjects": gettext("Subjects of the tickets"),
        "todo": gettext("What to do"),
        "question": gettext("Question"),
        "unanswered": gettext("No answer"),
        "unsure": gettext("With a weak answer"),
        "wordings": gettext("Also asked as"),
        "step": gettext("Step"),
        "ease": gettext("Ease, 0 to 5"),
        "low": gettext("From"),
        "high": gettext("To"),
        "what": gettext("What"),
        "count": gettext("Number"),
        "p50": gettext("Half within"),
        "p95": gettext("95% within"),
        "p99": gettext("99% within"),
    }


def _experiment_labels() -> dict[str, str]:
    return {
        "course": gettext("Tickets avoided for a hundred visitors, as the experiment went on"),
        "measure": gettext("What was measured"),
        "control": gettext("Without suggestions"),
        "treatment": gettext("With suggestions"),
        "difference": gettext("Difference or value"),
        "visitors": gettext("Visitors"),
        "wrote": gettext("Sent a ticket, one look"),
        "wrote_always": gettext("Sent a ticket, at every look"),
        "reduction": gettext("Sent a ticket: fall"),
        "reduction_always": gettext("Sent a ticket: fall, at every look"),
        "tickets_per_visitor": gettext("Tickets per visitor"),
        "tickets_always": gettext("Tickets per visitor, at every look"),
        "reduction_per_visitor": gettext("Tickets per visitor: fall"),
        "tickets_per_episode": gettext("Tickets per need"),
        "reduction_per_episode": gettext("Tickets per need: fall"),
        "sample_ratio": gettext("Chance of groups so uneven"),
        "smallest_effect": gettext("Smallest difference to be found"),
        "days_so_far": gettext("Days so far"),
        "days_to_find": gettext("Days more to find a fall by 20%"),
        "claim": gettext("Figure"),
        "value": gettext("Value"),
        "defined_by": gettext("As defined by"),
        "confirmed_of_contacts": gettext("Confirmed, of contacts"),
        "claimed_of_contacts": gettext("Confirmed and assumed, of contacts"),
        "self_service_score": gettext("Self-service score"),
        "measured_reduction": gettext("Measured: fewer people send a ticket"),
        "salesforce_successful": gettext("Salesforce: successful deflections"),
        "salesforce_potential": gettext("Salesforce: successful and potential deflections"),
        "zendesk": gettext("Zendesk: self-service score"),
        "holdout": gettext("Kotae: the holdout"),
    }


def _other_labels() -> dict[str, str]:
    return {
        "need": gettext("Needed help"),
        "looked": gettext("Searched or read"),
        "saw_answers": gettext("Saw answers"),
        "read_article": gettext("Opened an article"),
        "began_contact": gettext("Began to write to a person"),
        "sent_ticket": gettext("Sent a ticket"),
        "find": gettext("Finding an answer"),
        "solve": gettext("Solving it with that"),
        "person": gettext("Reaching a person"),
        "phone": gettext("Telephone"),
        "chat": gettext("Chat"),
        "forum": gettext("Forum"),
        "self_service": gettext("Answer found alone"),
        "community": gettext("Community"),
        "write": gettext("Write this article"),
        "translate": gettext("Translate this"),
        "improve": gettext("Improve this article"),
        "planned": gettext("Planned"),
        "changed": gettext("Changed, being checked"),
        "kept": gettext("Kept"),
        "dropped": gettext("Dropped"),
        "too-early": gettext("Too early to tell"),
        "better": gettext("Better"),
        "worse": gettext("Worse"),
        "unclear": gettext("No clear difference"),
        "check": gettext("Check of an improvement"),
        "interval": gettext("Intervals"),
        "hidden": gettext("What is not shown"),
    }
