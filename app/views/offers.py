"""Answers to the subject that a message form is opened with, there before any script has asked."""

from __future__ import annotations

from flask import request

from app import answers
from app.answers import Answers, Question
from app.views.privacy import current_holdout
from app.views.scope import audiences, chosen_products, database, now, parts
from app.wording import QueryTooLong

_MOST = 3
_SHORTEST = 2
"""Letters; one is no question yet. app/static/widget/suggestions.js asks from as many."""


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
