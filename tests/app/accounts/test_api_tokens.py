"""API tokens: made once, used within their scopes, their time, and the role of their account."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.api_tokens import (
    MOST_TOKENS,
    PREFIX,
    PROVIDED_FOR,
    SCOPES,
    BadToken,
    ScopeMissing,
    TokenNotFound,
    TokenRefused,
    TokenWish,
    list_tokens,
    make_token,
    revoke_token,
    scopes_for,
    use_token,
)
from app.accounts.audit import COMMAND_LINE, Actor, list_deeds
from app.accounts.users import add_user, disable_user, enable_user, set_role
from app.models import ROLES, ApiToken, Identity

NOW = datetime(2026, 5, 4, 22, 0, tzinfo=UTC)
READ = TokenWish("bot", ("articles:read",), 30)


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


def make_user(session, role="publisher", email="kim@example.com"):
    return add_user(session, email=email, name="", role=role, password=None, actor=COMMAND_LINE)


def make(session, user, wish=READ):
    return make_token(session, user, wish, actor=Actor.of(user), now=NOW)


@pytest.mark.parametrize("role", ROLES)
def test_a_token_may_be_for_what_its_account_may(session, role):
    user = make_user(session, role)
    for scope, least in SCOPES.items():
        allowed = ROLES.index(role) >= ROLES.index(least)
        assert (scope in scopes_for(session, user)) is allowed
        if allowed:
            text, _ = make(session, user, TokenWish(scope, (scope,), 7))
            assert use_token(session, text, scope, now=NOW).id == user.id
        else:
            with pytest.raises(BadToken):
                make(session, user, TokenWish(scope, (scope,), 7))


@pytest.mark.parametrize("asked", SCOPES)
def test_a_token_is_good_for_its_scopes_alone(session, asked):
    user = make_user(session, "owner")
    others = tuple(scope for scope in SCOPES if scope != asked)
    text, _ = make(session, user, TokenWish("all but one", others, 7))
    with pytest.raises(ScopeMissing):
        use_token(session, text, asked, now=NOW)
    for scope in others:
        use_token(session, text, scope, now=NOW)


@pytest.mark.parametrize(
    "wish",
    [
        TokenWish("", ("articles:read",), 30),
        TokenWish(" \t ", ("articles:read",), 30),
        TokenWish("bot", (), 30),
        TokenWish("bot", ("articles:read", "everything"), 30),
        TokenWish("bot", ("articles:read",), 0),
        TokenWish("bot", ("articles:read",), 100_000),
    ],
)
def test_no_token_is_made_of_what_says_too_little_or_wants_too_much(session, wish):
    user = make_user(session)
    with pytest.raises(BadToken):
        make(session, user, wish)
    assert list_tokens(session) == []


def test_the_database_holds_no_token(session):
    text, token = make(session, make_user(session))
    assert text.startswith(PREFIX)
    assert text not in str(vars(session.query(ApiToken).one()))
    assert len(token.token_hash) == 64
    assert text not in str([(deed.subject, deed.details) for deed in list_deeds(session)])


def test_a_token_ends_with_its_time(session):
    text, token = make(session, make_user(session))
    assert token.expires_at == NOW + timedelta(days=30)
    use_token(session, text, "articles:read", now=token.expires_at - timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        use_token(session, text, "articles:read", now=token.expires_at)


def test_a_token_loses_what_its_account_loses(session):
    user = make_user(session, "publisher")
    text, _ = make(session, user, TokenWish("bot", ("articles:read", "notices:write"), 30))
    set_role(session, user, "writer", actor=COMMAND_LINE)
    with pytest.raises(ScopeMissing):
        use_token(session, text, "notices:write", now=NOW)
    use_token(session, text, "articles:read", now=NOW)


def test_a_disabled_account_has_no_tokens_any_more(session):
    user = make_user(session)
    text, _ = make(session, user)
    disable_user(session, user, actor=COMMAND_LINE, now=NOW)
    enable_user(session, user, actor=COMMAND_LINE)
    with pytest.raises(TokenRefused):
        use_token(session, text, "articles:read", now=NOW)
    assert list_tokens(session) == []


def test_a_token_ends_when_it_is_revoked_and_only_ones_own_is(session):
    kim, lee = make_user(session), make_user(session, "reader", "lee@example.com")
    text, token = make(session, kim)
    with pytest.raises(TokenNotFound):
        revoke_token(session, token.id, actor=Actor.of(lee), owner=lee)
    use_token(session, text, "articles:read", now=NOW)
    revoke_token(session, token.id, actor=Actor.of(kim), owner=kim)
    with pytest.raises(TokenRefused):
        use_token(session, text, "articles:read", now=NOW)
    with pytest.raises(TokenNotFound):
        revoke_token(session, token.id, actor=COMMAND_LINE)
    actions = [deed.action for deed in list_deeds(session)]
    assert actions[:2] == ["token.revoke", "token.make"]


def test_only_the_day_of_the_last_use_is_kept(session):
    text, token = make(session, make_user(session))
    assert token.last_used_on is None
    for hours, day in ((0, 4), (1, 4), (3, 5)):
        use_token(session, text, "articles:read", now=NOW + timedelta(hours=hours))
        assert session.query(ApiToken.last_used_on).scalar().day == day


def test_an_account_has_a_bounded_number_of_tokens(session):
    user = make_user(session)
    tokens = [make(session, user)[1] for _ in range(MOST_TOKENS)]
    with pytest.raises(BadToken):
        make(session, user)
    revoke_token(session, tokens[0].id, actor=COMMAND_LINE)
    make(session, user)


def test_the_list_is_of_one_account_or_of_all(session):
    kim, lee = make_user(session), make_user(session, "reader", "lee@example.com")
    make(session, kim)
    make(session, lee)
    assert [user.email for _, user in list_tokens(session)] == ["lee@example.com", kim.email]
    assert [user.email for _, user in list_tokens(session, kim)] == [kim.email]


@pytest.mark.parametrize("text", ["", PREFIX, "guess", PREFIX + "x" * 5000])
def test_what_is_no_token_is_refused(session, text):
    make(session, make_user(session))
    with pytest.raises(TokenRefused):
        use_token(session, text, "articles:read", now=NOW)


def test_tokens_end_with_whom_the_organisations_provider_sees_no_more(session):
    user = make_user(session)
    text, _ = make(session, user, TokenWish("bot", ("articles:read",), 365))

    def works(after):
        try:
            return use_token(session, text, "articles:read", now=NOW + after).id == user.id
        except TokenRefused:
            return False

    assert works(2 * PROVIDED_FOR)  # an account with a password
    session.add(Identity(issuer="https://login.example.com", subject="kim", user_id=user.id))
    session.commit()
    assert not works(timedelta())  # never seen
    user.signed_in_at = NOW
    session.commit()
    assert works(PROVIDED_FOR)
    assert not works(PROVIDED_FOR + timedelta(seconds=1))
    user.signed_in_at = NOW + 2 * PROVIDED_FOR
    session.commit()
    assert works(2 * PROVIDED_FOR)
