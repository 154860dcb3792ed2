"""Pictures that are added to the text on the editor's page."""

from __future__ import annotations

from flask import jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.audit import Actor as Member
from app.editing.actors import require_permission
from app.editing.drafts import working_text
from app.editing.transaction import ArticleName, place_of
from app.editor.pictures import GivenPicture, keep_picture
from app.picture_checks import BadPicture
from app.views.editor_scope import acting, desk
from app.views.scope import settings
from app.views.staff import current_user, required_role


@required_role("writer")
def add_picture(locale: str, article_id: str) -> AnyResponse:
    """Keep a pasted or dropped picture; answers with the Markdown that shows it."""
    name = ArticleName(article_id, locale)
    try:
        return jsonify(markdown=take_picture(name), fault="")
    except BadPicture as error:
        response = jsonify(markdown="", fault=error.message, reason=error.reason)
        response.status_code = error.status
        return response


def take_picture(name: ArticleName) -> str:
    """Keep the picture of the form; its Markdown. Raises BadPicture, Forbidden."""
    file = request.files.get("picture")
    article = working_text(*desk(), name).article
    require_permission(acting(), "write", place_of(article))
    given = GivenPicture(
        name=(file.filename or "") if file else "",
        data=file.read() if file else b"",
        alt=request.form.get("alt", ""),
    )
    root = article.source_root or str(settings().articles_dir.resolve())
    member = Member.of(current_user())
    session, _ = desk()
    return keep_picture(session, member, given, root=root, media_dir=settings().media_dir)
