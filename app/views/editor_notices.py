"""Notices at the editors' desk: which there are, new ones, ended ones."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor
from app.editor.notice_form import NoticeForm, announce, list_by_state, withdraw
from app.models import NOTICE_KINDS
from app.notices import show
from app.problems import BadRequestData, FieldProblem
from app.views.editor_scope import read_moment
from app.views.scope import database, now, settings, spoken_locale
from app.views.staff import current_user, required_role, staff_page


@required_role("reader")
def notices() -> Response:
    """Every notice in force and planned, the latest that are over, and the form for another."""
    return _show(NoticeForm())


@required_role("publisher")
def create_notice() -> AnyResponse:
    """Announce what the form says, or show it again with what is wrong."""
    form = _read_form()
    actor = Actor.of(current_user())
    try:
        announce(database(), form, actor=actor, now=now(), read_moment=read_moment)
    except BadRequestData as error:
        return _show(form, 422, error.problems)
    return redirect(url_for("editor.notices", done="add"), 303)


@required_role("publisher")
def end_one_notice(notice_id: str) -> AnyResponse:
    """End a notice now."""
    withdraw(database(), notice_id, actor=Actor.of(current_user()), now=now())
    return redirect(url_for("editor.notices", done="end"), 303)


def _read_form() -> NoticeForm:
    given, tags = request.form, settings().locales
    return NoticeForm(
        kind=given.get("kind", ""),
        titles={tag: given.get(f"title-{tag}", "") for tag in tags},
        bodies={tag: given.get(f"body-{tag}", "") for tag in tags},
        starts_at=given.get("starts_at", ""),
        ends_at=given.get("ends_at", ""),
        pages=given.get("pages", ""),
        phrases=given.get("phrases", ""),
        locales=given.getlist("locales"),
        products=given.getlist("products"),
    )


def _show(form: NoticeForm, status: int = 200, problems: tuple[FieldProblem, ...] = ()) -> Response:
    # A fault in one of several values of a field is the field's.
    faults = {
        problem.field.replace("texts.", "title-").split(".")[0]: problem for problem in problems
    }
    return staff_page(
        "editor_notices.html",
        status,
        form=form,
        kinds=NOTICE_KINDS,
        lists=list_by_state(database(), now()),
        shown=lambda notice: show(notice, spoken_locale()),
        faults=faults,
    )
