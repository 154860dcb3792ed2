"""The button that has a machine draft a translation."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.editing.machine import draft_by_machine
from app.editing.transaction import ArticleName
from app.editor.article_form import ArticleForm
from app.errors import KotaeError
from app.languages import read_locale
from app.problems import BadAddress
from app.translating.http_translator import open_translator
from app.views.editor_list import show_new
from app.views.editor_scope import desk, text_url
from app.views.scope import parts, settings
from app.views.staff import required_role


class NoTranslator(KotaeError):
    """No translation service is set."""

    code = "no-translator"
    status = 404


@required_role("writer")
def translate_text(locale: str, article_id: str) -> AnyResponse:
    """Have a draft made, and open it beside the original; or say why there is none."""
    translator = open_translator(settings())
    if translator is None:
        raise NoTranslator("No translation service is set (KB_TRANSLATE_URL).")
    original = read_locale(request.form.get("beside", ""))
    if original is None:
        raise BadAddress("The form does not say which language to translate from.")
    name = ArticleName(article_id, locale)
    try:
        with parts().translation_turn.take():
            draft_by_machine(*desk(), name, source_locale=original, translator=translator)
    except KotaeError as error:
        return show_new(ArticleForm(), locale, article_id, error)
    return redirect(text_url(name, beside=original, done="machine"), 303)
