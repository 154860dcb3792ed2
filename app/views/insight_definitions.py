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
    "trend",
    "settled",
    "with_ticket",
    "funnel",
    "need",
    "looked",
    "saw_answers",
    "read_article",
    "began_contact",
    "sent_ticket",
    "settled_share",
    "ticket_share",
    "views",
    "helpful",
    "not_helpful",
    "helpful_share",
    "failed_share",
    "failing",
    "asked_unanswered",
    "asked_again",
    "top",
    "unanswered",
    "reworded",
    "no_answer",
    "unsure",
    "untranslated",
    "avoided_tickets",
    "avoided_cost",
    "avoided_senders",
    "claims",
    "confirmed_of_contacts",
    "claimed_of_contacts",
    "self_service_score",
    "measured_reduction",
    "course",
    "experiment",
    "visitors",
    "wrote",
    "wrote_always",
    "reduction",
    "reduction_always",
    "tickets_per_visitor",
    "tickets_always",
    "reduction_per_visitor",
    "tickets_per_episode",
    "reduction_per_episode",
    "sample_ratio",
    "smallest_effect",
    "days_so_far",
    "days_to_find",
    "first_contact",
    "digital",
    "satisfaction",
    "effort",
    "time_alone",
    "time_person",
    "available",
    "index_documents",
    "answering",
    "requests",
    "check",
    "interval",
    "hidden",
)
"""What has a definition, in the order in which these are listed."""


def definition(name: str) -> str:
    """How a figure of DEFINED is counted."""
    known = _outcomes() | _steps() | _shares() | _questions() | _worth()
    return str((known | _experiment() | _claims() | _speed() | _methods())[name])


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
        "views": gettext("How often the article was opened, from a list of answers or otherwise."),
        "helpful": gettext("Votes that say the article helped."),
        "not_helpful": gettext("Votes that say the article did not help."),
        "failing": gettext(
            "Articles that were opened in needs to which a ticket came all the same."
        ),
    }


def _speed() -> dict[str, str]:
    within = gettext(
        "Times within which half, 95 and 99 of 100 were done since the server was started, as "
        "exact as the steps in which they are counted."
    )
    return {
        "available": gettext(
            "Requests without an error of the server, of all since it was started."
        ),
        "index_documents": gettext("Articles that search finds now, each language for itself."),
        "answering": within,
        "requests": within,
    }


def _steps() -> dict[str, str]:
    return {
        "trend": gettext(
            "Needs by the day on which they began, by weeks where there are more than 62 days."
        ),
        "settled": gettext("Confirmed deflections and people who helped themselves."),
        "with_ticket": gettext(
            "Needs to which a ticket came; of a question, the people who sent one."
        ),
        "funnel": gettext("How many needs reached each step, in whatever order."),
        "need": gettext("All needs that are stored one by one."),
        "looked": gettext(
            "Needs in which somebody searched, saw suggestions or opened an article."
        ),
        "saw_answers": gettext("Needs in which an answer was shown or an article opened."),
        "read_article": gettext("Needs in which an article was opened."),
        "began_contact": gettext("Needs in which somebody began to write to a person."),
        "sent_ticket": gettext("Needs to which a ticket came."),
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
        "top": gettext("Questions that mean the same are put together; each person counts once."),
        "unanswered": gettext("People to whom no answer was shown."),
        "reworded": gettext("People who asked again in other words."),
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
            "What the holdout measured: how many more tickets there would have been in 30 days"
            " without suggestions. The limits hold however often one looks."
        ),
        "avoided_cost": gettext(
            "Tickets avoided, times the cost of the channel they would have taken less that of an"
            " answer found alone."
        ),
        "avoided_senders": gettext(
            "The same in people, where who would have sent two tickets counts once."
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


def _experiment() -> dict[str, str]:
    fall = gettext("The difference as a share of the rate without suggestions.")
    return {
        "course": gettext(
            "What the experiment had measured by each day, with limits that hold at every look. As"
            " long as 0 lies within them, nothing is proved."
        ),
        "experiment": gettext(
            "Visitors without suggestions against visitors with them, as they were drawn, each"
            " followed for the time in which a ticket counts."
        ),
        "visitors": gettext("Visitors whose time is over."),
        "wrote": gettext("Visitors who sent a ticket, of all; limits right for one look."),
        "wrote_always": gettext("The same difference with limits that hold at every look."),
        "reduction": fall,
        "reduction_always": gettext("The same with limits that hold at every look."),
        "tickets_per_visitor": gettext("Tickets divided by visitors; who sends two counts twice."),
        "tickets_always": gettext("The same difference with limits that hold at every look."),
        "reduction_per_visitor": fall,
        "tickets_per_episode": gettext("Tickets divided by needs, visitors taken whole."),
        "reduction_per_episode": fall,
        "sample_ratio": gettext(
            "The chance of groups as uneven as these. Below 0.001 something is lost, and the"
            " figures are not to be trusted."
        ),
        "smallest_effect": gettext("The difference that would be found four times in five by now."),
        "days_so_far": gettext("Days on which visitors came whose time is over."),
        "days_to_find": gettext(
            "Days more until a fall by a fifth would be found four times in five, with the limits"
            " for one look."
        ),
    }


def _claims() -> dict[str, str]:
    return {
        "claims": gettext(
            "The same days as others count them, beside what the holdout measured. Only the last"
            " leaves out people who would never have written."
        ),
        "confirmed_of_contacts": gettext(
            "Needs in which contact was begun and that ended with “solved”, of all in which it"
            " was begun or a ticket sent."
        ),
        "claimed_of_contacts": gettext(
            "The same with those who saw an answer and left; often sold as the deflection rate."
        ),
        "self_service_score": gettext(
            "Visitors who sought help for each person who opened a ticket, here or elsewhere."
        ),
        "measured_reduction": gettext(
            "By how much suggestions lower the share of visitors who send a ticket."
        ),
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
