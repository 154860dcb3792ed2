"""The form that reaches a person, and the page on which its sender follows what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from babel.dates import format_time, get_day_names
from flask import Blueprint, Response, redirect, request
from flask_babel import format_timedelta, get_locale  # type: ignore[import-untyped]
from flask_limiter import Limiter
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.addresses import contact_url, request_url
from app.answers import Answers
from app.attachments import (
    LARGEST_FILE,
    LARGEST_TOGETHER,
    MOST_FILES,
    Attachment,
    AttachmentRefused,
    read_attachments,
)
from app.deflection.people import MOST_EARLIER
from app.models import Article
from app.problems import BadRequestData
from app.reading import ArticleNotFound, find_article
from app.requests import request_key
from app.settings import Settings
from app.support_hours import Hours, is_open
from app.tickets import open_ticket, read_ticket
from app.views.ease import asks_ease
from app.views.headers import refuse_foreign_form
from app.views.my_requests import key_of, remember_request
from app.views.offers import AnswersTo, answers_to, within
from app.views.pages import page, require_offered_locale
from app.views.privacy import current_holdout, wants_no_tracking
from app.views.scope import audiences, database, notices_here, now, wanted_locales
from app.views.scope import settings as current_settings
from app.wording import clean_text

_FIELDS = ("email", "subject", "body", "page", "query_id", "session")
_TICKET_ID = re.compile(r"[0-9a-f]{16}")
_ARTICLE_PATH = re.compile(r"/[A-Za-z-]{2,12}/articles/(?P<id>.{1,400})")
_MOST_READ = 5
_LONGEST_ASKED = 200
_LARGEST_FORM = LARGEST_TOGETHER + 512 * 1024
"""Bytes; the files, and the words with them."""


def contact_blueprint(settings: Settings, limiter: Limiter) -> Blueprint:
    """The form's routes, with the rate of tickets that `settings` allow one client."""
    contact = Blueprint("contact", __name__)
    contact.before_request(require_offered_locale)
    send = limiter.shared_limit(settings.rate_tickets, scope="tickets")(send_form)
    ask = within(limiter.shared_limit(settings.rate_suggest, scope="suggest"))

    @contact.get("/<locale:locale>/contact", endpoint="show_form")
    def show(locale: str) -> Response:
        return show_form(locale, ask)

    contact.post("/<locale:locale>/contact")(send)
    contact.get("/<locale:locale>/contact/sent")(sent)
    return contact


def show_form(locale: str, ask: AnswersTo) -> Response:
    """The empty form; the subject may come along as `q`, where it comes from as `page`."""
    given = {
        "subject": clean_text(request.args.get("q", ""))[:200],
        "page": clean_text(request.args.get("page", ""))[:2000],
        "query_id": clean_text(request.args.get("query_id", ""))[:64],
    }
    article_id = _article_id(given["page"])
    read = _articles(locale, [article_id]) if article_id else []
    if read:
        given["page"] = ""  # the article's title says it better than its address
    answered = ask(given["subject"], locale)
    return _form(locale, given, read, answered, asked=_asked([given["subject"]]))


def send_form(locale: str) -> AnyResponse:
    """Store the message and lead to its number, or show the form again with what is amiss."""
    refuse_foreign_form()
    request.max_content_length = _LARGEST_FORM
    given = {name: request.form.get(name, "") for name in _FIELDS}
    given["email"] = given["email"].strip()
    read = [article_id for article_id in request.form.getlist("read") if article_id][:_MOST_READ]
    articles = _articles(locale, read)
    asked, rejected = _asked(request.form.getlist("asked")), request.form.getlist("rejected")
    faults: dict[str, str] = {}
    files: tuple[Attachment, ...] = ()
    try:
        files = read_attachments(_files())
    except AttachmentRefused as error:
        faults["attachment"] = error.reason
    told = {"locale": locale, "custom": _tried(asked, articles, rejected)}
    try:
        ticket = read_ticket(given | told | _visits())
    except BadRequestData as error:
        faults |= {problem.field: problem.code for problem in error.problems}
    if faults:
        answered = answers_to(given["subject"], locale)
        return _form(locale, given, articles, answered, faults, asked)
    if wants_no_tracking():
        ticket = replace(ticket, session=None, earlier_sessions=(), visitor="")
    ticket_id = open_ticket(
        database(),
        ticket,
        files=files,
        channels=current_settings().ticket_delivery,
        holdout=current_holdout(),
        secret=current_settings().outcomes_secret,
        now=now(),
    )
    key = request_key(key_of(), ticket_id)
    response = redirect(f"{contact_url(locale)}/sent?ticket={ticket_id}&key={key}", 303)
    remember_request(response, ticket_id, key)
    return response


def sent(locale: str) -> Response:
    """The confirmation, with the number to refer to."""
    ticket_id, key = request.args.get("ticket", ""), request.args.get("key", "")
    if not _TICKET_ID.fullmatch(ticket_id):
        raise NotFound("There is no such message.")
    genuine = bool(key) and key == request_key(key_of(), ticket_id)
    response = page(
        "contact_sent.html",
        ticket_id=ticket_id,
        request_link=request_url(locale, ticket_id, key) if genuine else "",
        answer_time=_answer_time(),
        asks_ease=genuine and asks_ease(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _visits() -> dict[str, Any]:
    """Return what the browser says of its owner's visits, in the fields of a ticket."""
    earlier = " ".join(request.form.getlist("earlier_sessions")).replace(",", " ").split()
    return {
        "earlier_sessions": earlier[:MOST_EARLIER],
        "visitor": request.form.get("visitor") or None,
    }


def _asked(questions: list[str]) -> list[str]:
    """What was searched for, each once, short enough to be read by who answers."""
    cleaned = (" ".join(clean_text(each).split())[:_LONGEST_ASKED] for each in questions)
    return list(dict.fromkeys(each for each in cleaned if each))[:_MOST_READ]


def _tried(asked: list[str], read: list[Article], rejected: list[str]) -> dict[str, list[str]]:
    """What the sender lets us know of what they tried; articles only where they may read them."""
    known = [article.article_id for article in read]
    tried = {
        "asked": asked,
        "read": known,
        "rejected": [article_id for article_id in known if article_id in rejected],
    }
    return {name: values for name, values in tried.items() if values}


def _files() -> Iterator[tuple[str, bytes]]:
    for file in request.files.getlist("attachment"):
        if file.filename:
            yield file.filename, file.read(LARGEST_FILE + 1)


def _form(
    locale: str,
    given: dict[str, str],
    read: list[Article],
    answered: Answers | None,
    faults: dict[str, str] | None = None,
    asked: Sequence[str] = (),
) -> Response:
    came_from = given.get("page") or next(
        (f"/{locale}/articles/{article.article_id}" for article in read), ""
    )
    return page(
        "contact.html",
        422 if faults else 200,
        given=given,
        read=read,
        rejected=request.form.getlist("rejected"),
        asked=asked,
        limits={"files": MOST_FILES, "megabytes": LARGEST_FILE // 1024**2},
        faults=faults or {},
        notices=notices_here(given.get("subject", ""), came_from),
        answered=answered,
        answer_time=_answer_time(),
        hours=_hours(),
    )


def _article_id(address: str) -> str:
    """The article at an address of this site; "" where it leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    found = _ARTICLE_PATH.fullmatch(unquote(parts.path))
    own = parts.netloc in ("", request.host)
    return found["id"] if found and own else ""


def _articles(locale: str, article_ids: list[str]) -> list[Article]:
    """Those of the articles that the visitor may read."""
    found = []
    for article_id in dict.fromkeys(article_ids):
        try:
            reading = find_article(
                database(),
                article_id,
                wanted=wanted_locales(locale),
                audiences=audiences(),
                now=now(),
            )
        except ArticleNotFound:
            continue
        found.append(reading.article)
    return found


def _answer_time() -> str:
    hours = current_settings().answer_hours
    return str(format_timedelta(timedelta(hours=hours), threshold=1.2)) if hours else ""


def _hours() -> dict[str, object] | None:
    rules, zone = current_settings().support_hours, current_settings().time_zone
    if not rules:
        return None
    return {
        "rules": [_rule_words(rule) for rule in rules],
        "zone": zone.replace("_", " "),
        "open": is_open(rules, zone, now()),
    }


def _rule_words(rule: Hours) -> str:
    days = get_day_names("abbreviated", locale=get_locale())
    named = days[rule.first] if rule.first == rule.last else f"{days[rule.first]}–{days[rule.last]}"
    # CLDR's short form mixes "AM" into Korean; everywhere but in English 24 hours are usual.
    shape = "short" if get_locale().language == "en" else "HH:mm"
    opens, closes = (
        format_time(moment, shape, locale=get_locale()) for moment in (rule.opens, rule.closes)
    )
    return f"{named} {opens}–{closes}"
