"""Help for a page of the product: what its writers meant for it, then what answers its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.answers import Answers, Index, Question, answer_of_article, search
from app.reading import articles_for_page


def find_help(
    question: Question, *, session: Session, index: Index, now: datetime
) -> tuple[Answers, bool]:
    """Articles for the page `question.page_url`, which `question.text` is about; whether they fit.

    The articles that name the page themselves come first, whatever the index says. Where neither
    they nor the index have anything, the most useful articles for these products do not fit, but
    help. Raises QueryTooLong.
    """
    meant = articles_for_page(
        session,
        question.page_url,
        locale=question.locale,
        products=question.products,
        audiences=question.audiences,
        now=now,
    )
    found = search(question, session=session, index=index, now=now)
    answered = bool(question.text.strip()) and not found.no_answer
    if not answered and not meant:
        useful = replace(question, text="")
        return search(useful, session=session, index=index, now=now), False
    first = [answer_of_article(article, question.locale) for article in meant]
    named = {article.article_id for article in meant}
    others = [each for each in found.items if answered and each.article_id not in named]
    items = tuple((*first, *others)[: question.per_page])
    return replace(found, items=items, no_answer=False, total=len(items)), True
