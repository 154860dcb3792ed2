"""The editor: where articles are written, reviewed, published, translated and compared."""

from __future__ import annotations

from flask import Blueprint

from app.views.editor_advice import advise_typed
from app.views.editor_expired import keep_expired_forms
from app.views.editor_list import (
    articles,
    create_text,
    do_together,
    find_links,
    new_text,
    record,
    translations,
)
from app.views.editor_machine import translate_text
from app.views.editor_merging import merge_form, take_merged
from app.views.editor_notices import create_notice, end_one_notice, notices
from app.views.editor_pictures import add_picture
from app.views.editor_scope import allow_long_texts, follow_address
from app.views.editor_text import (
    forget_text,
    form_token,
    keep_text,
    open_text,
    preview_text,
    save_text,
)
from app.views.editor_workflow import (
    conflict_form,
    conflicts,
    history,
    rename_article,
    resolve,
    restore,
    take_step,
)
from app.views.staff import staff_blueprint

_NAMED = "<locale:locale>/<path:article_id>"


def editor_blueprint() -> Blueprint:
    """The routes under /edit."""
    editor = staff_blueprint("editor")
    editor.url_value_preprocessor(allow_long_texts)
    editor.url_value_preprocessor(follow_address)
    keep_expired_forms(editor)
    editor.get("/edit")(articles)
    editor.post("/edit")(do_together)
    editor.get("/edit/new")(new_text)
    editor.post("/edit/new")(create_text)
    editor.post(f"/edit/machine/{_NAMED}")(translate_text)
    editor.get("/edit/links")(find_links)
    editor.get("/edit/translations")(translations)
    editor.get("/edit/record")(record)
    editor.get("/edit/conflicts")(conflicts)
    editor.get("/edit/conflicts/<int:number>")(conflict_form)
    editor.post("/edit/conflicts/<int:number>")(resolve)
    editor.get("/edit/token")(form_token)
    editor.get("/edit/notices")(notices)
    editor.post("/edit/notices")(create_notice)
    editor.post("/edit/notices/<notice_id>/end")(end_one_notice)
    editor.get(f"/edit/text/{_NAMED}")(open_text)
    editor.post(f"/edit/text/{_NAMED}")(save_text)
    editor.post(f"/edit/kept/{_NAMED}")(keep_text)
    editor.post(f"/edit/forget/{_NAMED}")(forget_text)
    editor.post(f"/edit/preview/{_NAMED}")(preview_text)
    editor.post(f"/edit/advice/{_NAMED}")(advise_typed)
    editor.post(f"/edit/pictures/{_NAMED}")(add_picture)
    editor.get(f"/edit/merge/{_NAMED}")(merge_form)
    editor.post(f"/edit/merge/{_NAMED}")(take_merged)
    editor.post(f"/edit/step/{_NAMED}")(take_step)
    editor.get(f"/edit/history/{_NAMED}")(history)
    editor.post(f"/edit/restore/{_NAMED}")(restore)
    editor.post("/edit/rename/<path:article_id>")(rename_article)
    return editor
