"""Rendered pages kept for a moment: found again under the same state only, and bounded."""

import pytest

from app.models import OutboxEntry
from app.views import page_cache
from app.views.page_cache import LIFETIME_SECONDS, PageCache
from tests.help_center import make_article


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_page_is_kept_for_its_lifetime():
    clock = Clock()
    cache = PageCache(clock)
    cache.put("a", "text")
    clock.now = LIFETIME_SECONDS
    assert cache.get("a") == "text"
    clock.now += 0.1
    assert cache.get("a") is None
    assert cache.get("b") is None


def test_the_page_asked_for_longest_ago_goes_first(monkeypatch):
    monkeypatch.setattr(page_cache, "MOST_PAGES", 2)
    cache = PageCache(Clock())
    cache.put("a", "1")
    cache.put("b", "2")
    cache.get("a")
    cache.put("c", "3")
    assert [cache.get(key) for key in "abc"] == ["1", None, "3"]


def test_what_is_kept_is_bounded_in_bytes_too(monkeypatch):
    monkeypatch.setattr(page_cache, "MOST_BYTES", 10)
    cache = PageCache(Clock())
    for _ in range(3):
        cache.put("a", "x" * 8)
    cache.put("b", "y" * 8)
    assert (cache.get("a"), cache.get("b")) == (None, "y" * 8)


@pytest.fixture
def rendered(client, monkeypatch):
    """How often a page was rendered."""
    counted = []
    from app.views import pages

    def count(template, **values):
        counted.append(template)
        return original(template, **values)

    original = pages.render_template
    monkeypatch.setattr(pages, "render_template", count)
    return counted


def test_a_page_is_rendered_once_for_all_who_see_the_same(client, rendered):
    texts = {client.get("/ko/").get_data(as_text=True) for _ in range(3)}
    assert (len(texts), len(rendered)) == (1, 1)
    client.get("/en/")
    assert len(rendered) == 2


@pytest.mark.parametrize("change", ["publication", "article", "notice", "index", "products"])
def test_any_change_of_what_is_on_it_renders_it_anew(
    make_client, sessions, index, rendered, change
):
    from app.branding import Product
    from tests.app.test_notices import NEW, TOKEN

    client = make_client(api_token="letmein", products=(Product("web", "Website"),))
    client.get("/en/")
    client.get("/en/")
    assert len(rendered) == 1
    if change == "publication":
        with sessions.begin() as session:
            session.add(OutboxEntry(document_id="refund@en", action="put"))
        with sessions.begin() as session:
            session.query(OutboxEntry).delete()
    elif change == "article":
        with sessions.begin() as session:
            session.add(make_article("new", category="payment"))
    elif change == "notice":
        client.post("/api/v1/notices", json=NEW, headers=TOKEN)
    elif change == "index":
        state = index.state()
        index.state = lambda: state.__class__("g2", *list(vars_of(state))[1:])
    else:
        client.set_cookie("kotae_products", "web")
    client.get("/en/")
    assert len(rendered) == 2


def vars_of(state):
    return (getattr(state, name) for name in state.__dataclass_fields__)


def test_an_address_with_a_question_is_never_kept(client, rendered):
    for _ in range(2):
        client.get("/en/articles/refund?mark=Within")
    assert len(rendered) == 2


def test_an_article_taken_back_is_gone_at_once(client, sessions):
    from app.models import Article

    assert client.get("/en/articles/refund").status_code == 200
    with sessions.begin() as session:
        session.query(Article).filter_by(article_id="refund").update({"status": "archived"})
        session.add(OutboxEntry(document_id="refund@en", action="remove"))
    assert client.get("/en/articles/refund").status_code == 404


def test_pages_travel_packed_and_are_asked_for_again_by_condition(client):
    packed = client.get("/en/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/en/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.headers["ETag"] == plain.headers["ETag"]
    again = client.get(
        "/en/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_style_and_scripts_are_kept_for_a_year_under_an_address_of_their_own(client, make_client):
    text = client.get("/en/").get_data(as_text=True)
    address = text.split('rel="stylesheet" href="')[1].split('"')[0]
    found = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in found.headers["Cache-Control"]
    assert (found.headers["Content-Encoding"], found.mimetype) == ("gzip", "text/css")
    other = make_client(accent_color="#aa0055").get("/en/").get_data(as_text=True)
    assert address not in other
    old = client.get("/assets/0123456789ab/site.css")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    for wrong in ("../settings.py", "%2e%2e/x", "nothing.css", "openapi.json/../site.css"):
        assert client.get(f"/assets/0123456789ab/{wrong}").status_code == 404
