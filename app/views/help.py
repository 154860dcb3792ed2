"""The help center's pages, rendered on the server; everything on them works without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request
from flask_limiter import Limiter
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.addresses import article_url, home_url
from app.article_page import (
    minutes_to_read,
    neighbours,
    related_articles,
    shelf_of,
    size_pictures,
)
from app.categories import Shelf, list_shelves, shelves_to
from app.deflection.events import new_event, record_events
from app.front_page import featured_articles
from app.languages import INTERFACE_LOCALES, same_writing
from app.marking import mark_passage
from app.models import Article
from app.payload import Fields
from app.reading import Reading, find_article, list_category, opening_of
from app.settings import Settings
from app.views.ease import asks_ease, form_session
from app.views.headers import refuse_foreign_form
from app.views.page_cache import kept_for_a_moment
from app.views.pages import page, require_offered_locale
from app.views.scope import (
    PRODUCTS_COOKIE,
    accepted_locale,
    audiences,
    chosen_products,
    database,
    now,
    parts,
    wanted_locales,
)
from app.views.scope import settings as current_settings

_FEATURED = 6
_REASONS = ("not-my-question", "unclear", "did-not-work", "outdated")
_LONGEST_COMMENT = 500
_YEAR = 31_536_000


def help_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The routes of the pages, with the rates that `settings` allow one client."""
    pages = Blueprint("help", __name__)
    pages.before_request(require_offered_locale)
    rated = limiter.shared_limit(settings.rate_events, scope="events")
    pages.get("/")(front)
    pages.get("/<locale:locale>/")(kept_for_a_moment(home))
    pages.get("/<locale:locale>/categories/<path:slug>")(kept_for_a_moment(category))
    pages.get("/<locale:locale>/articles/<path:article_id>")(kept_for_a_moment(article))
    pages.post("/<locale:locale>/products")(choose_products)
    pages.post("/<locale:locale>/feedback")(rated(feedback))
    pages.post("/<locale:locale>/feedback/reason")(rated(feedback_reason))
    return pages


def front() -> AnyResponse:
    """Lead to the front page in the visitor's language."""
    response = redirect(home_url(accepted_locale()))
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    return response


def home(locale: str) -> Response:
    """The front page: the search box, the categories, the most useful articles."""
    shelves = _shelves(locale)
    articles = featured_articles(
        database(),
        [shelf.slug for shelf in shelves],
        locale=locale,
        products=chosen_products(),
        audiences=audiences(),
        now=now(),
        limit=_FEATURED,
    )
    return page("home.html", shelves=shelves, articles=articles, opening_of=opening_of)


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
    reading = _find(locale, article_id)
    found = reading.article
    html = size_pictures(found.html, current_settings().media_dir)
    default = current_settings().default_locale
    return page(
        "article.html",
        article=found,
        html=mark_passage(html, request.args.get("mark", "")),
        headings=[each for each in found.headings or [] if each["level"] <= 3],
        minutes=minutes_to_read(found.sections),
        locales=reading.locales,
        missing=_missing(reading),
        foreign=not same_writing(found.locale, locale),
        trail=shelves_to(database(), found.category, locale=locale, default_locale=default),
        feedback=request.args.get("feedback", ""),
        asks_ease=request.args.get("feedback") == "thanks" and asks_ease(),
        **_onward(found, locale),
    )


def choose_products(locale: str) -> AnyResponse:
    """Add a product to those the visitor uses, or take it away; remembered in a cookie."""
    refuse_foreign_form()
    known = [product.id for product in current_settings().products]
    chosen = chosen_products() ^ {request.form.get("product", "")}
    response = redirect(home_url(locale), 303)
    value = ".".join(product for product in known if product in chosen)
    response.set_cookie(
        PRODUCTS_COOKIE,
        value,
        max_age=_YEAR if value else 0,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def feedback(locale: str) -> AnyResponse:
    """Take "was this helpful?" from a form, and lead back to the article."""
    refuse_foreign_form()
    fields = Fields(request.form)
    article_id = fields.text("article_id", longest=400, shortest=1, required=True)
    kind = fields.choice("value", ("helpful", "not_helpful"))
    fields.finish()
    _record(kind, _find(locale, article_id).article)
    state = "thanks" if kind == "helpful" else "why"
    return redirect(f"{article_url(locale, article_id)}?feedback={state}#feedback", 303)


def feedback_reason(locale: str) -> AnyResponse:
    """Take what was missing in an article, and lead back to it."""
    refuse_foreign_form()
    fields = Fields(request.form)
    article_id = fields.text("article_id", longest=400, shortest=1, required=True)
    comment = fields.text("comment", longest=_LONGEST_COMMENT).strip()
    reason = fields.choice("reason", _REASONS) if request.form.get("reason") else ""
    fields.finish()
    found = _find(locale, article_id).article
    if reason or comment:
        _record("feedback_reason", found, {"reason": reason or None, "comment": comment})
    return redirect(f"{article_url(locale, article_id)}?feedback=thanks#feedback", 303)


def _record(kind: str, about: Article, value: object = None) -> None:
    # Without scripts there is no visit to tie events to: each such event is a visit of its own.
    event = new_event(
        form_session(), kind, now(), article_id=about.article_id, locale=about.locale, value=value
    )
    record_events(database(), [event])


def _find(locale: str, article_id: str) -> Reading:
    return find_article(
        database(), article_id, wanted=wanted_locales(locale), audiences=audiences(), now=now()
    )


def _missing(reading: Reading) -> list[str]:
    """The languages offered in which the article cannot be read."""
    return [
        tag
        for tag in INTERFACE_LOCALES
        if not any(same_writing(tag, written) for written in reading.locales)
    ]


def _onward(found: Article, locale: str) -> dict[str, Any]:
    """What to read next."""
    shelf = shelf_of(found, session=database(), audiences=audiences(), now=now())
    previous, following = neighbours(shelf, found.article_id)
    related = related_articles(
        found,
        shelf,
        locale=locale,
        session=database(),
        index=parts().index,
        audiences=audiences(),
        now=now(),
    )
    return {"previous": previous, "next": following, "related": related}


def _shelves(locale: str, parent: str = "") -> list[Shelf]:
    return list_shelves(
        database(),
        locale=locale,
        default_locale=current_settings().default_locale,
        parent=parent,
        audiences=audiences(),
        now=now(),
    )
