"""A text sent from a page whose session had ended: shown again, so that none is lost by it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request

from app import problems
from app.editing.transaction import ArticleName
from app.editor.article_form import read_posted
from app.errors import KotaeError
from app.views.editor_form import typed_in_step
from app.views.editor_scope import posted_number
from app.views.editor_text import show_refused_step, show_text
from app.views.failures import respond
from app.views.staff import FormExpired, SignInNeeded, staff_page

_KEPT = ("base", "beside", "taken_up", "kept", "sent", "note")


def keep_expired_forms(editor: Blueprint) -> None:
    """Answer a save after the session ended with the text that was sent, not only with a refusal.

    Pages without the editor's script need it: their browser gives a form back by its memory alone,
    and pages of staff are kept in none.
    """
    editor.register_error_handler(FormExpired, _show_again)
    editor.register_error_handler(SignInNeeded, _hold)


def _show_again(error: FormExpired) -> Response:
    """Whoever sent it is signed in again: the editor's page, with a token of today's session."""
    if not (request.endpoint == "editor.save_text" or _is_worded_step()):
        return respond(problems.from_domain(error))
    name = ArticleName(**(request.view_args or {}))
    try:
        if request.endpoint == "editor.take_step":
            return show_refused_step(name, error)
        form, base = read_posted(request.form), posted_number("base")
        taken_up = request.form.get("taken_up", "")
        return show_text(name, form, base, fault=error, taken_up=bool(taken_up))
    except KotaeError:
        return respond(problems.from_domain(error))


def _hold(error: SignInNeeded) -> Response:
    """Nobody is signed in: a page that holds the text and can send it again."""
    if _is_worded_step():
        sent = {name: request.form.get(name, "") for name in ("do", "base")}
        return staff_page(
            "editor_step_waiting.html", error.status, sent=sent, typed=typed_in_step()
        )
    if request.endpoint != "editor.save_text":
        return respond(problems.from_domain(error))
    sent = asdict(read_posted(request.form)) | {name: request.form.get(name, "") for name in _KEPT}
    return staff_page("editor_waiting.html", error.status, sent=sent)


def _is_worded_step() -> bool:
    """Whether a remark or an answer to the writer was sent."""
    if request.endpoint != "editor.take_step":
        return False
    typed = typed_in_step()
    return bool(typed.answer or typed.quote or typed.remark)
