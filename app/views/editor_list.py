"""The editor's lists: all articles, those that are to be translated, what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.addresses import article_url
from app.editing.conflicts import list_conflicts
from app.editing.covering import locales_for, may_somewhere
from app.editing.drafts import save_draft
from app.editing.lifecycle import BULK_ACTIONS, bulk_actions_of, do_to_many
from app.editing.transaction import ArticleName
from app.editor.article_form import ArticleForm, read_posted, write_form
from app.editor.demand import Demand, count_demand
from app.editor.listing import (
    PER_PAGE,
    STATES,
    Evidence,
    Wanted,
    find_names,
    list_choices,
    list_for_editors,
    suggest_links,
    used_locales,
)
from app.editor.records import list_record
from app.editor.translations import list_coverage
from app.errors import KotaeError
from app.freshness.signs import KINDS
from app.freshness.worklist import list_work
from app.languages import read_locale
from app.naming import slugify, slugify_path
from app.owners import read_owners
from app.problems import BadAddress
from app.views.editor_scope import acting, desk, kept_values, text_url
from app.views.scope import database, now, parts, settings
from app.views.staff import required_role, staff_page

_MOST_TOGETHER = 200

Failure = tuple[ArticleName, KotaeError]


@required_role("reader")
def articles() -> Response:
    """Every article, filtered and searched."""
    return _list()


@required_role("writer")
def do_together() -> AnyResponse:
    """Do one thing to each article that is ticked, and say what became of it."""
    action = request.form.get("action", "")
    names = [ArticleName(*pair) for pair in find_names(request.form.getlist("article"))]
    if action not in BULK_ACTIONS or not names:
        return redirect(url_for("editor.articles"), 303)
    outcomes = do_to_many(*desk(), action, names[:_MOST_TOGETHER], _heads(names))
    failed = [(each.name, each.error) for each in outcomes if each.error is not None]
    done = [each.name for each in outcomes if each.error is None]
    return _list(action=action, done=done, failed=failed)


def _heads(names: Sequence[ArticleName]) -> dict[ArticleName, int]:
    """The newest revision of each when the list was made, as far as the form says it."""
    sent = {name: request.form.get(f"head:{name.locale}/{name.article_id}", "") for name in names}
    return {name: int(text) for name, text in sent.items() if text.isdecimal() and len(text) < 9}


@required_role("writer")
def new_text() -> Response:
    """The form of a new article, or of a translation of one that is there."""
    form = ArticleForm(title="", category=request.args.get("category", ""))
    locale = read_locale(request.args.get("in", "")) or settings().default_locale
    return show_new(form, locale, request.args.get("id", ""))


@required_role("writer")
def create_text() -> AnyResponse:
    """Make a draft of what the form says, and open it."""
    form = read_posted(request.form)
    locale = read_locale(request.form.get("locale", "")) or settings().default_locale
    article_id = request.form.get("id", "").strip()
    category = slugify_path(form.category)
    made = "/".join(filter(None, (category, slugify(form.title))))
    name = ArticleName(article_id or made, locale)
    try:
        save_draft(*desk(), name, source=write_form(form, ""), base=None)
    except KotaeError as error:
        return show_new(form, locale, article_id, error)
    beside = request.form.get("beside") or None
    return redirect(text_url(name, beside=beside, done="create"), 303)


@required_role("reader")
def find_links() -> Response:
    """Articles that a link may lead to, for the editor's script."""
    text, locale = request.args.get("q", "").strip(), read_locale(request.args.get("in", ""))
    found = []
    if text:
        index, actor = parts().index, acting()
        found = suggest_links(database(), index, text, locale or "", now=now(), actor=actor)
    return jsonify(
        items=[
            {
                "title": each.title,
                "id": each.article_id,
                "address": article_url(each.locale, each.article_id),
            }
            for each in found
        ]
    )


@required_role("reader")
def translations() -> Response:
    """Which article is there in which language."""
    only = request.args.get("only", "")
    locales = settings().locales
    default = settings().default_locale
    coverage = list_coverage(
        database(), locales, default, demand=_demand(), only=only, actor=acting()
    )
    used = {locale for each in coverage for locale in each.versions}
    columns = (*locales, *sorted(used - set(locales)))
    page = _page()
    return staff_page(
        "editor_translations.html",
        coverage=coverage[(page - 1) * PER_PAGE : page * PER_PAGE],
        columns=columns,
        only=only,
        page=page,
        pages=max(1, -(-len(coverage) // PER_PAGE)),
    )


@required_role("admin")
def record() -> Response:
    """What everybody did, the newest first."""
    return staff_page("editor_record.html", deeds=list_record(database()))


def _list(
    action: str = "", done: Sequence[ArticleName] = (), failed: Sequence[Failure] = ()
) -> Response:
    state, because = request.args.get("state", ""), request.args.get("because", "")
    wanted = Wanted(
        text=request.args.get("q", "").strip(),
        state=state if state in STATES else "",
        locale=read_locale(request.args.get("in", "")) or "",
        category=request.args.get("category", ""),
        owner=read_owners(database()).show(request.args.get("owner", "")),
        because=because if because in KINDS else "",
        order="asked" if request.args.get("order") == "asked" else "changed",
        page=_page(),
    )
    evidence = Evidence(signs=_signs(), demand=_demand())
    return staff_page(
        "editor_list.html",
        wanted=wanted,
        found=list_for_editors(
            database(), parts().index, wanted, now=now(), evidence=evidence, actor=acting()
        ),
        choices=list_choices(database(), acting()),
        states=STATES,
        kinds=tuple(KINDS),
        bulk_actions=bulk_actions_of(acting()),
        may_write=may_somewhere(acting(), "write"),
        conflicts=len(list_conflicts(database(), acting())),
        action=action,
        done=done,
        failed=failed,
    )


def _demand() -> Demand:
    """How often visitors of each language asked for each article."""
    locales = tuple(dict.fromkeys((*settings().locales, *used_locales(database()))))
    return kept_values().get(
        ("demand", locales), lambda: count_demand(database(), locales, now=now())
    )


def _signs() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Why articles need a look, the most urgent first; as it was a few minutes ago."""

    def find() -> Mapping[tuple[str, str], tuple[str, ...]]:
        work = list_work(database(), settings(), now=now())
        return {
            (item.article_id, item.locale): tuple(sign.kind for sign in item.signs) for item in work
        }

    return kept_values().get("signs", find)


def _page() -> int:
    text = request.args.get("page", "1")
    if not text.isdecimal() or len(text) > 6:
        raise BadAddress("`page` is a number.")
    return max(1, int(text))


def show_new(
    form: ArticleForm, locale: str, article_id: str, fault: KotaeError | None = None
) -> Response:
    """The page on which an article or a translation is begun."""
    return staff_page(
        "editor_new.html",
        fault.status if fault else 200,
        form=form,
        locales=locales_for(acting(), "write", settings().locales),
        # `locale` is the language of the page itself.
        text_locale=locale,
        article_id=article_id,
        beside=request.values.get("beside", ""),
        choices=list_choices(database(), acting()),
        fault=fault,
    )
