"""What stands on an article's page beside its text."""

import pytest

from app.article_page import (
    Other,
    minutes_to_read,
    neighbours,
    related_articles,
    shelf_of,
    size_pictures,
)
from app.models import Article
from search.document import Results
from tests.fake_index import FakeIndex, make_hit
from tests.help_center import PICTURE, UPDATED, make_article


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 1), ("word " * 230, 1), ("word " * 700, 3), ("글자" * 500, 2), ("字" * 1500, 3)],
)
def test_reading_time_counts_words_and_characters(text, minutes):
    assert minutes_to_read([{"text": text}]) == minutes


def test_a_stored_picture_says_how_large_it_is(tmp_path):
    sha = "ef" + "0" * 62
    path = tmp_path / "ef" / sha
    path.parent.mkdir()
    path.write_bytes(PICTURE)
    html = f'<p><img src="/media/{sha}/a.svg" alt="x"> <img src="https://a.example/b.png"></p>'
    sized = size_pictures(html, tmp_path)
    assert f'<img src="/media/{sha}/a.svg" alt="x" width="480" height="150">' in sized
    assert '<img src="https://a.example/b.png">' in sized
    assert size_pictures(sized, tmp_path) == sized
    unknown = html.replace(sha, "0" * 64)
    assert size_pictures(unknown, tmp_path) == unknown


def test_neighbours_stand_before_and_after_on_the_shelf():
    shelf = [Other(name, "en", name) for name in "abc"]
    names = [tuple(each and each.article_id for each in neighbours(shelf, name)) for name in "abcx"]
    assert names == [(None, "b"), ("a", "c"), ("b", None), (None, None)]


class _Nearest(FakeIndex):
    def search(self, query):
        self.queries.append(query)
        return Results(tuple(self.hits), len(self.hits), False, False)


def related(session, index, locale="en"):
    article = session.query(Article).filter_by(article_id="refund", locale=locale).one()
    now = UPDATED.replace(year=2027)
    shelf = shelf_of(article, session=session, now=now)
    found = related_articles(article, shelf, locale=locale, session=session, index=index, now=now)
    return [each.article_id for each in found]


def test_related_articles_are_the_nearest_that_may_be_read_without_itself(sessions):
    names = ("refund", "escalation", "gift-cards", "deleted", "sign-in")
    index = _Nearest([make_hit(name) for name in names])
    with sessions() as session:
        assert related(session, index) == ["gift-cards", "sign-in"]
    (query,) = index.queries
    assert (query.text, query.locale) == ("Get a refund", "en")


def test_an_article_much_farther_than_the_nearest_is_not_related(sessions):
    hits = [make_hit("refund", score=0.9), make_hit("gift-cards", score=0.6)]
    with sessions() as session:
        far = make_hit("sign-in", score=0.44)
        assert related(session, _Nearest([*hits, far])) == ["gift-cards"]


def test_without_anything_near_the_same_shelf_is_related(sessions):
    with sessions.begin() as session:
        session.add(make_article("fees", title="Fees", category="payment"))
    with sessions() as session:
        assert related(session, _Nearest()) == ["fees"]
        assert related(session, _Nearest([make_hit("gift-cards")]), "ko") == []
