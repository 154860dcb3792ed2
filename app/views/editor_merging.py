"""The page on which a writer brings an unsaved text and what others saved meanwhile together."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.editing.drafts import KeptElsewhere, keep_unsaved, mark_text, working_text
from app.editing.publication import StaleRevision
from app.editing.transaction import ArticleName
from app.editor.merging import Waiting, choose_texts, require_seen, waiting_merge
from app.errors import KotaeError
from app.views.editor_scope import desk, posted_number, text_url
from app.views.staff import required_role, staff_page


@required_role("writer")
def merge_form(locale: str, article_id: str) -> AnyResponse:
    """Both texts, where somebody else changed the same lines meanwhile."""
    name = ArticleName(article_id, locale)
    waiting = waiting_merge(*desk(), name)
    if waiting is None or waiting.texts.merge.is_clean:
        return redirect(text_url(name, unsaved=1), 303)
    return _show_merge(name, waiting)


@required_role("writer")
def take_merged(locale: str, article_id: str) -> AnyResponse:
    """Bring both texts together as chosen, and show the result before it is saved.

    Where one of them changed since, nothing is kept of the choice, and both are shown again.
    """
    name, shown = ArticleName(article_id, locale), posted_number("shown")
    mine = request.form.get("mine", "")
    waiting = waiting_merge(*desk(), name)
    if waiting is None:
        return redirect(text_url(name), 303)
    try:
        require_seen(waiting.texts, theirs=shown, mine=mine)
        source = choose_texts(waiting.texts, read_choices())
        keep_unsaved(*desk(), name, source=source, base=shown, over=mine)
    except (StaleRevision, KeptElsewhere) as error:
        return _show_merge(name, waiting_merge(*desk(), name) or waiting, error)
    return redirect(text_url(name, unsaved=1, done="merge"), 303)


def _show_merge(name: ArticleName, waiting: Waiting, fault: KotaeError | None = None) -> Response:
    return staff_page(
        "editor_merge.html",
        fault.status if fault else 200,
        name=name,
        title=working_text(*desk(), name).article.title,
        texts=waiting.texts,
        mine=mark_text(waiting.texts.mine),
        conflict=None,
        fault=fault,
    )


def read_choices() -> dict[int, str]:
    """Which text was chosen for which stretch."""
    named = ((key.removeprefix("take-"), value) for key, value in request.form.items())
    return {int(key): value for key, value in named if key.isdecimal() and len(key) < 9}
