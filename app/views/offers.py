"""Answers to the subject that a message form is opened with, there before any script has asked."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_limiter import RateLimitExceeded

from app import answers
from app.answers import Answers, Question
from app.views.privacy import current_holdout
from app.views.scope import audiences, chosen_products, database, now, parts
from app.wording import QueryTooLong

_MOST = 3
_SHORTEST = 2
"""Letters; one is no question yet. app/static/widget/suggestions.js asks from as many."""


AnswersTo = Callable[[str, str], Answers | None]
"""A subject and the language of its page -> what there is to offer."""


def within(rate: Callable[[AnswersTo], AnswersTo]) -> AnswersTo:
    """`answers_to` for who has asked no more often than `rate` allows, and nothing for others: the
    way to a person is never closed."""
    rated = rate(answers_to)

    def ask(subject: str, locale: str) -> Answers | None:
        try:
            return rated(subject, locale) if subject else None
        except RateLimitExceeded:
            return None

    return ask


def answers_to(subject: str, locale: str) -> Answers | None:
    """Answers to what a message is about; None where there is nothing to ask.

    None while an experiment runs, too: whether its visitor is shown any is known to the browser
    alone, whose script asks then.
    """
    if len(subject.strip()) < _SHORTEST or current_holdout() is not None:
        return None
    question = Question(
        text=subject,
        locale=locale,
        products=chosen_products(),
        audiences=audiences(),
        limit=_MOST,
        page_url=request.path,
    )
    try:
        found = answers.suggest(question, session=database(), index=parts().index, now=now())
    except QueryTooLong:
        return None
    parts().metrics.count_answers("suggest", found.took_ms / 1000, no_answer=found.no_answer)
    return found
