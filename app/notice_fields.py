"""A notice as the API and the command line give it, checked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.locales import BadLocale, normalise_locale
from app.models import NOTICE_KINDS, Notice
from app.payload import Fields
from app.wording import clean_text

LONGEST_TITLE = 200
LONGEST_BODY = 2000
LONGEST_PATTERN = 300
MOST_LISTED = 50
"""Languages, products, pages or phrases that one notice may name."""


def read_notice(values: Any, *, now: datetime) -> Notice:
    """The notice in a JSON value. Raises BadRequestData naming every field that cannot be used."""
    fields = Fields.from_object(values)
    starts_at = fields.moment("starts_at") if values.get("starts_at") is not None else now
    ends_at = fields.moment("ends_at") if values.get("ends_at") is not None else None
    if ends_at is not None and ends_at <= starts_at:
        fields.refuse("ends_at", "out-of-range", "A moment after starts_at is expected.")
    notice = Notice(
        id=secrets.token_hex(6),
        kind=fields.choice("kind", NOTICE_KINDS),
        texts=_texts(fields, values),
        locales=[_locale(fields, "locales", tag) for tag in _listed(fields, values, "locales")],
        products=_listed(fields, values, "products"),
        pages=_listed(fields, values, "pages"),
        phrases=_listed(fields, values, "phrases"),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    fields.finish()
    return notice


def _texts(fields: Fields, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    texts = values.get("texts")
    if not isinstance(texts, dict) or not 1 <= len(texts) <= MOST_LISTED:
        fields.refuse("texts", "malformed", 'An object such as {"en": {"title": "..."}} is needed.')
        return {}
    return {_locale(fields, "texts", tag): _text(fields, tag, text) for tag, text in texts.items()}


def _text(fields: Fields, tag: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        fields.refuse(f"texts.{tag}", "wrong-type", "A JSON object is expected.")
        return {}
    own = Fields(value, f"texts.{tag}.")
    text = {
        "title": own.text("title", longest=LONGEST_TITLE, shortest=1, required=True).strip(),
        "body": own.text("body", longest=LONGEST_BODY).strip(),
    }
    fields.problems.extend(own.problems)
    return text


def _locale(fields: Fields, name: str, tag: object) -> str:
    try:
        return normalise_locale(str(tag))
    except BadLocale:
        return fields.refuse(name, "malformed", "Language tags such as en or zh-TW are expected.")


def _listed(fields: Fields, values: Mapping[str, Any], name: str) -> list[str]:
    given = values.get(name)
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        fields.refuse(name, "wrong-type", "A list of texts is expected.")
        return []
    texts = [clean_text(each).strip() for each in given]
    if len(texts) > MOST_LISTED or any(not 1 <= len(each) <= LONGEST_PATTERN for each in texts):
        fields.refuse(
            name,
            "out-of-range",
            f"At most {MOST_LISTED} texts of 1 to {LONGEST_PATTERN} are allowed.",
        )
        return []
    return list(dict.fromkeys(texts))
