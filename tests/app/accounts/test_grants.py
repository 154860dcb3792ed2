"""Roles by category and language: what a grant covers, in memory and in the database."""

import itertools

import pytest
from sqlalchemy import select

from app.accounts.api_tokens import ScopeMissing, TokenWish, make_token, scopes_for, use_token
from app.accounts.audit import COMMAND_LINE, list_deeds
from app.accounts.grants import (
    BadGrant,
    GrantNotFound,
    add_grant,
    grants_of,
    is_narrowed,
    list_grants,
    remove_grant,
)
from app.accounts.users import add_user, set_role
from app.editing.actors import ACTIONS, Actor, Grant, Place, is_allowed
from app.editing.covering import covered, locales_for, may_somewhere
from app.editor.people import actor_of
from app.models import Article, utc_now
from tests.help_center import make_article

CATEGORIES = ("", "pay", "pay/cards", "pay/cards/lost", "pa", "payment", "account")
LOCALES = ("en", "ko", "zh", "zh-Hant")


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


@pytest.fixture
def user(session):
    return make_user(session, "publisher")


def make_user(session, role, email="lee@example.com"):
    return add_user(session, email=email, name="", role=role, password=None, actor=COMMAND_LINE)


def grant(session, user, role, category="", locale=""):
    return add_grant(session, user, role, category=category, locale=locale, actor=COMMAND_LINE)


def test_a_role_counts_everywhere_until_there_is_a_grant(session, user):
    assert grants_of(session, user) == (Grant("publisher"),)
    made = grant(session, user, "writer", "pay", "ko")
    assert grants_of(session, user) == (Grant("writer", frozenset({"pay"}), frozenset({"ko"})),)
    remove_grant(session, made.id, actor=COMMAND_LINE)
    assert grants_of(session, user) == (Grant("publisher"),)


def test_no_grant_gives_more_than_the_role(session, user):
    grant(session, user, "publisher", locale="ko")
    set_role(session, user, "writer", actor=COMMAND_LINE)
    assert grants_of(session, user) == (Grant("writer", locales=frozenset({"ko"})),)
    with pytest.raises(BadGrant, match="lesser"):
        grant(session, user, "reviewer", locale="ja")


@pytest.mark.parametrize("role", ["admin", "owner"])
def test_administrators_are_never_narrowed(session, user, role):
    grant(session, user, "reader", locale="ko")
    set_role(session, user, role, actor=COMMAND_LINE)
    assert grants_of(session, user) == (Grant(role),)
    with pytest.raises(BadGrant, match="everywhere"):
        grant(session, user, "reader")


@pytest.mark.parametrize(
    ("role", "category", "locale"),
    [
        ("king", "", ""),
        ("admin", "", ""),
        ("writer", "Pay & Cards", ""),
        ("writer", "pay/", ""),
        ("writer", "", "klingon language"),
    ],
)
def test_what_is_no_place_or_role_is_refused(session, user, role, category, locale):
    with pytest.raises(BadGrant):
        grant(session, user, role, category, locale)
    assert list_grants(session) == []


def test_the_same_grant_twice_is_one_and_each_is_in_the_log(session, user):
    first, again = (grant(session, user, "writer", "pay", "zh-hant") for _ in range(2))
    assert (first.id, first.locale) == (again.id, "zh-Hant")
    remove_grant(session, first.id, actor=COMMAND_LINE)
    with pytest.raises(GrantNotFound):
        remove_grant(session, first.id, actor=COMMAND_LINE)
    deeds = list_deeds(session, subject=f"user:{user.id}")
    assert [deed.action for deed in deeds] == ["user.ungrant", "user.grant", "user.add"]
    assert deeds[0].details == {"role": "writer", "category": "pay", "locale": "zh-Hant"}


def test_lists_hold_what_the_permission_says(session):
    """The condition of the database and `is_allowed`: the same for each grant, place and action."""
    places = list(itertools.product(CATEGORIES, LOCALES))
    session.add_all(
        make_article(f"a{number}", locale, category=category)
        for number, (category, locale) in enumerate(places)
    )
    session.commit()
    mine = select(Article).where(Article.article_id.startswith("a"))
    mine = mine.where(Article.article_id.in_([f"a{number}" for number in range(len(places))]))
    kinds = [(), ("pay",), ("pay/cards", "account")], [(), ("ko",), ("zh", "en")]
    for role, categories, locales in itertools.product(("reader", "writer"), *kinds):
        grants = (
            Grant(role, frozenset(categories), frozenset(locales)),
            Grant("reader", frozenset({"pa"})),
        )
        actor = Actor("Lee", grants=grants)
        for action in ("read", "write", "publish"):
            found = session.scalars(mine.where(covered(actor, action)))
            assert {(each.category, each.locale) for each in found} == {
                place for place in places if is_allowed(actor, action, Place(*place))
            }


def test_nobody_without_a_grant_sees_anything(session):
    assert session.scalars(select(Article).where(covered(Actor("Lee"), "read"))).all() == []


def test_what_may_be_done_anywhere_is_offered_somewhere():
    actor = Actor("Lee", grants=(Grant("reader"), Grant("writer", locales=frozenset({"ko"}))))
    assert [each for each in ACTIONS if may_somewhere(actor, each)] == [
        action for action in ACTIONS if is_allowed(actor, action, Place("", "ko"))
    ]
    assert locales_for(actor, "read", LOCALES) == list(LOCALES)
    assert locales_for(actor, "write", LOCALES) == ["ko"]
    assert locales_for(actor, "publish", LOCALES) == []


def test_an_actor_has_the_grants_of_the_account(session, user):
    grant(session, user, "writer", locale="ko")
    actor = actor_of(session, user)
    assert is_allowed(actor, "write", Place("pay", "ko"))
    assert not is_allowed(actor, "publish", Place("pay", "ko"))
    assert not is_allowed(actor, "read", Place("pay", "en"))


def test_a_narrowed_account_has_no_token_for_every_article(session, user):
    wish, now = TokenWish("bot", ("articles:read",), 7), utc_now()
    text, _ = make_token(session, user, wish, actor=COMMAND_LINE, now=now)
    use_token(session, text, "articles:read", now=now)
    grant(session, user, "writer", locale="ko")
    assert is_narrowed(session, user)
    assert "articles:read" not in scopes_for(session, user)
    with pytest.raises(ScopeMissing):
        use_token(session, text, "articles:read", now=now)
    grant(session, user, "reader")
    assert not is_narrowed(session, user)
    use_token(session, text, "articles:read", now=now)
