"""What visitors may read: openings of articles, shelves with counts, the nearest language."""

from datetime import timedelta

import pytest

from app.categories import list_shelves, shelves_to
from app.reading import (
    ArticleNotFound,
    find_article,
    list_category,
    locales_in_use,
    most_useful,
    opening_of,
)
from tests.help_center import UPDATED, make_article

NOW = UPDATED + timedelta(days=1)


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


def sections(*texts):
    return [{"path": [], "anchor": "", "text": text} for text in texts]


@pytest.mark.parametrize(
    ("given", "opening"),
    [
        (sections(), ""),
        (sections("", "\n\n  \n\n"), ""),
        (sections("", "First  line\nof text.\n\nSecond."), "First line of text."),
        (sections("a" * 240), "a" * 240),
        (sections("word " * 100), ("word " * 48).rstrip() + "…"),
        (sections("환" * 500), "환" * 240 + "…"),
        (
            sections("A sentence of fair length. " * 20),
            ("A sentence of fair length. " * 8).rstrip(),
        ),
        (sections("これは文です。" * 60), "これは文です。" * 34),
        (sections("Short. " + "a" * 400), "Short.…"),
    ],
)
def test_an_opening_ends_where_a_sentence_or_word_does(given, opening):
    assert opening_of(given) == opening


def test_shelves_count_an_article_once_whatever_its_languages(session):
    shelves = list_shelves(session, locale="ko", default_locale="en", now=NOW)
    assert [(shelf.slug, shelf.title, shelf.articles) for shelf in shelves] == [
        ("payment", "결제", 2),
        ("account", "Account", 1),
    ]
    below = list_shelves(session, locale="ko", default_locale="en", parent="payment", now=NOW)
    assert [(shelf.slug, shelf.articles) for shelf in below] == [("payment/cards", 1)]


def test_a_shelf_without_anything_to_read_is_not_listed(session):
    session.add(make_article("secret", category="inside", audience="agents"))
    session.flush()
    slugs = [
        shelf.slug for shelf in list_shelves(session, locale="en", default_locale="en", now=NOW)
    ]
    assert "inside" not in slugs


def test_the_way_to_a_shelf_is_named_in_the_readers_language_where_it_can_be(session):
    way = shelves_to(session, "payment/gift_card-codes", locale="fr", default_locale="ko")
    assert [(shelf.slug, shelf.title) for shelf in way] == [
        ("payment", "결제"),
        ("payment/gift_card-codes", "Gift card codes"),
    ]
    assert shelves_to(session, "", locale="en", default_locale="en") == []


def test_a_shelf_shows_each_article_once_in_the_nearest_language(session):
    session.add(make_article("only-zh", "zh-TW", "僅此", category="payment"))
    session.flush()
    found = list_category(session, "payment", locale="zh", now=NOW)
    assert [(article.article_id, article.locale) for article in found] == [
        ("refund", "zh"),
        ("only-zh", "zh-TW"),
    ]


def test_an_article_is_found_in_the_first_wanted_language_it_has(session):
    reading = find_article(session, "refund", wanted=("fr", "ja"), now=NOW)
    assert (reading.article.locale, reading.locales) == ("ja", ("en", "ja", "ko", "zh"))
    with pytest.raises(ArticleNotFound):
        find_article(session, "escalation", wanted=("en",), now=NOW)


def test_languages_in_use_are_those_of_public_articles(session):
    session.add(make_article("inside", "de", audience="agents"))
    session.flush()
    assert locales_in_use(session, now=NOW) == {"en", "ko", "ja", "zh"}


def test_on_its_page_an_article_is_offered_first_in_the_readers_language(session):
    for locale in ("en", "ko"):
        session.add(make_article("pay-late", locale=locale, pages="/checkout*\n*/cart"))
    session.add(make_article("inside", pages="/checkout*", audience="agents"))
    session.flush()

    def offered(page):
        found = most_useful(session, locale="ko", page=page, now=NOW, limit=3)
        return [(article.article_id, article.locale) for article in found]

    usual = offered("")
    assert usual[0] != ("pay-late", "ko")
    for page in ("https://shop.example/checkout/2?x=1", "https://shop.example/ja/cart"):
        assert offered(page)[0] == ("pay-late", "ko")
        assert len(offered(page)) == 3
        assert not {"inside"} & {article_id for article_id, _ in offered(page)}
    assert offered("https://shop.example/orders") == usual
