"""Pages about what the visitor is in the middle of: a page of the product, the service's state."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from app.addresses import entry_url
from app.answers import Question
from app.categories import shelf_titles
from app.notices import notices_of_late, notices_to_come, show
from app.page_help import find_help
from app.page_patterns import words_of
from app.settings import Settings
from app.views.pages import page, require_offered_locale
from app.views.scope import (
    accepted_locale,
    audiences,
    chosen_products,
    database,
    notices_here,
    notices_in_force_now,
    now,
    parts,
)
from app.views.scope import settings as current_settings
from app.wording import clean_text

_ANSWERS = 5
_LONGEST_PAGE = 2000
_LONGEST_TITLE = 200


def contextual_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The routes; help for a page costs a search, and is rated like one."""
    contextual = Blueprint("contextual", __name__)
    contextual.before_request(require_offered_locale)
    rated = limiter.shared_limit(settings.rate_search, scope="search")
    contextual.get("/for")(entry_in_any_language)
    contextual.get("/<locale:locale>/for")(rated(entry))
    contextual.get("/<locale:locale>/status")(status)
    contextual.get("/<locale:locale>/offline")(offline)
    return contextual


def entry_in_any_language() -> AnyResponse:
    """Lead to help for a page in the visitor's language."""
    response = redirect(entry_url(accepted_locale(), **_given()))
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    return response


def entry(locale: str) -> Response:
    """Help for the page of the product that `page` names: its notices, the articles that name it
    themselves, then answers that fit.

    `title` says in words what the page is about; without it the words of the address do.
    """
    given = _given()
    words = given["title"] or words_of(given["page"])
    named = frozenset(filter(None, given["products"].split(",")))
    question = Question(
        text=words,
        locale=locale,
        products=named or chosen_products(),
        audiences=audiences(),
        per_page=_ANSWERS,
        page_url=given["page"],
    )
    found, fitting = find_help(question, session=database(), index=parts().index, now=now())
    return page(
        "entry.html",
        given=given,
        found=found,
        fitting=fitting,
        notices=notices_here(words, given["page"]),
        titles=shelf_titles(
            database(), locale=locale, default_locale=current_settings().default_locale
        ),
    )


def status(locale: str) -> Response:
    """Every notice in force, what is planned, and what is over since a few days."""
    return page(
        "status.html",
        current=[show(notice, locale) for notice in notices_in_force_now()],
        coming=[show(notice, locale) for notice in notices_to_come(database(), now())],
        past=[show(notice, locale) for notice in notices_of_late(database(), now())],
    )


def offline(locale: str) -> Response:
    """What the browser keeps for when the network is away."""
    return page("offline.html")


def _given() -> dict[str, str]:
    return {
        "page": clean_text(request.args.get("page", ""))[:_LONGEST_PAGE],
        "title": clean_text(request.args.get("title", "")).strip()[:_LONGEST_TITLE],
        "products": clean_text(request.args.get("products", ""))[:_LONGEST_TITLE],
    }
