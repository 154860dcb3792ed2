"""Which articles the front page shows before anybody has typed."""

import uuid

import pytest

from app.front_page import featured_articles
from app.models import Event
from tests.help_center import UPDATED, make_article

NOW = UPDATED.replace(year=2027)


@pytest.fixture
def featured(sessions):
    def find(articles, shelves=("a", "b"), **given):
        with sessions() as session:
            session.query(type(articles[0])).delete()
            session.add_all(articles)
            found = featured_articles(
                session, shelves, **({"locale": "en", "now": NOW, "limit": 4} | given)
            )
            return [each.article_id for each in found]

    return find


def link(*names):
    return {f"{name}.md": f"/en/articles/{name}#x" for name in names}


def test_each_shelf_in_turn_gives_what_other_articles_lead_to(featured):
    articles = [
        make_article("a1", category="a", links=link("a2", "b1")),
        make_article("a2", category="a"),
        make_article("b1", category="b/deep", links={"x": None, "y": "https://a.example"}),
        make_article("b2", category="b", links=link("a2")),
    ]
    assert featured(articles) == ["a2", "b1", "a1", "b2"]


def test_thanks_and_quality_come_before_the_shelves(featured, sessions):
    with sessions.begin() as session:
        for _ in range(3):
            session.add(
                Event(id=str(uuid.uuid4()), session="", type="helpful", at=NOW, article_id="b2")
            )
    articles = [make_article(name, category=name[0]) for name in ("a1", "a2", "b1", "b2")]
    articles[1].quality = 0.5
    assert featured(articles) == ["a2", "b2", "a1", "b1"]


def test_only_what_the_visitor_uses_reads_and_may_see_is_shown(featured):
    articles = [
        make_article("ios", products=["ios"]),
        make_article("web", products=["web"]),
        make_article("any"),
        make_article("ko-only", "ko"),
        make_article("draft", status="draft"),
        make_article("agents", audience="agents"),
    ]
    assert set(featured(articles)) == {"ios", "web", "any"}


def test_a_chosen_product_narrows_it(featured):
    articles = [make_article("ios", products=["ios"]), make_article("any"),
                make_article("web", products=["web"])]  # fmt: skip
    assert set(featured(articles, products=frozenset({"ios"}))) == {"ios", "any"}


def test_each_article_is_shown_once_in_the_nearest_writing(featured):
    articles = [make_article("x", tag, tag) for tag in ("zh", "zh-TW", "zh-HK")]
    assert featured(articles, locale="zh-Hant") == ["x"]
