"""The JSON API under /api/v1, for the widget, for pages and for other programs.

What it accepts and answers is described in openapi.json, which a test holds to these views.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask_limiter import Limiter

from app import answers
from app.addresses import article_url, contact_url
from app.answers import Answers
from app.deflection.events import read_batch, record_batch
from app.deflection.participants import CONTROL
from app.deflection.people import check_identity, hash_customer
from app.deflection.visitor_data import delete_visitor, export_visitor, read_session
from app.languages import read_locale, same_language
from app.models import Article, SiteKey
from app.payload import parse_json
from app.reading import Reading, find_article, list_articles
from app.settings import Settings
from app.sites import read_identity
from app.ticket_outcomes import read_outcome, record_outcome
from app.tickets import check_signature, open_ticket, read_ticket
from app.views.bearer import keep_private, readable_audiences
from app.views.headers import refuse_foreign_origin
from app.views.notices import notices_about
from app.views.pages import checked
from app.views.parameters import read_list, read_search, read_suggest
from app.views.privacy import current_holdout, wants_no_tracking
from app.views.scope import database, now, parts, settings, site, wanted_locales


def api_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The API's routes, with the rates that `settings` allow one client."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    rated = limiter.shared_limit
    api.get("/suggest")(rated(settings.rate_suggest, scope="suggest")(suggest))
    api.get("/search")(rated(settings.rate_search, scope="search")(search))
    api.get("/articles")(articles)
    api.get("/articles/<path:article_id>")(article)
    api.post("/events")(rated(settings.rate_events, scope="events")(events))
    api.post("/tickets")(rated(settings.rate_tickets, scope="tickets")(tickets))
    api.post("/tickets/outcomes")(outcomes)
    api.post("/visitor/export")(rated(settings.rate_events, scope="events")(visitor_export))
    api.post("/visitor/delete")(rated(settings.rate_events, scope="events")(visitor_delete))
    api.get("/openapi.json")(openapi)
    api.after_request(keep_private)
    return api


def suggest() -> Response:
    """Answers while somebody types."""
    question = read_suggest(request.args, readable_audiences())
    found = answers.suggest(question, session=database(), index=parts().index, now=now())
    held_back = bool(found.items) and _holds_back(question.visitor)
    shown = replace(found, items=()) if held_back else found
    body = shown.to_json(_contact(question.locale)) | {
        "held_back": held_back,
        "notices": notices_about(question),
    }
    if current_holdout() is not None:
        # Who is not asked to take part makes no name for it, and forgets the one they have.
        body["experiment"] = {"consent": settings().consent == "required"}
    return _fresh(found, "suggest", body)


def search() -> Response:
    """One page of answers to a finished question."""
    question = read_search(request.args, readable_audiences())
    found = answers.search(question, session=database(), index=parts().index, now=now())
    body = found.to_search_json(_contact(question.locale)) | {"notices": notices_about(question)}
    return _fresh(found, "search", body)


def articles() -> Response:
    """The published articles, a page at a time, without their bodies."""
    locale, category, page, per_page = read_list(request.args)
    found, total = list_articles(
        database(),
        locale=locale,
        category=category,
        audiences=readable_audiences(),
        now=now(),
        limit=per_page,
        offset=(page - 1) * per_page,
    )
    items = [_summary(article) for article in found]
    return checked(jsonify(items=items, total=total, page=page, per_page=per_page))


def article(article_id: str) -> Response:
    """One article, in the language asked for where it exists."""
    asked = read_locale(request.args.get("locale", ""))
    reading = find_article(
        database(),
        article_id,
        wanted=wanted_locales(asked),
        audiences=readable_audiences(),
        now=now(),
    )
    return checked(jsonify(_whole(reading, asked)))


def events() -> tuple[Response, int]:
    """Take a batch of visitors' events; none of who asks not to be tracked."""
    refuse_foreign_origin()
    # sendBeacon cannot send application/json to another origin, so the media type is not asked.
    batch, embedding = read_batch(parse_json(request.get_data())), site()
    if wants_no_tracking():
        return jsonify(accepted=0), 202
    person = ""
    if batch.identity is not None:
        check_identity(_signing_secret(embedding), batch.identity)
        secret = settings().outcomes_secret
        # Only a help desk that reports tickets asks whose a session was.
        person = hash_customer(secret, batch.identity.id) if secret else ""
    record_batch(database(), batch, holdout=current_holdout(), now=now(), person=person)
    return jsonify(accepted=len(batch.events)), 202


def _signing_secret(embedding: SiteKey | None) -> str:
    """The secret with which the embedding site vouches for its customers; "" without one."""
    return embedding.secret if embedding else settings().identity_secret


def tickets() -> tuple[Response, int]:
    """Take a question for a person."""
    refuse_foreign_origin()
    body = parse_json(request.get_data())
    embedding = site()
    ticket = replace(
        read_ticket(body),
        site=embedding.key if embedding else None,
        identity=read_identity(_signing_secret(embedding), body.get("identity")),
    )
    if wants_no_tracking():
        ticket = replace(ticket, session=None, earlier_sessions=(), visitor="")
    ticket_id = open_ticket(
        database(),
        ticket,
        channels=settings().ticket_delivery,
        holdout=current_holdout(),
        secret=settings().outcomes_secret,
        now=now(),
    )
    return jsonify(ticket_id=ticket_id), 201


def outcomes() -> tuple[Response, int]:
    """Take a help desk's word on what became of a ticket."""
    body = request.get_data()
    check_signature(
        settings().outcomes_secret,
        request.headers.get("Kotae-Timestamp", ""),
        request.headers.get("Kotae-Signature", ""),
        body,
        now=now(),
    )
    outcome = read_outcome(body)
    sessions = record_outcome(
        database(),
        outcome,
        secret=settings().outcomes_secret,
        window=settings().ticket_window,
        now=now(),
    )
    return jsonify(ticket_id=outcome.ticket_id or None, sessions=sessions), 202


def visitor_export() -> Response:
    """What is kept of the visitor who names their session."""
    refuse_foreign_origin()
    visitor = read_session(parse_json(request.get_data()))
    response = jsonify(export_visitor(database(), visitor))
    response.headers["Cache-Control"] = "no-store"
    return response


def visitor_delete() -> Response:
    """Delete what is kept of the visitor who names their session."""
    refuse_foreign_origin()
    deleted = delete_visitor(database(), read_session(parse_json(request.get_data())))
    return jsonify(events=deleted.events, episodes=deleted.episodes)


def openapi() -> Response:
    """The description of this API (OpenAPI 3.1)."""
    description = Path(current_app.root_path, "static", "openapi.json").read_bytes()
    return checked(Response(description, content_type="application/json"))


def _holds_back(visitor: str) -> bool:
    """Whether the experiment shows this visitor no suggestions."""
    holdout = current_holdout()
    return holdout is not None and bool(visitor) and holdout.arm_of(visitor) == CONTROL


def _fresh(found: Answers, endpoint: str, body: dict[str, Any]) -> Response:
    """An answer with a query id of its own, which therefore no cache may keep."""
    parts().metrics.count_answers(endpoint, found.took_ms / 1000, no_answer=found.no_answer)
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _contact(locale: str | None) -> str:
    return contact_url(locale or settings().default_locale)


def _summary(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.article_id,
        "locale": article.locale,
        "title": article.title,
        "category": article.category,
        "tags": article.tags,
        "products": article.products,
        "url": article_url(article.locale, article.article_id),
        "updated_at": article.updated_at.isoformat().replace("+00:00", "Z"),
    }


def _whole(reading: Reading, asked: str | None) -> dict[str, Any]:
    article = reading.article
    return _summary(article) | {
        "html": article.html,
        "headings": article.headings,
        "locales": list(reading.locales),
        "translation_of_query_locale": asked is not None
        and not same_language(asked, article.locale),
    }
