"""API tokens on the account page: made, shown once, listed, revoked."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.api_tokens import (
    LIFETIMES,
    LONGEST_NAME,
    BadToken,
    TokenWish,
    list_tokens,
    make_token,
    revoke_token,
    scopes_for,
)
from app.accounts.audit import Actor
from app.accounts.users import UserNotFound, find_user, list_users, may_act_as
from app.models import User
from app.views.scope import database, now
from app.views.staff import RoleMissing, current_user, may, required_role, staff_page


@required_role("reader")
def api_tokens() -> Response:
    """One's own tokens; administrators see everybody's."""
    return _page()


@required_role("reader")
def make() -> Response:
    """Make a token and show it, this once."""
    try:
        days = request.form.get("days", "")
        wish = TokenWish(
            name=request.form.get("name", ""),
            scopes=tuple(request.form.getlist("scope")),
            days=int(days) if days.isdecimal() and len(days) < 5 else 0,
        )
        actor = Actor.of(current_user())
        text, _ = make_token(database(), _chosen_user(), wish, actor=actor, now=now())
    except BadToken as error:
        return _page(fault=error.code)
    return _page(made=text)


@required_role("reader")
def revoke(number: int) -> AnyResponse:
    """End a token at once."""
    user = current_user()
    owner = None if may("admin") else user
    revoke_token(database(), number, actor=Actor.of(user), owner=owner)
    return redirect(url_for("accounts.api_tokens"), 303)


def _chosen_user() -> User:
    """For whom a token is to act: oneself, or for administrators whoever may no more than they."""
    mine, email = current_user(), request.form.get("account", "")
    if not email or email == mine.email:
        return mine
    try:
        user = find_user(database(), email)
    except UserNotFound:
        raise BadToken("There is no such account.") from None
    if not may("admin") or not may_act_as(mine.role, user.role) or user.disabled_at is not None:
        raise RoleMissing("You may not make tokens for this account.")
    return user


def _page(fault: str = "", made: str = "") -> Response:
    user = current_user()
    others = []
    if may("admin"):
        others = [each for each in list_users(database()) if _may_stand_for(user, each)]
    return staff_page(
        "api_tokens.html",
        422 if fault else 200,
        tokens=list_tokens(database(), None if may("admin") else user),
        scopes=scopes_for(database(), user),
        others=others,
        lifetimes=LIFETIMES,
        longest=LONGEST_NAME,
        present=now(),
        fault=fault,
        made=made,
        chosen=request.form if fault else {},
    )


def _may_stand_for(user: User, other: User) -> bool:
    active = other.disabled_at is None and other.id != user.id
    return active and may_act_as(user.role, other.role)
