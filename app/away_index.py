"""What the widget suggests from while the help center is away: a small, signed list of articles."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from app.addresses import article_url
from app.front_page import featured_articles
from app.models import Article
from app.reading import opening_of

LARGEST_PACKED = 60_000
"""Bytes of the whole file, gzipped."""
MOST_ARTICLES = 600
MOST_ALIASES = 8


def write_away_index(
    session: Session, *, locale: str, contact: str, key: str, now: datetime
) -> bytes:
    """The file for visitors of a language: {"index": JSON as text, "signature": base64url}.

    The most useful public articles come first, as many as fit LARGEST_PACKED. `contact` is where a
    person is reached meanwhile. The signature is Ed25519 over the text's UTF-8 bytes.
    """
    articles = featured_articles(session, (), locale=locale, now=now, limit=MOST_ARTICLES)
    entries = [_entry(article) for article in articles]
    body = _sign(entries, locale, contact, key)
    while len(gzip.compress(body, 9)) > LARGEST_PACKED and entries:
        entries = entries[: len(entries) * 9 // 10]
        body = _sign(entries, locale, contact, key)
    return body


def verifying_key(key: str) -> str:
    """The public key, in base64url, of what `key` (the help center's own secret) signs."""
    return _base64(_signing_key(key).public_key().public_bytes_raw())


def _entry(article: Article) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "title": article.title,
        "also": article.questions[:MOST_ALIASES],
        "says": opening_of(article.sections),
        "url": article_url(article.locale, article.article_id),
    }


def _sign(entries: Sequence[dict[str, Any]], locale: str, contact: str, key: str) -> bytes:
    index = json.dumps(
        {"locale": locale, "contact": contact, "entries": entries},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    signature = _base64(_signing_key(key).sign(index.encode()))
    return json.dumps({"index": index, "signature": signature}, ensure_ascii=False).encode()


def _signing_key(key: str) -> Ed25519PrivateKey:
    """A key for this purpose alone, made from the one that signs links and forms."""
    seed = hmac.new(key.encode(), b"kotae widget: answers while away", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
