"""From ranked articles to what is shown of them: the answer, what to highlight, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from search.analysis.question_words import is_question_word
from search.analysis.tokens import query_terms
from search.answer import AskedTerms, choose_answer
from search.document import Hit, Query
from search.highlight import Needle, highlights
from search.languages import asked_language, closeness
from search.ranking import LONGEST_QUERY, Ranked
from search.read_passage import ReadPassage
from search.view import View
from search.why import NEAR_IN_MEANING, reasons


def make_hits(
    view: View, query: Query, ranked: Sequence[Ranked], *, typing: bool
) -> tuple[Hit, ...]:
    """Read the passages of `ranked` articles and pick their answers to `query`."""
    passages = view.read([entry.record.number for entry in ranked])
    content = [term for term in query_terms(query.text) if not is_question_word(term)]
    asked = AskedTerms.of(view.term_weights(content[:LONGEST_QUERY]))
    needle = Needle.of(query.text, typing=typing)
    wanted = asked_language(query.text, query.locale)
    return tuple(
        _hit(entry, passages.get(entry.record.number, ()), asked, needle, wanted)
        for entry in ranked
    )


def count_facets(ranked: Sequence[Ranked]) -> dict[str, dict[str, int]]:
    """Return how many of the ranked articles are in each category and in each language."""
    return {
        "category": dict(Counter(entry.record.category for entry in ranked)),
        "locale": dict(Counter(entry.record.locale for entry in ranked)),
    }


def _hit(
    entry: Ranked,
    passages: Sequence[ReadPassage],
    asked: AskedTerms,
    needle: Needle,
    wanted: str | None,
) -> Hit:
    record = entry.record
    # A few letters mean nothing yet: then the article's beginning says best what it is about.
    nearest = entry.passage if entry.meaning >= NEAR_IN_MEANING else None
    answer = choose_answer(passages, nearest, asked)
    in_title, in_text = highlights(record.title, needle), highlights(answer.text, needle)
    return Hit(
        document_id=record.id,
        article_id=record.article_id,
        locale=record.locale,
        title=record.title,
        title_highlights=in_title,
        answer=answer.text,
        answer_highlights=in_text,
        anchor=answer.anchor,
        heading=answer.heading,
        score=round(entry.score, 4),
        why=reasons(entry, answer, needle, in_title=bool(in_title), in_text=bool(in_text)),
        foreign=wanted is not None and not closeness(record.locale, wanted),
        category=record.category,
    )
