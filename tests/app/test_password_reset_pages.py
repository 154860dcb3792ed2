"""A forgotten password on the pages: asked for, led back by a link, or told who can help."""

import re

import pytest

from app.accounts.password_reset import send_due_resets
from app.models import PasswordReset
from tests.staff_fixtures import STAFF_PASSWORD, add_staff, form_token

PAGE = "/sign-in/forgotten"
MAILING = {
    "smtp_url": "smtp://mail.example.com",
    "mail_from": "help@example.com",
    "base_url": "https://help.example.com",
}
OTHER = "another kettle entirely"


class Letterbox:
    """Stands for the mail server; what arrives is kept."""

    sender = "help@example.com"

    def __init__(self):
        self.mails = []

    def send(self, message):
        self.mails.append(message)


@pytest.fixture
def user(sessions):
    with sessions() as session:
        return add_staff(session, "kim", "admin", password=STAFF_PASSWORD)


def send(client, address, **data):
    return client.post(address, data=data | {"form_token": form_token(client, address)})


def link_in(sessions):
    box = Letterbox()
    send_due_resets(sessions, box, "https://help.example.com")
    (mail,) = box.mails
    found = re.search(r"https://help\.example\.com(/sign-in/new-password/\S+)", mail.get_content())
    return found[1], mail


def test_the_answer_is_the_same_whether_there_is_an_account(make_client, sessions, user):
    client = make_client(**MAILING)
    pages = []
    for email in ("kim@example.com", "nobody@example.com"):
        done = send(client, PAGE, email=email)
        assert (done.status_code, done.headers["Location"]) == (303, f"{PAGE}?sent=1")
        pages.append(client.get(done.headers["Location"]).text)
    assert pages[0] == pages[1]


def test_the_link_of_the_mail_sets_a_password_and_leads_to_the_door(make_client, sessions, user):
    client = make_client(**MAILING)
    send(client, PAGE, email="kim@example.com")
    link, _ = link_in(sessions)
    page = client.get(link)
    assert 'value="kim@example.com"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert send(client, link, password=OTHER, again="different").status_code == 422
    assert send(client, link, password="short", again="short").status_code == 422
    done = send(client, link, password=OTHER, again=OTHER)
    assert done.headers["Location"] == "/sign-in?changed=1"
    assert client.get("/account").status_code == 303
    assert send(client, "/sign-in", email="kim@example.com", password=OTHER).status_code == 303
    gone = client.get(link)
    assert (gone.status_code, PAGE in gone.text) == (404, True)


def test_the_mail_speaks_the_language_of_who_asked(make_client, sessions, user):
    client = make_client(**MAILING)
    client.get("/sign-in?lang=ko")
    send(client, PAGE, email="kim@example.com")
    _, mail = link_in(sessions)
    assert "새 비밀번호" in mail["Subject"]
    assert "30분" in mail.get_content()


def test_the_link_never_leads_to_the_host_that_a_request_claims(make_client, sessions, user):
    client = make_client(**MAILING)
    evil = "http://evil.example"
    token = re.search(r'form_token" value="(\w+)"', client.get(PAGE, base_url=evil).text)[1]
    data = {"form_token": token, "email": "kim@example.com"}
    assert client.post(PAGE, data=data, base_url=evil).status_code == 303
    _, mail = link_in(sessions)
    assert "evil" not in mail.get_content()


@pytest.mark.parametrize("lacking", sorted(MAILING))
def test_without_a_mail_server_the_page_says_who_can_help(make_client, sessions, user, lacking):
    client = make_client(**(MAILING | {lacking: ""}), contact_email="team@example.com")
    page = client.get(PAGE).text
    assert "An owner can make a link" in page
    assert "team@example.com" in page
    assert 'name="email"' not in page
    data = {"form_token": form_token(client, "/sign-in"), "email": "kim@example.com"}
    assert client.post(PAGE, data=data).status_code == 200
    with sessions() as session:
        assert session.query(PasswordReset).count() == 0
