"""Notices for programs: read by everybody, written by whoever has the token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.accounts.audit import Actor, note_deed
from app.addresses import status_url
from app.answers import Question
from app.models import Notice
from app.notice_fields import read_notice
from app.notices import ShownNotice, Visit, add_notice, end_notice, notices_for
from app.payload import parse_json
from app.views.bearer import require_token
from app.views.scope import database, notices_in_force_now, now, settings


def notices_blueprint() -> Blueprint:
    """The routes under /api/v1/notices."""
    notices = Blueprint("notices", __name__, url_prefix="/api/v1/notices")
    notices.get("")(current)
    notices.post("")(create)
    notices.post("/<notice_id>/end")(end)
    return notices


def current() -> Response:
    """Every notice in force, in every language it is written in."""
    response = jsonify(items=[notice.to_json() for notice in notices_in_force_now()])
    response.headers["Cache-Control"] = "no-cache"
    return response


def create() -> tuple[Response, int]:
    """Store a notice."""
    actor = _require_token()
    notice = read_notice(parse_json(request.get_data()), now=now())
    note_deed(database(), actor, "notice.add", f"notice:{notice.id}", texts=notice.texts)
    add_notice(database(), notice)
    return jsonify(notice.to_json()), 201


def end(notice_id: str) -> Response:
    """End a notice now."""
    note_deed(database(), _require_token(), "notice.end", f"notice:{notice_id}")
    ended: Notice = end_notice(database(), notice_id, now=now())
    return jsonify(ended.to_json())


def notices_about(question: Question) -> list[dict[str, Any]]:
    """The notices that concern a question, as suggestions carry them."""
    locale = question.locale or settings().default_locale
    visit = Visit(locale, question.products, question.page_url, question.text)
    return [_short(notice, locale) for notice in notices_for(notices_in_force_now(), visit)]


def _short(notice: ShownNotice, locale: str) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "locale": notice.locale,
        "url": status_url(locale),
    }


def _require_token() -> Actor:
    user = require_token(settings().api_token, "KB_API_TOKEN", "notices:write")
    return Actor.of(user) if user else Actor("KB_API_TOKEN")
