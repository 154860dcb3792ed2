"""The help center's pages, rendered on the server; everything on them works without scripts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from flask_limiter import Limiter
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import answers
from app.addresses import article_url, home_url
from app.answers import Answers
from app.categories import Shelf, list_shelves, shelves_to
from app.deflection.events import new_event, record_events
from app.languages import same_language
from app.models import Article
from app.payload import Fields
from app.reading import (
    find_article,
    list_category,
    most_useful,
    opening_of,
)
from app.settings import Settings
from app.views.headers import refuse_foreign_form
from app.views.pages import page, require_offered_locale
from app.views.parameters import read_search
from app.views.scope import (
    accepted_locale,
    audiences,
    database,
    now,
    parts,
    wanted_locales,
)
from app.views.scope import settings as current_settings
from app.wording import QueryTooLong

_FEATURED = 6
_RELATED = 5


def help_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The routes of the pages, with the rates that `settings` allow one client."""
    pages = Blueprint("help", __name__)
    pages.before_request(require_offered_locale)
    rated = limiter.shared_limit
    pages.get("/")(front)
    pages.get("/<locale:locale>/")(home)
    pages.get("/<locale:locale>/categories/<path:slug>")(category)
    pages.get("/<locale:locale>/articles/<path:article_id>")(article)
    pages.get("/<locale:locale>/search")(rated(settings.rate_search, scope="search")(search))
    pages.post("/<locale:locale>/feedback")(rated(settings.rate_events, scope="events")(feedback))
    return pages


def front() -> AnyResponse:
    """Lead to the front page in the visitor's language."""
    response = redirect(home_url(accepted_locale()))
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    return response


def home(locale: str) -> Response:
    """The front page: the search box, the categories, the most useful articles."""
    return page(
        "home.html",
        shelves=_shelves(locale),
        articles=most_useful(
            database(), locale=locale, audiences=audiences(), now=now(), limit=_FEATURED
        ),
        opening_of=opening_of,
    )


def category(locale: str, slug: str) -> Response:
    """One category: what is below it and what stands on it."""
    default = current_settings().default_locale
    trail = shelves_to(database(), slug, locale=locale, default_locale=default)
    shelves = _shelves(locale, slug)
    articles = list_category(database(), slug, locale=locale, audiences=audiences(), now=now())
    if not trail or not (shelves or articles):
        raise NotFound("There is no such category.")
    return page(
        "category.html",
        trail=trail,
        shelf=trail[-1],
        shelves=shelves,
        articles=articles,
        opening_of=opening_of,
    )


def article(locale: str, article_id: str) -> Response:
    """One article; in another language, and saying so, where this one does not have it."""
    reading = find_article(
        database(), article_id, wanted=wanted_locales(locale), audiences=audiences(), now=now()
    )
    found = reading.article
    default = current_settings().default_locale
    return page(
        "article.html",
        article=found,
        locales=reading.locales,
        foreign=not same_language(found.locale, locale),
        trail=shelves_to(database(), found.category, locale=locale, default_locale=default),
        related=_related(locale, found.category, found.article_id),
        thanked=request.args.get("feedback") == "thanks",
    )


def search(locale: str) -> Response:
    """Results for a question, one page of them."""
    typed = request.args.get("q", "")
    # Forms send fields that were left empty, too.
    given = {name: value for name in ("q", "page", "category") if (value := request.args.get(name))}
    try:
        question = read_search(given | {"locale": locale}, audiences())
        found = answers.search(question, session=database(), index=parts().index, now=now())
    except QueryTooLong as error:
        return page("search.html", 400, typed=typed, too_long=error, found=None, page_number=1)
    parts().metrics.count_answers("page", found.took_ms / 1000, no_answer=found.no_answer)
    response = page(
        "search.html",
        typed=typed,
        found=found,
        asked=bool(typed.strip()),
        page_number=question.page,
        pages=_page_count(found, question.per_page),
        category=question.category or "",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def feedback(locale: str) -> AnyResponse:
    """Take "was this helpful?" from a form, and lead back to the article."""
    refuse_foreign_form()
    fields = Fields(request.form)
    article_id = fields.text("article_id", longest=400, shortest=1, required=True)
    kind = fields.choice("value", ("helpful", "not_helpful"))
    fields.finish()
    reading = find_article(
        database(), article_id, wanted=wanted_locales(locale), audiences=audiences(), now=now()
    )
    # Without scripts there is no visit to tie events to: each such event is a visit of its own.
    event = new_event(
        "", kind, now(), article_id=reading.article.article_id, locale=reading.article.locale
    )
    record_events(database(), [event])
    return redirect(f"{article_url(locale, article_id)}?feedback=thanks#feedback", 303)


def _shelves(locale: str, parent: str = "") -> list[Shelf]:
    return list_shelves(
        database(),
        locale=locale,
        default_locale=current_settings().default_locale,
        parent=parent,
        audiences=audiences(),
        now=now(),
    )


def _related(locale: str, shelf: str, article_id: str) -> list[Article]:
    if not shelf:
        return []
    same = list_category(database(), shelf, locale=locale, audiences=audiences(), now=now())
    return [other for other in same if other.article_id != article_id][:_RELATED]


def _page_count(found: Answers, per_page: int) -> int:
    return max(1, -(-found.total // per_page))
