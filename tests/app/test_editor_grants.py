"""The editor for who may do something in some places only: seen, offered, refused, by a table."""

import re

import pytest
from sqlalchemy import select

from app.accounts.audit import COMMAND_LINE
from app.accounts.grants import add_grant
from app.accounts.users import find_user
from app.editing.actors import SYSTEM
from app.editing.drafts import save_draft
from app.editing.publication import publish
from app.editing.transaction import ArticleName
from app.models import Article, Conflict, utc_now
from tests.fake_index import make_hit
from tests.staff_fixtures import form_token

PLACES = {
    "pay-en": ("pay/cards", "en"),
    "pay-ko": ("pay", "ko"),
    "account-en": ("account", "en"),
    "account-ko": ("account", "ko"),
}
"""Articles and where each stands."""

GRANTS = {
    "writer of Korean": [("writer", "", "ko")],
    "writer on payment, reader": [("writer", "pay", ""), ("reader", "", "")],
    "reviewer of one place": [("reviewer", "pay", "ko")],
    "publisher of English on payment, writer of English": [
        ("publisher", "pay", "en"),
        ("writer", "", "en"),
    ],
    "reader of English": [("reader", "", "en")],
}

R, W, V, P = "reader", "writer", "reviewer", "publisher"
TABLE = {
    "writer of Korean": {"pay-en": "", "pay-ko": W, "account-en": "", "account-ko": W},
    "writer on payment, reader": {"pay-en": W, "pay-ko": W, "account-en": R, "account-ko": R},
    "reviewer of one place": {"pay-en": "", "pay-ko": V, "account-en": "", "account-ko": ""},
    "publisher of English on payment, writer of English": {
        "pay-en": P,
        "pay-ko": "",
        "account-en": W,
        "account-ko": "",
    },
    "reader of English": {"pay-en": R, "pay-ko": "", "account-en": R, "account-ko": ""},
}
"""What each may do with each article, the account being a publisher's: a role, or nothing."""

RANK = ["", R, W, V, P]


@pytest.fixture
def articles(sessions):
    """Drafts without anything beside them: nothing but permission decides what is refused."""
    with sessions() as session:
        for name, (category, locale) in PLACES.items():
            source = f"---\ntitle: Title of {name}\ncategory: {category}\n---\nText of {name}.\n"
            save_draft(session, SYSTEM, ArticleName(name, locale), source=source, base=None)


@pytest.fixture
def client_of(articles, sessions, sign_in_as):
    def client_of(name):
        client = sign_in_as("publisher")
        with sessions() as session:
            user = find_user(session, "publisher@example.com")
            for role, category, locale in GRANTS[name]:
                add_grant(session, user, role, category=category, locale=locale, actor=COMMAND_LINE)
        return client

    return client_of


def address(page, name):
    return f"/edit/{page}/{PLACES[name][1]}/{name}"


def may(who, name, role):
    return RANK.index(TABLE[who][name]) >= RANK.index(role)


@pytest.mark.parametrize("who", TABLE)
def test_what_is_read_is_what_is_listed(client_of, who):
    client = client_of(who)
    listed = client.get("/edit").text
    table = client.get("/edit/translations").text
    for name in PLACES:
        may_read = may(who, name, R)
        for page in ("text", "history"):
            assert client.get(address(page, name)).status_code == (200 if may_read else 403)
        for shown in (listed, table, client.get(f"/edit?q={name}").text):
            assert (f"Title of {name}" in shown) is may_read, name
        ticked = f'value="{PLACES[name][1]}/{name}"' in listed
        assert ticked is may(who, name, W)


@pytest.mark.parametrize("who", TABLE)
def test_each_step_is_taken_where_the_role_counts_and_refused_elsewhere(client_of, sessions, who):
    client = client_of(who)
    token = form_token(client)
    for name in PLACES:
        for page, data, role in (
            ("kept", {"title": "x", "body": "y", "base": "1"}, R),
            ("preview", {"title": "x", "body": "y", "base": "1"}, R),
            ("step", {"do": "comment", "body": "Why?", "base": "1"}, R),
            ("step", {"do": "approve", "base": "1"}, V),
            ("text", {"title": "New", "body": "New.", "base": "1", "do": "save"}, W),
            ("step", {"do": "submit"}, W),
            ("step", {"do": "publish", "base": "2"}, P),
            ("step", {"do": "unpublish"}, P),
            ("step", {"do": "archive"}, P),
            ("step", {"do": "delete"}, P),
        ):
            sent = client.post(address(page, name), data=data | {"form_token": token})
            fault = (sent.get_json(silent=True) or {}).get("fault", "")
            is_refused = sent.status_code == 403 or "may not" in fault
            assert is_refused is not may(who, name, role), (name, page, data)


@pytest.mark.parametrize("who", TABLE)
def test_pictures_are_added_where_one_may_write(client_of, who):
    client = client_of(who)
    token = form_token(client)
    for name in PLACES:
        sent = client.post(address("pictures", name), data={"form_token": token, "alt": "x"})
        assert sent.status_code == (422 if may(who, name, W) else 403), name


def test_an_article_is_made_where_one_may_write_and_nowhere_else(client_of):
    client = client_of("writer of Korean")
    page = client.get("/edit/new").text
    offered = re.findall(r'<option value="([\w-]+)" lang', page)
    assert offered == ["ko"]
    token = form_token(client)
    for locale, status in (("en", 403), ("ko", 303)):
        data = {"form_token": token, "title": "New", "locale": locale, "id": "new"}
        assert client.post("/edit/new", data=data).status_code == status


def test_an_article_is_moved_into_no_category_that_is_anothers(client_of, sessions):
    client = client_of("writer on payment, reader")
    fields = {"form_token": form_token(client), "title": "x", "body": "y", "base": "1"}
    for category, status in (("account", 403), ("pay/lost", 303)):
        sent = client.post(address("text", "pay-en"), data=fields | {"category": category})
        assert sent.status_code == status, category


def test_conflicts_and_sources_of_others_are_not_shown(client_of, sessions):
    client = client_of("writer of Korean")
    with sessions() as session:
        kept = {}
        for name in ("pay-en", "pay-ko"):
            article = session.scalar(select(Article).where(Article.article_id == name))
            conflict = Conflict(
                article_pk=article.id,
                kind="draft",
                base_revision=None,
                site_revision=1,
                other_revision=1,
                opened_at=utc_now(),
            )
            session.add(conflict)
            session.flush()
            kept[name] = conflict.id
        session.commit()
    listed = client.get("/edit/conflicts").text
    assert ("Title of pay-ko" in listed, "Title of pay-en" in listed) == (True, False)
    assert client.get(f"/edit/conflicts/{kept['pay-en']}").status_code == 403
    assert client.get(f"/edit/conflicts/{kept['pay-ko']}").status_code == 200


def test_a_translator_sees_the_original_only_where_they_may_read_it(client_of, sessions):
    client = client_of("writer of Korean")
    with sessions() as session:
        source = "---\ntitle: 제목\ncategory: pay\n---\n글.\n"
        save_draft(session, SYSTEM, ArticleName("pay-en", "ko"), source=source, base=None)
    page = "/edit/text/ko/pay-en?beside=en"
    assert "Text of pay-en" not in client.get(page).text
    with sessions() as session:
        user = find_user(session, "publisher@example.com")
        add_grant(session, user, "reader", actor=COMMAND_LINE)
    assert "Text of pay-en" in client.get(page).text


def test_the_account_page_says_where_the_role_counts(client_of):
    page = client_of("publisher of English on payment, writer of English").get("/account").text
    assert re.search(r"Publisher: pay · <span lang=\"en\">English", page)
    assert re.search(r"Writer: all categories · <span lang=\"en\">English", page)


def test_advice_names_no_article_that_one_may_not_read(articles, sessions, sign_in_as, index):
    index.hits = [make_hit(name, title=f"Title of {name}", score=0.99) for name in PLACES]
    with sessions() as session:
        for name in ("pay-en", "account-en"):
            publish(session, SYSTEM, ArticleName(name, "en"))
        near = ArticleName("near", "en")
        source = "---\ntitle: Title of\ncategory: pay\n---\nText.\n"
        save_draft(session, SYSTEM, near, source=source, base=None)
    client = sign_in_as("publisher")
    shown = client.get("/edit/text/en/near").text
    assert ("Title of pay-en" in shown, "Title of account-en" in shown) == (True, True)
    with sessions() as session:
        user = find_user(session, "publisher@example.com")
        add_grant(session, user, "writer", category="pay", actor=COMMAND_LINE)
    shown = client.get("/edit/text/en/near").text
    assert ("Title of pay-en" in shown, "Title of account-en" in shown) == (True, False)
