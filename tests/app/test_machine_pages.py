"""Having a machine draft a translation, and choosing what to be told of: the pages."""

import re
import threading

import pytest

from app.models import Article
from tests.slow_server import slow_server
from tests.staff_fixtures import form_token
from tests.translation_server import start_translation_server


@pytest.fixture(scope="module")
def service():
    process, address = start_translation_server()
    yield address
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def article(sign_in_as):
    """The address of a new English article with words, made by a publisher."""
    client = sign_in_as("publisher")
    data = {"title": "Borrow a bike", "locale": "en", "id": "city/bike", "category": "city"}
    data |= {"form_token": form_token(client, "/edit/new")}
    assert client.post("/edit/new", data=data).status_code == 303
    page = client.get("/edit/text/en/city/bike").text
    form = {
        "form_token": form_token(client),
        "base": re.search(r'name="base" value="(\d+)"', page)[1],
    }
    form |= {"title": "Borrow a bike", "body": "Take the `key`.\n", "do": "save"}
    assert client.post("/edit/text/en/city/bike", data=form).status_code == 303


def have_it_made(client, **changes):
    data = {"form_token": form_token(client), "beside": "en"} | changes
    return client.post("/edit/machine/ja/city/bike", data=data)


def test_without_a_service_nothing_is_offered(sign_in_as, article):
    client = sign_in_as("writer")
    assert (
        "Have a machine draft it" not in client.get("/edit/new?id=city/bike&in=ja&beside=en").text
    )
    assert have_it_made(client).status_code == 404


def test_a_draft_is_made_marked_checked_and_only_then_unmarked(
    sign_in_as, article, service, sessions
):
    client = sign_in_as("writer", translate_url=service)
    page = client.get("/edit/new?id=city/bike&in=ja&beside=en").text
    assert "Have a machine draft it" in page
    assert "From English into 日本語" in page
    made = have_it_made(client)
    assert made.status_code == 303
    page = client.get(made.headers["Location"]).text
    assert "A machine made this text" in page
    assert "TAKE THE `key`." in page
    assert "Made by a machine" in client.get("/edit/translations?only=machine").text
    form = {"form_token": form_token(client), "base": "1", "title": "自転車", "do": "save"}
    form |= {"body": "`key`を取ります。\n"}
    client.post("/edit/text/ja/city/bike", data=form | {"translated_by": "machine"})
    assert "A machine made this text" in client.get("/edit/text/ja/city/bike").text
    checked = form | {"base": "2", "translated_by": ["", "machine"]}
    client.post("/edit/text/ja/city/bike", data=checked)
    assert "A machine made this text" not in client.get("/edit/text/ja/city/bike").text
    with sessions() as session:
        made = session.query(Article).filter_by(article_id="city/bike", locale="ja").one()
        assert "translated_by" not in made.source
    assert "There is a text in this language already" in have_it_made(client).text


def test_a_service_that_is_away_is_said(sign_in_as, article, service):
    client = sign_in_as("writer", translate_url=service, translate_key="away")
    failed = have_it_made(client)
    assert failed.status_code == 502
    assert "The translation service did not answer" in failed.text


@pytest.mark.parametrize("api", ["libretranslate", "deepl"])
def test_a_service_that_answers_nothing_makes_no_draft(sign_in_as, article, service, sessions, api):
    client = sign_in_as("writer", translate_url=service, translate_key="empty", translate_api=api)
    assert have_it_made(client).status_code == 502
    with sessions() as session:
        assert session.query(Article).filter_by(article_id="city/bike", locale="ja").count() == 0


def test_a_second_article_is_told_to_wait_and_then_has_its_turn(sign_in_as, article, service):
    client = sign_in_as("writer", translate_url=service)
    turn = client.application.extensions["kotae"].translation_turn
    with turn.take():
        busy = have_it_made(client)
    assert busy.status_code == 503
    assert "Another article is being translated" in busy.text
    assert have_it_made(client).status_code == 303


def test_while_a_service_is_slow_only_one_thread_waits_for_it(sign_in_as, article):
    with slow_server() as slow:
        client = sign_in_as("writer", translate_url=slow.url)
        other = client.application.test_client()
        other.set_cookie("kotae_staff", client.get_cookie("kotae_staff").value)
        data = {"form_token": form_token(client), "beside": "en"}
        waiting = threading.Thread(
            target=client.post, args=("/edit/machine/ja/city/bike",), kwargs={"data": data}
        )
        waiting.start()
        assert slow.asked.acquire(timeout=30)
        assert other.post("/edit/machine/ko/city/bike", data=data).status_code == 503
        assert slow.count == 1
    waiting.join()


def test_what_to_be_told_of_is_chosen_and_remembered(sign_in_as):
    client = sign_in_as("writer", smtp_url="smtp://127.0.0.1:9", mail_from="help@example.com")
    page = client.get("/account/notifications").text
    assert page.count("checked") == 5
    data = {"form_token": form_token(client), "email": ["review", "comment"], "locale": "ko"}
    data |= {"webhook": ["review"]}
    assert client.post("/account/notifications", data=data).status_code == 303
    page = client.get("/account/notifications?changed=1").text
    assert "Your choice was saved" in page
    assert page.count("checked") == 2
    assert '<option value="ko" lang="ko" selected>' in page


def test_without_a_way_one_is_told_so(sign_in_as):
    page = sign_in_as("reader").get("/account/notifications").text
    assert "cannot send messages yet" in page
    assert 'type="checkbox"' not in page
