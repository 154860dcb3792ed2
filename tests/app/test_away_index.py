"""What the widget suggests from while the help center is away."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest

from app import away_index
from app.away_index import verifying_key, write_away_index
from app.ed25519 import public_key, sign
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


def test_it_is_signed_by_the_key_that_is_told():
    seed = away_index._seed("a key")
    told = base64.urlsafe_b64decode(verifying_key("a key") + "=")
    assert told == public_key(seed)
    assert verifying_key("another key") != verifying_key("a key")


def test_the_signature_is_over_the_text_as_it_is_sent(sessions):
    file = json.loads(write(sessions, key="a key"))
    expected = sign(away_index._seed("a key"), file["index"].encode())
    assert base64.urlsafe_b64decode(file["signature"] + "==") == expected


# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
        "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
        "984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_the_rfc(seed, public, message, signature):
    assert public_key(bytes.fromhex(seed)).hex() == public
    assert sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        sign(b"short", b"")


def test_it_is_served_to_any_page_and_kept_by_caches(client):
    response = client.get("/widget/answers/en.json", headers={"Origin": "https://a.example"})
    assert response.content_type == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "stale-if-error" in response.headers["Cache-Control"]
    assert index_of(response.data)["entries"][0]["id"] == "refund"
    again = client.get(
        "/widget/answers/en.json", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_it_travels_packed(client):
    response = client.get("/widget/answers/en.json", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert index_of(gzip.decompress(response.data))["entries"]


@pytest.mark.parametrize(
    ("tag", "locale"), [("x_y", "en"), ("fr", "en"), ("ko-KR", "ko"), ("zh-TW", "zh-Hant")]
)
def test_a_language_that_is_not_offered_gets_the_nearest_or_the_default_one(client, tag, locale):
    assert index_of(client.get(f"/widget/answers/{tag}.json").data)["locale"] == locale


def test_the_settings_address_is_the_contact_and_a_sites_own_goes_before(sessions, make_client):
    from app.sites import add_site

    client = make_client(contact_email="help@example.com")
    assert index_of(client.get("/widget/answers/en.json").data)["contact"] == (
        "mailto:help@example.com"
    )
    with sessions() as session:
        key = add_site(session, "Shop", ["https://a.example"], "https://a.example/help").key
    under = client.get(f"/widget/answers/en.json?site={key}")
    assert index_of(under.data)["contact"] == "https://a.example/help"
