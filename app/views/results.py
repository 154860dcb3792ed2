"""The page of results: what was found, narrowed, in the visitor's language first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask_limiter import Limiter

from app import answers
from app.addresses import search_url
from app.answers import Answers, Question
from app.categories import shelf_titles
from app.languages import same_writing
from app.settings import Settings
from app.views.pages import page, require_offered_locale
from app.views.parameters import read_search
from app.views.scope import audiences, chosen_products, database, now, parts
from app.views.scope import settings as current_settings
from app.wording import QueryTooLong

_MOST_OPTIONS = 12
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Option:
    """One way to narrow the results."""

    value: str
    """A category's slug or a language tag; empty for all."""
    count: int | None
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """The ways to narrow the results by one thing."""

    name: str
    options: tuple[Option, ...]


def results_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The route of the results, with the rate of searches that `settings` allow one client."""
    results = Blueprint("results", __name__)
    results.before_request(require_offered_locale)
    rated = limiter.shared_limit(settings.rate_search, scope="search")
    results.get("/<locale:locale>/search")(rated(search))
    return results


def search(locale: str) -> Response:
    """Results for a question, one page of them."""
    typed = request.args.get("q", "")
    names = ("q", "page", "category", "language")
    # Forms send fields that were left empty, too.
    given = {name: value for name in names if (value := request.args.get(name))}
    try:
        question = read_search(given | {"locale": locale}, audiences(), chosen_products())
        found = answers.search(question, session=database(), index=parts().index, now=now())
    except QueryTooLong as error:
        response = page("search.html", 400, typed=typed, too_long=error, found=None, page_number=1)
    else:
        parts().metrics.count_answers("page", found.took_ms / 1000, no_answer=found.no_answer)
        response = _show(locale, typed, question, found)
    # The query's own number is on the page.
    response.headers["Cache-Control"] = "no-store"
    return response


def _show(locale: str, typed: str, question: Question, found: Answers) -> Response:
    own = [item for item in found.items if same_writing(item.locale, locale)]
    default = current_settings().default_locale
    asked = bool(typed.strip())
    return page(
        "search.html",
        typed=typed,
        found=found,
        own=own or found.items,
        others=[item for item in found.items if item not in own] if own else [],
        asked=asked,
        shown=_shown(typed, found, request.path) if asked else None,
        page_number=question.page,
        pages=max(1, -(-found.total // question.per_page)),
        category=question.category or "",
        language=question.only_locale or "",
        titles=shelf_titles(database(), locale=locale, default_locale=default),
        filters=_filters(locale, typed, question, found) if asked else (),
    )


def _shown(typed: str, found: Answers, page: str) -> dict[str, object]:
    """What the page's script tells of it; docs/deflection.md says what for."""
    return {
        "query_id": found.query_id,
        "value": {
            "query": typed.strip(),
            "results": len(found.items),
            "articles": [item.article_id for item in found.items[:_MOST_TOLD]],
            "score": round(found.items[0].score, 4) if found.items else None,
            "no_answer": found.no_answer,
            "via": "search",
            "held_back": False,
            "page": page,
        },
    }


def _filters(locale: str, typed: str, question: Question, found: Answers) -> tuple[Filter, ...]:
    chosen = {"category": question.category or "", "language": question.only_locale or ""}
    counted = {
        "category": found.facets.get("category", {}),
        "language": found.facets.get("locale", {}),
    }
    filters = []
    for name, counts in counted.items():
        values = sorted(filter(None, counts), key=lambda value: (-counts[value], value))
        # One that is chosen stays in sight, whatever it leaves over.
        if chosen[name] and chosen[name] not in values:
            values.insert(0, chosen[name])
        if len(values) < 2 and not chosen[name]:
            continue
        options = [Option("", None, _narrowed(locale, typed, chosen, name, ""), not chosen[name])]
        options += [
            Option(
                value,
                counts.get(value),
                _narrowed(locale, typed, chosen, name, value),
                value == chosen[name],
            )
            for value in values[:_MOST_OPTIONS]
        ]
        filters.append(Filter(name, tuple(options)))
    return tuple(filters)


def _narrowed(locale: str, typed: str, chosen: dict[str, str], name: str, value: str) -> str:
    return search_url(locale, q=typed, **(chosen | {name: value}))
