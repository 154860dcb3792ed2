"""What is done with an article beside writing it: review, publication, its life, its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from flask import Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.differences import Row, around_changes, count_changes, to_inline
from app.editing.actors import Actor, is_allowed
from app.editing.conflicts import (
    find_conflict,
    list_conflicts,
    name_of,
    resolve_conflict,
    texts_of,
)
from app.editing.drafts import discard_draft, working_text
from app.editing.lifecycle import (
    archive,
    delete_article,
    rename,
    restore_revision,
    take_out_of_archive,
    undelete,
)
from app.editing.publication import publish, unpublish
from app.editing.reviewing import (
    BadPassage,
    Remark,
    approve,
    comment,
    resolve_comment,
    send_back,
    submit_for_review,
)
from app.editing.revisions import compare_revisions, list_revisions
from app.editing.scheduling import BadSchedule, schedule
from app.editing.transaction import ArticleName, place_of
from app.editor.article_form import read_form
from app.editor.merging import choose_texts
from app.editor.records import list_record
from app.errors import KotaeError
from app.freshness.worklist import mark_reviewed
from app.problems import BadAddress
from app.views.editor_scope import acting, desk, posted_number, read_moment, text_url
from app.views.editor_text import read_choices, show_text
from app.views.scope import database
from app.views.staff import required_role, staff_page

_Step = Callable[[Session, Actor, ArticleName], object]


@required_role("reader")
def take_step(locale: str, article_id: str) -> AnyResponse:
    """Do what a button of the workflow says; each step asks for the role that it needs."""
    name, do = ArticleName(article_id, locale), request.form.get("do", "")
    step = _STEPS.get(do)
    if step is None:
        raise BadAddress("There is no such step.")
    try:
        step(*desk(), name)
    except KotaeError as error:
        head = working_text(*desk(), name)
        return show_text(name, read_form(head.source), head.revision, fault=error)
    return redirect(text_url(name, done=do), 303)


@required_role("publisher")
def rename_article(article_id: str) -> AnyResponse:
    """Give an article another id in every language; old addresses lead to it."""
    locale = request.form.get("locale", "")
    new_id = request.form.get("new_id", "").strip()
    try:
        rename(*desk(), article_id, new_id)
    except KotaeError as error:
        name = ArticleName(article_id, locale)
        head = working_text(*desk(), name)
        return show_text(name, read_form(head.source), head.revision, fault=error)
    return redirect(text_url(ArticleName(new_id, locale), done="rename"), 303)


@required_role("reader")
def history(locale: str, article_id: str) -> Response:
    """Every revision, two of them compared, and what was done."""
    name = ArticleName(article_id, locale)
    head = working_text(*desk(), name)
    revisions = list_revisions(database(), name)
    old, new = _number("old"), _number("new")
    if old is None and len(revisions) > 1:
        old, new = revisions[1].number, revisions[0].number
    rows: tuple[Row, ...] = ()
    if old is not None and new is not None:
        rows = compare_revisions(database(), name, old, new)
    view, whole = request.args.get("view"), request.args.get("lines") == "all"
    lines = to_inline(rows)
    return staff_page(
        "editor_history.html",
        name=name,
        article=head.article,
        head=head.revision,
        revisions=revisions,
        old=old,
        new=new,
        rows=rows if whole else around_changes(rows),
        lines=lines if whole else around_changes(lines),
        view=view if view in {"inline", "sides"} else None,
        whole=whole,
        may_write=is_allowed(acting(), "write", place_of(head.article)),
        counted=count_changes(rows),
        deeds=list_record(database(), name, limit=60),
    )


@required_role("writer")
def restore(locale: str, article_id: str) -> AnyResponse:
    """Make an old revision's text the newest draft."""
    name = ArticleName(article_id, locale)
    number, base = posted_number("number"), posted_number("base")
    restore_revision(*desk(), name, number=number, base=base)
    return redirect(text_url(name, done="restore"), 303)


@required_role("reader")
def conflicts() -> Response:
    """All that wait for somebody to bring two texts together."""
    return staff_page("editor_conflicts.html", conflicts=list_conflicts(database(), acting()))


@required_role("writer")
def conflict_form(number: int) -> Response:
    """Both texts of a conflict between a draft or a folder and what is shown."""
    return _show_conflict(number)


@required_role("writer")
def resolve(number: int) -> AnyResponse:
    """Put what was chosen in the place of both."""
    conflict = find_conflict(database(), number, acting())
    name = name_of(conflict.article)
    texts = texts_of(database(), conflict)
    source = choose_texts(texts, read_choices())
    shown, other = posted_number("shown"), posted_number("other")
    try:
        resolve_conflict(*desk(), number, source=source, site_revision=shown, other_revision=other)
    except KotaeError as error:
        return _show_conflict(number, error)
    return redirect(text_url(name, done="resolve"), 303)


def _show_conflict(number: int, fault: KotaeError | None = None) -> Response:
    session, actor = desk()
    conflict = find_conflict(session, number, actor)
    return staff_page(
        "editor_merge.html",
        fault.status if fault else 200,
        name=name_of(conflict.article),
        title=conflict.article.title,
        texts=texts_of(session, conflict),
        conflict=conflict,
        fault=fault,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _note() -> str:
    return request.form.get("note", "").strip()[:2000]


def _schedule(session: Session, actor: Actor, name: ArticleName) -> object:
    try:
        starts = read_moment(request.form.get("publish_at", ""))
        ends = read_moment(request.form.get("expires_at", ""))
    except ValueError:
        raise BadSchedule("A time looks like 2026-03-01T09:00.") from None
    seen = posted_number("base")
    return schedule(session, actor, name, publish_at=starts, expires_at=ends, revision=seen)


def _mark_reviewed(session: Session, actor: Actor, name: ArticleName) -> object:
    try:
        given = request.form.get("next_review", "").strip()
        due = date.fromisoformat(given) if given else None
    except ValueError:
        raise BadSchedule("A date looks like 2026-03-01.") from None
    return mark_reviewed(session, actor, name, next_review=due, note=_note())


def _comment(session: Session, actor: Actor, name: ArticleName) -> object:
    body = request.form.get("body", "").strip()[:4000]
    quote = request.form.get("quote", "").strip().replace("\r\n", "\n")[:1000]
    if not body:
        raise BadPassage("Say what is to be done.")
    source = working_text(session, actor, name).source
    start = source.find(quote)
    if start < 0 and "\r\n" in source:
        quote = quote.replace("\n", "\r\n")
        start = source.find(quote)
    if start < 0:
        raise BadPassage("The text does not have these words; copy them from it.")
    session.rollback()
    remark = Remark(body, quote, start if quote else 0)
    return comment(session, actor, name, revision=posted_number("base"), remark=remark)


def _resolve_comment(session: Session, actor: Actor, _name: ArticleName) -> object:
    return resolve_comment(session, actor, posted_number("comment"))


_STEPS: Mapping[str, _Step] = MappingProxyType(
    {
        "submit": lambda *who: submit_for_review(*who, note=_note()),
        "approve": lambda *who: approve(*who, revision=posted_number("base"), note=_note()),
        "reviewed": _mark_reviewed,
        "send-back": lambda *who: send_back(*who, revision=posted_number("base"), note=_note()),
        "comment": _comment,
        "resolve-comment": _resolve_comment,
        "publish": lambda *who: publish(*who, revision=posted_number("base"), note=_note()),
        "schedule": _schedule,
        "unpublish": lambda *who: unpublish(*who, note=_note()),
        "discard": discard_draft,
        "archive": archive,
        "unarchive": take_out_of_archive,
        "delete": delete_article,
        "undelete": undelete,
    }
)
