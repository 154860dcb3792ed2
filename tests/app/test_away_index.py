"""What the widget suggests from while the help center is away."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app import away_index
from app.away_index import verifying_key, write_away_index
from tests.help_center import make_article

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def write(sessions, locale="en", contact="", key="k" * 40):
    with sessions() as session:
        return write_away_index(session, locale=locale, contact=contact, key=key, now=NOW)


def index_of(body):
    return json.loads(json.loads(body)["index"])


def test_it_holds_what_the_public_may_read_the_most_useful_first(sessions):
    entries = index_of(write(sessions))["entries"]
    assert [entry["id"] for entry in entries][:2] == ["refund", "gift-cards"]
    assert not {"escalation", "unfinished"} & {entry["id"] for entry in entries}
    assert entries[0] == {
        "id": "refund",
        "title": "Get a refund",
        "also": [],
        "says": "Text of Get a refund.",
        "url": "/en/articles/refund",
    }


def test_it_speaks_the_language_asked_for_and_names_the_contact(sessions):
    index = index_of(write(sessions, "ko", "mailto:a@example.com"))
    assert index["contact"] == "mailto:a@example.com"
    assert [entry["title"] for entry in index["entries"]] == ["환불 받기"]


def test_it_stays_within_its_weight_and_keeps_the_best(sessions, monkeypatch):
    monkeypatch.setattr(away_index, "LARGEST_PACKED", 2000)
    with sessions.begin() as session:
        session.add_all(
            make_article(f"a{n}", title=f"Article {n * 7919 % 1000}", quality=n / 1000)
            for n in range(300)
        )
    body = write(sessions)
    entries = index_of(body)["entries"]
    assert len(gzip.compress(body, 9)) <= 2000
    assert 10 < len(entries) < 300
    assert entries[0]["id"] == "refund"


def test_the_signature_is_over_the_text_as_it_is_sent_by_the_key_that_is_told(sessions):
    file = json.loads(write(sessions, key="a key"))
    signature = base64.urlsafe_b64decode(file["signature"] + "==")
    told = base64.urlsafe_b64decode(verifying_key("a key") + "=")
    public = Ed25519PublicKey.from_public_bytes(told)
    public.verify(signature, file["index"].encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature, file["index"].replace("refund", "refind").encode())


def test_another_secret_signs_with_another_key():
    assert verifying_key("another key") != verifying_key("a key")
