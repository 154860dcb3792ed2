"""What the pages of the editor share: who edits, where an article is edited, times in fields."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import current_app, g, request, url_for
from sqlalchemy.orm import Session

from app.content_state import content_state
from app.editing.actors import Actor
from app.editing.lifecycle import follow_rename
from app.editing.transaction import ArticleName
from app.editor.people import actor_of
from app.kept_values import KeptValues
from app.problems import BadAddress
from app.views.scope import database, parts, settings
from app.views.staff import current_user

_KEPT_SECONDS = 300.0
_MOST_KEPT = 500
_NAME = "kotae.editor"
LARGEST_REQUEST = 8 * 1024 * 1024
"""Bytes: the longest article, a picture, and the form around them."""


def allow_long_texts(_endpoint: str | None, _values: object) -> None:
    """Let forms of the editor be as long as an article; before anything reads the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_REQUEST


def follow_address(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take a form that was opened before a rename for the article's that it is about."""
    # A new text may take an address that another article has left.
    if endpoint == "editor.translate_text" or not values or "article_id" not in values:
        return
    if "locale" in values:
        name = ArticleName(values["article_id"], values["locale"])
        values["article_id"] = follow_rename(database(), name).article_id
        database().rollback()


def desk() -> tuple[Session, Actor]:
    """The request's session, with nothing begun in it, and who is signed in: what every use case
    of editing takes first."""
    actor = acting()
    database().rollback()
    return database(), actor


def acting() -> Actor:
    """Who is signed in, with what they may do and where."""
    if "actor" not in g:
        g.actor = actor_of(database(), current_user())
    return cast(Actor, g.actor)


def kept_values() -> KeptValues:
    """What the editor's pages found out and need not find out again for the next one."""
    new = KeptValues(seconds=_KEPT_SECONDS, most=_MOST_KEPT)
    found: KeptValues = current_app.extensions.setdefault(_NAME, new)
    return found


def content_key() -> tuple[Hashable, ...]:
    """What changes whenever customers see or find something else."""
    index = parts().index.state()
    return content_state(database()), index.generation, index.revision


def text_url(name: ArticleName, **parameters: str | int | None) -> str:
    """The address at which an article is edited."""
    given = {key: value for key, value in parameters.items() if value is not None}
    place = {"locale": name.locale, "article_id": name.article_id}
    return url_for("editor.open_text", **place, **given)  # type: ignore[arg-type]


def posted_number(name: str) -> int:
    """A whole number that a form sends along. Raises BadAddress."""
    text = request.form.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise BadAddress(f"The form does not say which {name} it is about.")
    return int(text)


def read_moment(text: str) -> datetime | None:
    """A moment as a browser's field gives it, in the site's time zone; None for an empty one.

    Raises ValueError.
    """
    if not text.strip():
        return None
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings().time_zone))


def field_moment(moment: datetime | None) -> str:
    """A moment as a browser's field takes it."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(settings().time_zone)).strftime("%Y-%m-%dT%H:%M")
