"""The page that says where roles count: what it shows, takes, refuses and records."""

import pytest

from app.accounts.audit import COMMAND_LINE, list_deeds
from app.accounts.grants import add_grant, follow_groups, list_grants
from app.accounts.users import add_user, disable_user
from app.languages import INTERFACE_LOCALES
from app.models import utc_now
from tests.staff_fixtures import form_token
from tests.store_helpers import publish_source

PAGE = "/account/grants"


@pytest.fixture
def lee(sessions):
    with sessions() as session:
        return add_account(session, "lee@example.com", "reviewer")


def add_account(session, email, role):
    return add_user(session, email=email, name="", role=role, password=None, actor=COMMAND_LINE)


@pytest.fixture
def admin(sign_in_as, lee):
    return sign_in_as("admin")


def add(client, **given):
    form = {"account": "lee@example.com", "role": "writer", "category": "", "locale": ""}
    return client.post(PAGE, data=form | given | {"form_token": form_token(client)})


def kept(sessions):
    with sessions() as session:
        return [(grant.role, grant.category, grant.locale) for grant, _ in list_grants(session)]


def test_a_limit_is_added_seen_recorded_and_taken_back(admin, sessions, lee):
    page = admin.get(PAGE).text
    assert "lee@example.com · Reviewer · everywhere" in page
    added = add(admin, category="payment", locale="ko")
    assert (added.status_code, added.headers["Location"]) == (303, f"{PAGE}?done=add")
    assert kept(sessions) == [("writer", "payment", "ko")]
    page = admin.get(added.headers["Location"]).text
    assert 'Writer: payment · <span lang="ko">한국어</span>' in page
    assert "everywhere</p>" not in page
    removing = f"{PAGE}/1/remove"
    assert f'action="{removing}"' in page
    for _ in range(2):
        removed = admin.post(removing, data={"form_token": form_token(admin)})
        assert removed.headers["Location"] == f"{PAGE}?done=remove"
    assert kept(sessions) == []
    with sessions() as session:
        deeds = list_deeds(session, subject=f"user:{lee.id}")[:2]
        place = {"role": "writer", "category": "payment", "locale": "ko"}
        assert [(deed.action, deed.actor, deed.details) for deed in deeds] == [
            ("user.ungrant", "admin@example.com", place),
            ("user.grant", "admin@example.com", place),
        ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": "publisher"}, "more than the account may do"),
        ({"role": "admin"}, "more than the account may do"),
        ({"role": "king"}, "more than the account may do"),
        ({"category": "Not a path!"}, "as it stands in its address"),
        ({"locale": "no such language"}, "one of the languages"),
        ({"account": "nobody@example.com"}, "Choose an account"),
        ({"account": ""}, "Choose an account"),
        ({"account": "admin@example.com"}, "Choose an account"),
    ],
)
def test_what_cannot_be_a_limit_is_refused_with_the_reason_and_kept_in_the_form(
    admin, sessions, given, words
):
    response = add(admin, **{"category": "pay", **given})
    assert response.status_code == 422
    assert words in response.text
    assert f'value="{given.get("category", "pay")}"' in response.text
    assert kept(sessions) == []


def test_who_cannot_be_limited_is_not_offered(admin, sessions, lee):
    with sessions() as session:
        add_account(session, "boss@example.com", "owner")
        gone = add_account(session, "gone@example.com", "writer")
        disable_user(session, gone, actor=COMMAND_LINE, now=utc_now())
    page = admin.get(PAGE).text
    assert "lee@example.com" in page
    assert "boss@example.com" not in page
    assert "gone@example.com" not in page


def test_what_groups_give_is_shown_and_cannot_be_taken_back_here(admin, sessions, lee):
    with sessions() as session:
        follow_groups(session, session.merge(lee), {("reader", "", "ja")}, actor=COMMAND_LINE)
        session.commit()
    page = admin.get(PAGE).text
    assert "by a group at the organisation" in page
    assert "/remove" not in page


def test_the_account_page_leads_there_for_administrators_only(admin, sign_in_as):
    assert f'href="{PAGE}"' in admin.get("/account").text
    assert PAGE not in sign_in_as("publisher").get("/account").text


def test_a_category_without_articles_is_taken_and_said_to_be_empty(admin, sessions, lee):
    words = "No article stands in this category yet."
    with sessions() as session:
        publish_source(
            session, article_id="card", locale="en", source="---\ncategory: pay/cards\n---\n# C\n"
        )
    full = add(admin, category="pay")
    assert full.headers["Location"] == f"{PAGE}?done=add"
    assert words not in admin.get(full.headers["Location"]).text
    mistyped = add(admin, category="pya")
    assert mistyped.headers["Location"] == f"{PAGE}?done=add-empty"
    assert kept(sessions) == [("writer", "pay", ""), ("writer", "pya", "")]
    page = admin.get(PAGE).text
    assert page.count(words) == 1
    assert page.index(words) > page.index("pya")
    assert admin.get(mistyped.headers["Location"]).text.count(words) == 2


@pytest.mark.parametrize("locale", INTERFACE_LOCALES)
def test_the_page_speaks_every_language(admin, sessions, lee, locale):
    with sessions() as session:
        user = session.merge(lee)
        add_grant(session, user, "reader", category="pay", locale="ja", actor=COMMAND_LINE)
    page = admin.get(f"{PAGE}?lang={locale}").text
    assert "日本語" in page
    for words in ("Add the limit", "No article stands in this category yet."):
        assert (words in page) == (locale == "en")
