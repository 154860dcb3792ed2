"""The advice beside a text: on what is typed, saving nothing, naming only what one may read."""

import re
import uuid

import pytest
from sqlalchemy import func, select

from app.accounts.audit import COMMAND_LINE
from app.accounts.grants import add_grant
from app.accounts.users import find_user
from app.languages import INTERFACE_LOCALES
from app.models import EpisodeRecord, Event, Revision, UnsavedText, utc_now
from search.trial import Alike
from tests.editing_fixtures import TEXT
from tests.fake_index import make_hit

ADVICE = TEXT.replace("text", "advice", 1)


@pytest.fixture
def ask(sessions):
    """Visitors who asked something: `ask("free ride", times=5, read=["refund"])`."""

    def ask(query, times=1, read=(), **evidence):
        with sessions.begin() as session:
            for number in range(times):
                evidence = {"queries": [query], "read": list(read)} | evidence
                session.add(
                    EpisodeRecord(
                        id=f"{query}-{number}"[:32],
                        visitor=f"{query}-{number}",
                        started_at=utc_now(),
                        ended_at=utc_now(),
                        outcome="abandoned",
                        locale="en",
                        tickets=0,
                        evidence=evidence,
                    )
                )

    return ask


def advise(desk, **typed):
    """The answer to the editor's script, while something is typed."""
    return desk.post(ADVICE, **(desk.fields() | typed))


def asked_in(text):
    """What stands behind each question of the panel."""
    rows = re.findall(r"<li><div><span[^>]*>(.*?)</span>(.*?)</li>", text, re.S)
    return {question: " ".join(re.sub(r"<[^>]+>", " ", rest).split()) for question, rest in rows}


def test_what_is_typed_is_tried_out_and_nothing_of_it_is_saved(writer, index, sessions):
    typed = advise(
        writer,
        title="Borrow a tandem",
        body="Scan both codes.\n",
        questions="is there a bike for two",
    )
    assert typed.status_code == 200
    tried = index.tried[-1]
    assert (tried.id, tried.title) == ("city/borrow@en", "Borrow a tandem")
    assert tried.sections[0].text == "Scan both codes."
    assert tried.questions == ("is there a bike for two",)
    assert asked_in(typed.text)["Borrow a tandem"] == "Place 1"
    assert "Not among the first ten" in asked_in(typed.text)["is there a bike for two"]
    assert "<span>Scan both codes.</span>" in typed.text
    assert "<html" not in typed.text
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(UnsavedText)) == 0
        saved = session.scalars(select(Revision.source)).all()
    assert not any("tandem" in source for source in saved)


def test_what_is_amiss_is_told_as_it_is_typed(writer):
    assert "are in order" in advise(writer, body="All is well.\n").text
    text = advise(
        writer, body="![](https://x.example/x.png)\n\n## A\n\n#### B\n\n[gone](nowhere.md)\n"
    ).text
    assert "picture does not say what it shows" in text
    assert "skips a level" in text
    assert "leads nowhere" in text
    long = " ".join(["word"] * 40)
    assert "Hard to read" in advise(writer, body=f"{long}.\n").text


def test_without_scripts_the_advice_is_on_what_is_shown_in_the_preview(writer):
    body = "## A\n\n#### B\n"
    assert "skips a level" not in writer.client.get(TEXT).text
    assert "skips a level" in writer.save("preview", body=body).text
    assert advise(writer, body=body).status_code == 200
    writer.post(TEXT.replace("text", "kept", 1), **(writer.fields() | {"body": body}))
    assert "skips a level" not in writer.client.get(TEXT).text
    assert "skips a level" in writer.client.get(f"{TEXT}?unsaved=1").text


def test_a_text_that_cannot_be_rendered_leaves_the_advice_as_it_is(writer):
    assert advise(writer, title="").status_code == 204


def test_the_place_of_the_text_that_customers_see_stands_beside_that_of_the_new_one(desk_of, index):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="Scan the code.\n")
    index.hits.insert(0, make_hit("refund", title="Borrow a bike from refund"))
    index.hits.insert(1, make_hit("city/borrow", title="Borrow a bike"))
    assert asked_in(advise(publisher, body="Better.\n").text)["Borrow a bike"] == "Place 1 (now 2)"


def test_what_many_visitors_asked_and_the_text_would_answer_is_named(writer, ask):
    ask("free tandem", times=5, read=["refund"])
    ask("tandem ride", times=4)
    ask("weather", times=5)
    ask("my tandem ride", read=["city/borrow"])
    found = asked_in(advise(writer, title="A tandem", body="A free ride.\n").text)
    assert found["free tandem"] == "asked 5 times Place 1"
    assert found["my tandem ride"] == "asked 1 time Not among the first ten"
    assert not {"tandem ride", "weather"} & found.keys()


def test_what_was_asked_in_another_language_says_nothing_of_a_text(writer, ask):
    ask("자전거 빌리기", read=["city/borrow"])
    ask("借りる 自転車", times=5)
    text = advise(writer, body="A free ride.\n").text
    assert "자전거" not in text
    assert "自転車" not in text


def alike(article_id, likeness=0.95, title="Other"):
    return Alike(article_id, "en", title, "", "", "Scan the code.", "Read the code.", likeness)


def test_an_article_that_says_the_same_is_shown_with_both_passages(writer, index):
    index.alike = (alike("refund", title="Get a refund"), alike("gift-cards", 0.5, "Far away"))
    text = advise(writer, body="Scan the code.\n").text
    near = text[text.index('class="near"') :]
    assert 'href="/edit/text/en/refund"' in near
    assert "95 %" in near
    assert "Read the code." in near
    assert "Scan the code." in near
    assert "Far away" not in text


@pytest.mark.parametrize("name", ["unfinished", "nowhere"])
def test_what_customers_do_not_see_is_not_named_as_alike(writer, index, name):
    index.alike = (alike(name, title="Unfinished refund"),)
    assert "Unfinished refund" not in advise(writer, body="Scan the code.\n").text


def test_an_article_that_one_may_not_read_is_not_named(desk_of, index, sessions):
    index.alike = (alike("refund", title="Get a refund"),)
    writer = desk_of("writer")
    writer.create(category="city")
    assert "Get a refund" in advise(writer, category="city").text
    with sessions() as session:
        user = find_user(session, "writer@example.com")
        add_grant(session, user, role="writer", category="city", locale="", actor=COMMAND_LINE)
    assert "Get a refund" not in advise(writer, category="city", body="Changed.\n").text


def test_without_an_index_the_text_is_looked_at_all_the_same(writer, index, monkeypatch):
    monkeypatch.setattr(index, "try_document", lambda document: None)
    text = advise(writer, body="Scan.\n\n## A\n\n#### B\n").text
    assert "Place" not in text
    assert "Not among" not in text
    assert "skips a level" in text


def votes(sessions, kind, count):
    with sessions.begin() as session:
        for number in range(count):
            given = {"article_id": "city/borrow", "locale": "en", "at": utc_now()}
            name = f"{kind}-{number}"
            session.add(Event(id=str(uuid.uuid4()), session=name, type=kind, **given))


def test_why_an_article_needs_a_look_stands_beside_it_until_it_is_looked_after(desk_of, sessions):
    publisher = desk_of("publisher")
    publisher.create(review_by="2020-01-01")
    publisher.save("publish", body="Scan the code.\n", review_by="2020-01-01")
    votes(sessions, "not_helpful", 18)
    votes(sessions, "helpful", 2)
    reviewer = desk_of("reviewer")
    text = reviewer.client.get(TEXT).text
    stale = text[text.index('class="stale"') : text.index("</section>", text.index("stale"))]
    assert "the day to look at it again has come: <span" in stale
    assert "2020-01-01" in stale
    assert "most readers do not find it helpful: 2 of 20" in stale
    assert reviewer.step("reviewed").status_code == 303
    assert 'class="stale"' not in reviewer.client.get(TEXT).text


def test_an_article_without_a_sign_says_nothing_of_it(desk_of):
    publisher = desk_of("publisher")
    publisher.create()
    publisher.save("publish", body="Scan the code.\n")
    assert 'class="stale"' not in publisher.client.get(TEXT).text


@pytest.mark.parametrize("locale", INTERFACE_LOCALES)
def test_what_a_link_or_file_lacks_is_said_in_the_language_of_the_page(writer, locale):
    body = "[a](nowhere) [b](#no-heading)\n\n![c](no-picture.png)"
    fields = writer.fields() | {"body": body}
    text = writer.post(f"{ADVICE}?lang={locale}", **fields).text
    for address in ("nowhere", "#no-heading", "no-picture.png"):
        assert f"<code>{address}</code>" in text
    assert "leads to no article" not in text
    assert "was not found" not in text
    assert ("A link leads nowhere:" in text) == (locale == "en")
