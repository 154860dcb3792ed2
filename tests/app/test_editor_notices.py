"""Notices at the editors' desk, without scripts: announced, narrowed, refused, ended, on record."""

import re
from datetime import timedelta

import pytest

from app.accounts.audit import list_deeds
from app.models import Notice, utc_now
from tests.app.test_templates import Checker
from tests.staff_fixtures import form_token

PAGE = "/edit/notices"


@pytest.fixture
def publisher(sign_in_as):
    client = sign_in_as("publisher", time_zone="Asia/Seoul")
    token = form_token(client)

    def post(address=PAGE, **values):
        return client.post(address, data={"form_token": token, "kind": "planned"} | values)

    client.announce = post
    return client


def test_a_notice_in_two_languages_reaches_customers_and_the_record(publisher, sessions):
    sent = publisher.announce(
        **{"title-en": "Cards pause", "body-en": "Orders are safe.", "title-ko": "카드 점검"},
        phrases="card\r\n\r\n카드 ",
        pages="/checkout*",
        locales=["en", "ko"],
    )
    assert (sent.status_code, sent.location) == (303, "/edit/notices?done=add")
    with sessions() as session:
        (notice,) = session.query(Notice)
        (deed,) = list_deeds(session, subject=f"notice:{notice.id}")
    assert notice.texts["ko"] == {"title": "카드 점검", "body": ""}
    assert (notice.phrases, notice.pages) == (["card", "카드"], ["/checkout*"])
    assert notice.locales == ["en", "ko"]
    assert (deed.action, deed.actor) == ("notice.add", "publisher@example.com")
    assert "카드 점검" in publisher.get("/ko/status").text
    assert "카드 점검" in publisher.get("/edit/notices?lang=ko").text


def test_times_are_those_of_the_sites_zone(publisher, sessions):
    publisher.announce(
        **{"title-en": "x"}, starts_at="2036-12-06T02:00", ends_at="2036-12-06T04:00"
    )
    with sessions() as session:
        (notice,) = session.query(Notice)
    assert notice.starts_at.isoformat() == "2036-12-05T17:00:00+00:00"
    page = publisher.get(PAGE).text
    assert page.index("Planned</h2>") < page.index("Take it back") < page.index("New notice")


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({}, "texts", "at least one language"),
        ({"body-en": "Only this"}, "title-en", "needs a title"),
        ({"title-en": "x" * 201}, "title-en", "too long"),
        ({"title-en": "x", "starts_at": "soon"}, "starts_at", "Enter a date"),
        ({"title-en": "x", "ends_at": "0001-01-01T00:00"}, "ends_at", "Enter a date"),
        ({"title-en": "x", "ends_at": "2020-01-01T00:00"}, "ends_at", "after the beginning"),
        ({"title-en": "x", "pages": "/x\n" * 51}, "pages", "At most 50 lines"),
        ({"title-en": "x", "kind": "joke"}, "kind", "Choose one"),
        ({"title-en": "x", "locales": "<b>"}, "locales", "Choose one"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_lost(
    publisher, sessions, values, name, words
):
    sent = publisher.announce(**({"phrases": "keep me"} | values))
    assert sent.status_code == 422
    (fault,) = re.findall(r'<p class="fault" id="([\w-]+)-fault">([^<]+)</p>', sent.text)
    assert fault[0] == name
    assert words in fault[1]
    assert "keep me" in sent.text
    with sessions() as session:
        assert session.query(Notice).count() == 0
        assert list_deeds(session, subject="notice:") == []


def test_a_notice_is_ended_once_and_that_is_on_record(publisher, sessions):
    publisher.announce(**{"title-en": "Slow today"})
    with sessions() as session:
        (notice,) = session.query(Notice)
    assert "Slow today" in publisher.get("/en/").text
    for _ in range(2):
        sent = publisher.announce(f"{PAGE}/{notice.id}/end")
        assert sent.location == "/edit/notices?done=end"
    assert publisher.announce(f"{PAGE}/nothing/end").status_code == 404
    page = publisher.get(PAGE).text
    assert page.index("Over now</h2>") < page.index("Slow today")
    with sessions() as session:
        deeds = list_deeds(session, subject=f"notice:{notice.id}")
        assert [deed.action for deed in deeds] == ["notice.end", "notice.add"]
        assert list_deeds(session, subject="notice:nothing") == []


def test_only_the_latest_of_what_is_over_is_listed(publisher, sessions):
    with sessions.begin() as session:
        for age in range(1, 25):
            over = utc_now() - timedelta(days=age)
            session.add(
                Notice(
                    id=f"n{age:02}",
                    kind="info",
                    texts={"en": {"title": f"No {age:02}."}},
                    starts_at=over - timedelta(hours=1),
                    ends_at=over,
                )
            )
    assert re.findall(r"No (\d\d)\.", publisher.get(PAGE).text) == [
        f"{age:02}" for age in range(1, 21)
    ]


def test_who_may_not_publish_reads_the_list_without_the_form(sign_in_as):
    page = sign_in_as("writer").get(PAGE)
    assert page.status_code == 200
    assert "New notice" not in page.text


@pytest.mark.parametrize("tag", ["en", "ko"])
def test_the_page_is_sound_html(publisher, tag):
    publisher.announce(**{"title-en": "Slow today"})
    for page in (publisher.get(f"{PAGE}?lang={tag}"), publisher.announce()):
        checker = Checker(page.text)
        assert checker.faults == []
        assert len(set(checker.ids)) == len(checker.ids)
        assert set(checker.references) <= set(checker.ids)
