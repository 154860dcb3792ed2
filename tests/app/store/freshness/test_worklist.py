"""The work list: from what visitors did, for each owner; only a review starts it anew."""

import json
import uuid
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from app.editing.actors import Actor, Forbidden, Grant
from app.editing.transaction import ArticleName
from app.freshness.evidence import find_usual_rate
from app.freshness.worklist import list_work, mark_reviewed, signs_of
from app.models import Article, Event, Ticket, utc_now
from tests.store_helpers import publish_source, write_tree

REVIEWER = Actor("Lee", "lee", grants=(Grant("reviewer"),))
NAME = ArticleName("a", "en")


@pytest.fixture
def work(sessions, settings):
    def work(now=None, versions=(), **options):
        chosen = replace(settings, product_versions=versions)
        with sessions() as session:
            items = list_work(session, chosen, now=now or utc_now(), **options)
            found = {(item.article_id, item.locale): item.signs for item in items}
            # Each article alone is found to have the signs that it has in the list.
            for article in session.query(Article) if not options else ():
                name = (article.article_id, article.locale)
                alone = signs_of(
                    session,
                    article,
                    chosen,
                    now=now or utc_now(),
                    usual_rate=partial(find_usual_rate, session, *name),
                )
                assert alone == found.get(name, ()), name
        return {name: [sign.kind for sign in signs] for name, signs in found.items()}

    return work


@pytest.fixture
def age(sessions):
    """Makes every article older by some days."""

    def age(days):
        with sessions() as session:
            for article in session.query(Article):
                article.updated_at -= timedelta(days=days)
            session.commit()

    return age


def visit(sessions, kind, count, *, ticket=False, days_ago=0, article="a", start=0):
    at = utc_now() - timedelta(days=days_ago)
    with sessions() as session:
        for number in range(start, start + count):
            visitor = f"{kind}-{number}"
            session.add(
                Event(
                    id=str(uuid.uuid4()),
                    session=visitor,
                    type=kind,
                    at=at,
                    received_at=at,
                    article_id=article,
                    locale="en",
                )
            )
            if ticket:
                session.add(
                    Ticket(
                        id=uuid.uuid4().hex,
                        session=visitor,
                        email="a@example.com",
                        body="x",
                        created_at=at + timedelta(minutes=5),
                    )
                )
        session.commit()


def test_every_sign_is_found_in_the_database(tmp_path, run_import, sessions, work, age):
    files = {
        "en/due.md": "---\nreview_by: 2020-01-01\nowner: Kim\n---\n# Due\n",
        "en/links.md": "# Links\n[gone](gone.md) [out](https://example.com) [here](#x)\n",
        "en/old.md": "---\nwritten_for: {app: 4.10}\n---\n# Old\n",
        "en/fine.md": "# Fine\n",
        "ko/fine.md": "# 좋음\n",
        "en/a.md": "# A\n",
    }
    run_import(write_tree(tmp_path / "in", files))
    age(100)
    visit(sessions, "helpful", 40, days_ago=200)
    visit(sessions, "not_helpful", 30)
    visit(sessions, "article_viewed", 30, ticket=True)
    visit(sessions, "article_viewed", 200, article="fine", start=100)
    with sessions() as session:
        publish_source(session, article_id="fine", locale="en", source="# Fine, and changed\n")
    assert work(versions=(("app", "4.11"),)) == {
        ("a", "en"): ["helpfulness-fell", "tickets-after-reading"],
        ("due", "en"): ["review-due"],
        ("fine", "ko"): ["source-changed"],
        ("links", "en"): ["dead-links"],
        ("old", "en"): ["superseded-version"],
    }
    assert work(owner="Kim") == {("due", "en"): ["review-due"]}
    assert work(locale="ko") == {("fine", "ko"): ["source-changed"]}


def test_reading_resets_nothing_and_a_review_does(tmp_path, run_import, sessions, work, age, find):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "---\nreview_by: 2020-01-01\n---\n# A\n"}))
    age(100)
    visit(sessions, "not_helpful", 30)
    assert work() == {("a", "en"): ["not-helpful", "review-due"]}
    visit(sessions, "article_viewed", 500)
    assert work() == {("a", "en"): ["not-helpful", "review-due"]}
    shown = find("a").updated_at
    with sessions() as session:
        mark_reviewed(session, REVIEWER, NAME, next_review=date(2999, 1, 1), note="right")
    assert work() == {}
    article = find("a")
    assert (article.review_by, article.updated_at) == (date(2999, 1, 1), shown)
    assert "review_by: " in article.source
    visit(sessions, "not_helpful", 30, start=100)
    assert work() == {("a", "en"): ["not-helpful"]}


def test_a_vote_that_was_changed_counts_as_it_is_now(tmp_path, run_import, sessions, work, age):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A\n"}))
    age(100)
    visit(sessions, "not_helpful", 30, days_ago=2)
    with sessions() as session:
        for event in session.query(Event).all():
            changed = Event(
                id=str(uuid.uuid4()),
                session=event.session,
                type="helpful",
                at=event.at,
                received_at=utc_now(),
                article_id="a",
                locale="en",
            )
            session.add(changed)
        session.commit()
    assert work() == {}


def test_a_reader_cannot_say_that_something_is_right(tmp_path, run_import, sessions):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A\n"}))
    with sessions() as session, pytest.raises(Forbidden):
        mark_reviewed(session, Actor("Kim", grants=(Grant("writer"),)), NAME)


def test_the_command_lists_by_owner_and_marks(tmp_path, run_import, settings, monkeypatch):
    from click.testing import CliRunner

    from app.cli import main

    files = {
        "en/a.md": "---\nreview_by: 2020-01-01\nowner: Kim\n---\n# A\n",
        "en/b.md": "---\nreview_by: 2020-01-01\n---\n# B\n",
    }
    run_import(write_tree(tmp_path / "in", files))
    monkeypatch.setenv("KB_VAR_DIR", str(settings.var_dir))

    def kb(*arguments):
        return CliRunner().invoke(main, ["freshness", *arguments], catch_exceptions=False).output

    assert kb() == (
        "(nobody):\n  b (en)  review-due: 2020-01-01\nKim:\n  a (en)  review-due: 2020-01-01\n"
    )
    (item,) = json.loads(kb("--owner", "Kim", "--json"))
    assert item["signs"] == [{"kind": "review-due", "detail": "2020-01-01"}]
    for name in ("a", "b"):
        assert "is reviewed" in kb("reviewed", name, "--next", "2999-01-01", "--by", "Kim")
    assert kb() == "nothing wants looking at\n"


def test_readers_who_write_as_often_as_everywhere_are_no_sign(tmp_path, run_import, sessions, work):
    run_import(write_tree(tmp_path / "in", {"en/a.md": "# A\n", "en/b.md": "# B\n"}))
    visit(sessions, "article_viewed", 30, ticket=True)
    assert work() == {("a", "en"): ["tickets-after-reading"]}
    visit(sessions, "article_viewed", 300, ticket=True, article="b", start=100)
    assert work() == {}
