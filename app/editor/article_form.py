"""An article as a form: the front matter's fields as texts, and back into the file.

What the form does not touch stays byte for byte, so that git shows only what somebody changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from app.article_fields import find_title
from app.front_matter import ArticleSource, parse_source, with_fields

_LISTS = {"questions": "\n", "tags": ", ", "products": ", "}
_PLAIN = ("category", "audience", "owner", "review_by")
_ITEM = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[,\n、，]|\Z)|([^,\n、，]+)')
_NEEDS_QUOTES = re.compile(r'[,、，]|\A"')
_BREAK = re.compile(r"\r\n|\r")


@dataclass(frozen=True, slots=True)
class ArticleForm:
    """What is typed into the form; lists as they are typed, lines ended by a line feed."""

    title: str = ""
    body: str = ""
    """Without the empty lines at its start, which stay in the file."""
    category: str = ""
    questions: str = ""
    """One a line."""
    tags: str = ""
    """Separated by commas; one that holds a comma stands in quotes, as in a file of CSV."""
    products: str = ""
    audience: str = "public"
    owner: str = ""
    review_by: str = ""
    """YYYY-MM-DD."""
    translates: str = ""
    """The text that a translation says the same as; see `app.editor.translations`."""
    translated_by: str = ""
    """`machine` where one made the text and nobody checked it; see `app.machine_texts`."""


def read_form(source: str) -> ArticleForm:
    """The form of a file; what has no place in it is left out. Raises BadFrontMatter, TooLarge."""
    parsed = parse_source(source.encode("utf-8"))
    raw = parsed.raw
    return ArticleForm(
        title=_text(raw, "title") or find_title(parsed.body) or "",
        body=_unify(parsed.body).lstrip("\n"),
        category=_text(raw, "category"),
        questions=_list(raw, "questions"),
        tags=_list(raw, "tags"),
        products=_list(raw, "products"),
        audience=_text(raw, "audience") or "public",
        owner=_text(raw, "owner"),
        review_by=_text(raw, "review_by")[:10],
        translates=_text(raw, "translates"),
        translated_by=_text(raw, "translated_by"),
    )


def read_posted(values: Mapping[str, str]) -> ArticleForm:
    """The form as a browser sent it; of several values of one name the first counts."""
    given = {each.name: _unify(values.get(each.name, "")) for each in fields(ArticleForm)}
    one_line = {name: text.strip() for name, text in given.items() if name != "body"}
    return ArticleForm(**(given | one_line))


def write_form(form: ArticleForm, base: str) -> str:
    """The file `base` with what the form says otherwise. Raises BadFrontMatter, TooLarge."""
    parsed = parse_source(base.encode("utf-8"))
    before = read_form(base)
    changes: dict[str, object] = {}
    for name in ("title", *_PLAIN, "translates", "translated_by"):
        value = getattr(form, name)
        if value != getattr(before, name):
            changes[name] = value or None
    for name in _LISTS:
        items = split_list(name, getattr(form, name))
        if items != split_list(name, getattr(before, name)):
            changes[name] = items or None
    if _is_heading(form, before, parsed):
        changes.pop("title", None)
    if changes.get("audience") == "public":
        changes["audience"] = None
    unified = _unify(parsed.body)
    lead = unified[: len(unified) - len(unified.lstrip("\n"))]
    body = None if form.body == before.body else lead + form.body
    if not base and form.body and not form.body.endswith("\n"):
        body = f"{form.body}\n"
    return with_fields(parsed, changes, body=body)


def with_picture(form: ArticleForm, markdown: str) -> ArticleForm:
    """The form with a picture below its text: where it belongs is the writer's to say."""
    return replace(form, body=f"{form.body.rstrip()}\n\n{markdown}\n")


def split_list(name: str, text: str) -> list[str]:
    """The items of a list as it is typed: `questions` one a line, others separated by commas;
    quotes around an item keep its commas."""
    parts = text.split("\n") if name == "questions" else _split_at_commas(text)
    items = (" ".join(part.split()) for part in parts)
    return list(dict.fromkeys(item for item in items if item))


def _split_at_commas(text: str) -> list[str]:
    return [
        found[2] if found[1] is None else found[1].replace('""', '"')
        for found in _ITEM.finditer(text)
    ]


def _is_heading(form: ArticleForm, before: ArticleForm, parsed: ArticleSource) -> bool:
    """Whether the first heading goes on being the title, which then needs no field."""
    if parsed.raw.get("title") is not None:
        return False
    return form.title in {find_title(form.body), before.title} and bool(find_title(form.body))


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _list(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if isinstance(value, str):
        return value
    items = value if isinstance(value, list) else []
    texts = [" ".join(item.split()) for item in items if isinstance(item, str)]
    if name != "questions":
        texts = [_quote(text) if _NEEDS_QUOTES.search(text) else text for text in texts]
    return _LISTS[name].join(texts)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _unify(text: str) -> str:
    return _BREAK.sub("\n", text)
