"""The advice beside a text: of the saved one on its page, of the one being typed for its script."""

from __future__ import annotations

from flask import Response, request

from app.content import hash_source
from app.editing.drafts import working_text
from app.editing.transaction import ArticleName
from app.editor.advice import Advice, advise
from app.editor.article_form import read_posted
from app.editor.asked import VisitorQuestions, read_questions
from app.editor.previewing import preview_source
from app.errors import KotaeError
from app.views.editor_form import posted_source
from app.views.editor_scope import content_key, desk, kept_values, posted_number
from app.views.scope import database, now, parts
from app.views.staff import required_role, staff_page


@required_role("writer")
def advise_typed(locale: str, article_id: str) -> Response:
    """The advice on what is in the form; nothing where that cannot be rendered just now."""
    name = ArticleName(article_id, locale)
    try:
        source = posted_source(name, read_posted(request.form), posted_number("base"))
    except KotaeError:
        return Response(status=204)
    advice = advice_on(name, source)
    if advice is None:
        return Response(status=204)
    return staff_page("editor_advice.html", name=name, advice=advice)


def advice_on(name: ArticleName, source: str) -> Advice | None:
    """The advice on a text; None where it is none that can be rendered: why is for the preview.

    It is found out once, until the text changes or customers see or find something else.
    """
    session, actor = desk()
    # What one may read decides on which articles are named.
    key = ("advice", name, actor, hash_source(source.encode("utf-8")), *content_key())

    def find() -> Advice | None:
        article = working_text(session, actor, name).article
        try:
            shown = preview_source(session, actor, name, source, article)
        except KotaeError:
            return None
        visitors = _visitors(name)
        return advise(database(), actor, parts().index, article, shown, visitors, now=now())

    return kept_values().get(key, find)


def _visitors(name: ArticleName) -> VisitorQuestions:
    """What visitors asked; as it was a few minutes ago."""
    return kept_values().get(
        ("asked", name), lambda: read_questions(database(), name.article_id, name.locale)
    )
