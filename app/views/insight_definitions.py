"""How figures are counted, in a sentence each, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext  # type: ignore[import-untyped]

DEFINED = (
    "episodes",
    "people",
    "confirmed",
    "assumed",
    "self_served",
    "failed",
    "direct",
    "abandoned",
    "pending",
    "settled_share",
    "ticket_share",
    "helpful_share",
    "failed_share",
    "asked_unanswered",
    "asked_again",
    "no_answer",
    "unsure",
    "untranslated",
    "avoided_tickets",
    "avoided_cost",
    "first_contact",
    "digital",
    "satisfaction",
    "effort",
    "time_alone",
    "time_person",
    "available",
    "check",
    "interval",
    "hidden",
)
"""What has a definition, in the order in which these are listed."""


def definition(name: str) -> str:
    """How a figure of DEFINED is counted."""
    return str((_outcomes() | _shares() | _questions() | _worth() | _methods())[name])


def _outcomes() -> dict[str, str]:
    return {
        "episodes": gettext(
            "One need for help of one visitor, from the first search, suggestion or contact "
            "to 30 minutes of silence."
        ),
        "people": gettext("Visits by a random name that lasts a day at most; nobody is named."),
        "confirmed": gettext(
            "Somebody began to write to a person, said that it is solved, and sent no ticket "
            "in time."
        ),
        "assumed": gettext(
            "Somebody began to write to a person, saw an answer, left, and sent no ticket in "
            "time. They may have given up."
        ),
        "self_served": gettext(
            "Somebody opened an article or said it helped, and never began to write to a person."
        ),
        "failed": gettext("A ticket came although answers had been looked for."),
        "direct": gettext("A ticket came, and no help had been looked for."),
        "abandoned": gettext(
            "Somebody looked, opened nothing or said it did not help, and left. Not a success."
        ),
        "pending": gettext("No ticket so far, and the time in which one counts is not over."),
    }


def _shares() -> dict[str, str]:
    return {
        "settled_share": gettext(
            "Confirmed deflections and people who helped themselves, of all decided needs."
        ),
        "ticket_share": gettext("Needs with a ticket, of all decided needs."),
        "helpful_share": gettext("Votes that say helpful, of all votes."),
        "failed_share": gettext(
            "Needs in which the article was opened and a ticket came all the same, of those "
            "in which it was opened."
        ),
        "satisfaction": gettext("Votes that say helpful, of all votes on articles."),
        "available": gettext(
            "Requests without an error of the server, of all since it was started."
        ),
    }


def _questions() -> dict[str, str]:
    return {
        "asked_unanswered": gettext(
            "Needs with at least one question to which no answer was shown, of those with a "
            "question."
        ),
        "asked_again": gettext(
            "Needs in which somebody asked again in other words, of those with a question; "
            "typing on does not count."
        ),
        "no_answer": gettext("Questions for which today's index has no good answer."),
        "unsure": gettext(
            "Questions whose best answer scored below one half when they were asked."
        ),
        "untranslated": gettext(
            "Questions whose best answer is in another language than they were asked in."
        ),
    }


def _worth() -> dict[str, str]:
    return {
        "avoided_tickets": gettext(
            "What the holdout measured: tickets that visitors with suggestions sent less than"
            " those without, in 30 days. Without a holdout nobody knows."
        ),
        "avoided_cost": gettext(
            "Tickets avoided, times the cost of the channel they would have come by less that"
            " of an answer found alone."
        ),
        "first_contact": gettext(
            "Visitors whose first need was settled without a person and who did not come back"
            " with another, of all whose first need is decided."
        ),
        "digital": gettext(
            "Decided needs to which no telephone call, visit or letter belongs, as far as the"
            " help desk reports them."
        ),
        "effort": gettext(
            "Some are asked with one tap how easy a step was, from 0, very difficult, to 5, "
            "very easy; the mean of their answers."
        ),
        "time_alone": gettext(
            "Median time from the first to the last step of needs settled alone."
        ),
        "time_person": gettext("Median time from a ticket to its first answer."),
    }


def _methods() -> dict[str, str]:
    return {
        "check": gettext(
            "The share of needs that were not settled, after the change less before, over "
            "equally long times of at most 28 days."
        ),
        "interval": gettext(
            "With repeated measurements, 95 of 100 such intervals hold the true value; of "
            "shares by Wilson, of differences by Newcombe."
        ),
        "hidden": gettext("Rows about fewer than 5 people are left out, and their number is told."),
    }
