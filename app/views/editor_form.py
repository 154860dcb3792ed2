"""The form on which an article is written, as it is sent: to be saved, kept, shown or looked at."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from app.editing.drafts import Held, find_unsaved, mark_text, working_text
from app.editing.revisions import read_revision
from app.editing.transaction import ArticleName
from app.editor.article_form import ArticleForm, write_form
from app.views.editor_scope import desk


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on an article's page beside its text, and is not kept yet."""

    change: str = ""
    """What the author says about what they changed."""
    answer: str = ""
    """A reviewer's, to the writer."""
    quote: str = ""
    """The words that a remark is about."""
    remark: str = ""
    new_id: str = ""
    begins: str = ""
    """When the text is to be published, as a browser's field has it."""
    ends: str = ""


def typed_in_step() -> Typed:
    """What a form of the workflow, or the one that renames, sent along."""
    keys = {"answer": "note", "quote": "quote", "remark": "body", "new_id": "new_id"}
    keys |= {"begins": "publish_at", "ends": "expires_at"}
    return Typed(**{field: _posted_words(key) for field, key in keys.items()})


def typed_with_text() -> Typed:
    """What the form of the text sent along."""
    return Typed(change=_posted_words("note"))


def _posted_words(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n")


def posted_source(name: ArticleName, form: ArticleForm, base: int) -> str:
    """The file that a form stands for: what it shows, written into what it was opened from.

    Raises what reading and writing the file raise.
    """
    session, actor = desk()
    unsaved = find_unsaved(session, actor, name)
    is_held = unsaved is not None and mark_text(unsaved.source) == held().kept
    if unsaved and is_held and unsaved.base_revision == base and request.form.get("taken_up"):
        # What a merge put into the front matter has no place in the form.
        return write_form(form, unsaved.source)
    article = working_text(*desk(), name).article
    return write_form(form, read_revision(session, article, base).source)


def held() -> Held:
    """Which text of this page the server keeps, and which was sent last, by their marks."""
    return Held(kept=request.form.get("kept", ""), sent=request.form.get("sent", ""))
