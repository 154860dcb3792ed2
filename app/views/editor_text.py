"""The page on which an article is written: opened, previewed, kept while typing, saved, merged."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.tokens import new_token
from app.article_page import size_pictures
from app.editing.conflicts import EditConflict
from app.editing.drafts import (
    KeptElsewhere,
    find_unsaved,
    forget_unsaved,
    keep_unsaved,
    mark_text,
    save_draft,
    working_text,
)
from app.editing.publication import MergedUnseen, publish_text
from app.editing.reviewing import submit_for_review
from app.editing.revisions import read_revision
from app.editing.transaction import ArticleName
from app.editor.article_form import ArticleForm, read_form, read_posted, with_picture
from app.editor.listing import list_choices
from app.editor.merging import changes_in, choose_texts, span_of, waiting_merge
from app.editor.previewing import Preview, preview_source
from app.editor.standing import standing_of
from app.editor.translations import source_for
from app.errors import KotaeError
from app.freshness.evidence import find_usual_rate
from app.freshness.signs import Sign
from app.freshness.worklist import signs_of
from app.models import Article
from app.views.editor_advice import advice_on
from app.views.editor_form import held, posted_source
from app.views.editor_pictures import take_picture
from app.views.editor_scope import (
    desk,
    field_moment,
    kept_values,
    posted_number,
    text_url,
)
from app.views.headers import allow_styles
from app.views.scope import database, now, settings
from app.views.staff import current_user, fresh_form_token, required_role, staff_page


@required_role("reader")
def open_text(locale: str, article_id: str) -> Response:
    """The newest text, in a form; or what one typed and has not saved."""
    name = ArticleName(article_id, locale)
    head = working_text(*desk(), name)
    session, actor = desk()
    unsaved = find_unsaved(session, actor, name)
    if unsaved is not None and unsaved.source == head.source:
        unsaved = None
    if unsaved is not None and request.args.get("unsaved") == "1":
        base = unsaved.base_revision or head.revision
        return show_text(
            name,
            read_form(unsaved.source),
            base,
            taken_up=True,
            kept=mark_text(unsaved.source),
            source=unsaved.source,
        )
    return show_text(name, read_form(head.source), head.revision, unsaved=unsaved)


@required_role("writer")
def save_text(locale: str, article_id: str) -> AnyResponse:
    """Save, and go on with what the button says; a stale save leads to both texts."""
    name = ArticleName(article_id, locale)
    form, base, do = (
        read_posted(request.form),
        posted_number("base"),
        request.form.get("do", "save"),
    )
    try:
        if do == "picture":
            form = with_picture(form, take_picture(name))
            return show_text(name, form, base, taken_up=True)
        source = posted_source(name, form, base)
        if do == "preview":
            article = working_text(*desk(), name).article
            shown = preview_source(*desk(), name, source, article)
            return show_text(name, form, base, taken_up=True, preview=shown, source=source)
        note = request.form.get("note", "").strip()
        merged = _save(name, source, base, do, note)
    except MergedUnseen as unseen:
        do, merged = "unpublished", span_of(base, unseen.outcome)
    except EditConflict as error:
        unsaved = find_unsaved(*desk(), name)
        if unsaved is None or unsaved.source == source:
            return redirect(_merge_url(name), 303)
        return show_text(name, form, base, taken_up=True, fault=error, unsaved=unsaved)
    except KotaeError as error:
        return show_text(name, form, base, taken_up=True, fault=error)
    beside = request.form.get("beside") or None
    return redirect(text_url(name, done=do, merged=merged, beside=beside), 303)


@required_role("writer")
def keep_text(locale: str, article_id: str) -> Response:
    """Keep what is being typed, for who types it alone; asked by the editor's script."""
    name, form, base = (
        ArticleName(article_id, locale),
        read_posted(request.form),
        posted_number("base"),
    )
    if request.form.get("do") == "forget":
        forget_unsaved(*desk(), name)
        return jsonify(kept=False)
    head = working_text(*desk(), name)
    source = posted_source(name, form, base)
    try:
        keep_unsaved(*desk(), name, source=source, base=base, over=held().kept)
    except KeptElsewhere as error:
        response = jsonify(kept=False)
        response.status_code = error.status
        return response
    by = _author(head.article, head.revision)
    return jsonify(kept=True, newest=head.revision, by=by, mark=mark_text(source))


@required_role("reader")
def form_token() -> Response:
    """A token for a page that is open since before its writer signed in again; for its script."""
    return jsonify(token=fresh_form_token(), user=current_user().id)


@required_role("writer")
def forget_text(locale: str, article_id: str) -> AnyResponse:
    """Throw away what one typed and did not save."""
    name = ArticleName(article_id, locale)
    forget_unsaved(*desk(), name)
    return redirect(text_url(name, done="forget"), 303)


@required_role("reader")
def preview_text(locale: str, article_id: str) -> Response:
    """The text as its readers will see it: a piece of HTML for the editor's script."""
    name = ArticleName(article_id, locale)
    try:
        source = posted_source(name, read_posted(request.form), posted_number("base"))
        shown = preview_source(*desk(), name, source, working_text(*desk(), name).article)
    except KotaeError as error:
        return jsonify(title="", html="", fault=error.message)
    html = size_pictures(shown.rendered.html, settings().media_dir)
    return jsonify(title=shown.content.title, html=html, fault="")


@required_role("writer")
def merge_form(locale: str, article_id: str) -> AnyResponse:
    """Both texts, where somebody else changed the same lines meanwhile."""
    name = ArticleName(article_id, locale)
    waiting = waiting_merge(*desk(), name)
    if waiting is None or waiting.texts.merge.is_clean:
        return redirect(text_url(name, unsaved=1), 303)
    title = working_text(*desk(), name).article.title
    return staff_page(
        "editor_merge.html", name=name, title=title, texts=waiting.texts, conflict=None
    )


@required_role("writer")
def take_merged(locale: str, article_id: str) -> AnyResponse:
    """Bring both texts together as chosen, and show the result before it is saved."""
    name = ArticleName(article_id, locale)
    waiting = waiting_merge(*desk(), name)
    if waiting is None:
        return redirect(text_url(name), 303)
    source = choose_texts(waiting.texts, read_choices())
    keep_unsaved(*desk(), name, source=source, base=waiting.texts.their_revision)
    return redirect(text_url(name, unsaved=1, done="merge"), 303)


def read_choices() -> dict[int, str]:
    """Which text was chosen for which stretch."""
    named = ((key.removeprefix("take-"), value) for key, value in request.form.items())
    return {int(key): value for key, value in named if key.isdecimal() and len(key) < 9}


def show_text(
    name: ArticleName,
    form: ArticleForm,
    base: int,
    *,
    fault: KotaeError | None = None,
    taken_up: bool = False,
    preview: Preview | None = None,
    unsaved: object = None,
    kept: str = "",
    source: str | None = None,
) -> Response:
    """The editor's page. `taken_up`: the form holds what is not saved; `kept`: its mark, where the
    server keeps it; `source`: that file, where the advice shall be about it."""
    nonce = new_token()
    response = staff_page(
        "editor_text.html",
        fault.status if fault else 200,
        name=name,
        form=form,
        base=base,
        fault=fault,
        taken_up=taken_up,
        unsaved=unsaved,
        kept=kept or held().kept,
        preview=preview,
        preview_html=size_pictures(preview.rendered.html, settings().media_dir) if preview else "",
        style_nonce=nonce,
        **_surroundings(name, source),
    )
    allow_styles(response, nonce)
    return response


def _surroundings(name: ArticleName, source: str | None) -> dict[str, Any]:
    """What stands beside the text, whatever is in the form."""
    session, actor = desk()
    head = working_text(session, actor, name)
    # First: it ends what was read until then, and each row would be read once more, alone.
    advice = advice_on(name, head.source if source is None else source)
    beside = request.values.get("beside", "")
    source_text = source_for(
        session,
        name.article_id,
        name.locale,
        wanted=beside,
        default_locale=settings().default_locale,
        actor=actor,
    )
    return {
        "article": head.article,
        "merged_changes": changes_in(session, name, request.args.get("merged", "")),
        "standing": standing_of(session, actor, head.article, head.source, now()),
        "signs": _signs(head.article),
        "advice": advice,
        "beside": source_text if beside else None,
        "source_text": source_text,
        "choices": list_choices(session, actor),
        "field_moment": field_moment,
        "zone": settings().time_zone.replace("_", " "),
    }


def _signs(article: Article) -> tuple[Sign, ...]:
    """Why the text that customers see needs a look."""
    name = (article.article_id, article.locale)

    def usual_rate() -> float:
        return kept_values().get(("usual", *name), lambda: find_usual_rate(database(), *name))

    return signs_of(database(), article, settings(), now=now(), usual_rate=usual_rate)


def _save(name: ArticleName, source: str, base: int, do: str, note: str) -> str | None:
    """What others saved meanwhile and was merged in. Raises what the use cases raise."""
    if do == "publish":
        publish_text(*desk(), name, source=source, base=base, note=note, held=held())
        return None
    outcome = save_draft(*desk(), name, source=source, base=base, note=note, held=held())
    if do == "submit":
        submit_for_review(*desk(), name, note=note)
    return span_of(base, outcome)


def _author(article: Article, number: int) -> str:
    return read_revision(database(), article, number).author


def _merge_url(name: ArticleName) -> str:
    return url_for("editor.merge_form", locale=name.locale, article_id=name.article_id)
