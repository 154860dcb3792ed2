"""Where roles count, by category and language: seen, added and taken back by administrators."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.accounts.grants import (
    BadGrant,
    GrantNotFound,
    add_grant,
    empty_categories,
    list_grants,
    remove_grant,
)
from app.accounts.users import BadUser, UserNotFound, find_user, list_users, may_act_as
from app.editor.listing import list_choices
from app.models import User, UserGrant
from app.sign_in_settings import LIMITABLE
from app.views.scope import database, settings
from app.views.staff import current_user, required_role, staff_page


@required_role("admin")
def grants() -> Response:
    """Every account whose role can be limited, and where it counts."""
    return _page()


@required_role("admin")
def add() -> AnyResponse:
    """Let a role count in a category and a language."""
    actor = Actor.of(current_user())
    given = {name: request.form.get(name, "").strip() for name in ("role", "category", "locale")}
    try:
        user = find_user(database(), request.form.get("account", ""))
        database().rollback()  # or the writers' turn could not be taken from the start
        grant = add_grant(database(), user, given.pop("role"), **given, actor=actor)
    except (BadUser, UserNotFound):
        return _page("no-account")
    except BadGrant as error:
        return _page(error.reason)
    done = "add-empty" if empty_categories(database(), [grant.category]) else "add"
    return redirect(url_for("accounts.grants", done=done), 303)


@required_role("admin")
def remove(number: int) -> AnyResponse:
    """Take a grant away; one that is gone already is no fault of who presses twice."""
    with suppress(GrantNotFound):
        remove_grant(database(), number, actor=Actor.of(current_user()))
    return redirect(url_for("accounts.grants", done="remove"), 303)


def _page(fault: str = "") -> Response:
    given: dict[int, list[UserGrant]] = {}
    rows = list_grants(database())
    for grant, owner in rows:
        given.setdefault(owner.id, []).append(grant)
    choices = list_choices(database())
    return staff_page(
        "grants.html",
        422 if fault else 200,
        accounts=[(each, given.get(each.id, [])) for each in _limitable()],
        roles=LIMITABLE,
        empty=empty_categories(database(), (grant.category for grant, _ in rows)),
        categories=choices.categories,
        locales=sorted({*settings().locales, *choices.locales}),
        fault=fault,
        done=request.args.get("done", ""),
        chosen=request.form if fault else {},
    )


def _limitable() -> list[User]:
    return [
        user
        for user in list_users(database())
        if user.disabled_at is None and not may_act_as(user.role, "admin")
    ]
