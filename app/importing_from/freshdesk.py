"""Freshdesk: the JSON of its Solutions API.

Responses of /api/v2/solutions/categories, of a category's /folders and of a folder's /articles:
bare lists, so the files have to be called categories*.json, folders*.json and articles*.json; or
one object with those keys (https://developers.freshdesk.com/api/#solution_article_attributes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from app.importing_from.collected import Collected, Shelf, SourceArticle, number, text, texts
from app.importing_from.old_site import FRESHDESK, split_address
from app.importing_from.opening import Record, find_file, read_records

_NAMES = {
    **{name: "articles" for name in ("articles", "article", "solution_articles")},
    **{name: "folders" for name in ("folders", "folder", "solution_folders")},
    **{name: "categories" for name in ("categories", "category", "solution_categories")},
}
_PUBLISHED = 2
_SOME_COMPANIES = 4
_AUDIENCES = {1: "public", 2: "signed-in", 3: "agents", _SOME_COMPANIES: "signed-in"}
"""Visibility of a folder: everybody, who is signed in, agents, some companies."""


def collect_freshdesk(source: Path, folder: Path, *, locale: str) -> Collected:
    """Read an export; articles that name no language are in `locale`. Raises SourceRefused."""
    records = read_records(source, folder, _NAMES)
    folders = {text(each, "id"): each for each in records.get("folders", [])}
    categories = {text(each, "id"): each for each in records.get("categories", [])}
    collected = Collected(site=FRESHDESK)
    for article in records.get("articles", []):
        for named, version in _versions(article, locale):
            made = _article(article, version, named, folders, categories, collected)
            collected.articles.append(made)
        _collect_attachments(article, folder, collected)
    return collected


def _versions(article: Record, locale: str) -> Iterator[tuple[str, Record]]:
    yield text(article, "language", "language_code") or locale, article
    translations = article.get("translations")
    for named, version in translations.items() if isinstance(translations, dict) else ():
        if isinstance(version, dict):
            yield named, version


def _article(
    article: Record,
    version: Record,
    locale: str,
    folders: Mapping[str, Record],
    categories: Mapping[str, Record],
    collected: Collected,
) -> SourceArticle:
    key, title = text(article, "id"), text(version, "title")
    folder = folders.get(text(article, "folder_id"), {})
    category = categories.get(text(article, "category_id") or text(folder, "category_id"), {})
    audience = _audience(folder, f"article {key} ({locale})", collected)
    url = split_address(text(version, "url", "html_url"))
    given = unquote(url.path)
    collected.hosts |= {url.netloc} - {""}
    return SourceArticle(
        key=key,
        locale=locale,
        title=title,
        html=text(version, "description", "body"),
        shelves=tuple(
            Shelf(text(each, "name"), text(each, "description"), number(each, "position", 1000))
            for each in (category, folder)
            if text(each, "name")
        ),
        tags=texts(version.get("tags") or article.get("tags")),
        audience=audience,
        is_draft=version.get("status", _PUBLISHED) != _PUBLISHED,
        position=number(article, "position", 1000),
        addresses=_addresses(given, key, title, locale),
        base=f"/support/solutions/articles/{key}",
    )


def _audience(folder: Record, where: str, collected: Collected) -> str:
    """Who may read what is in the folder; agents alone where the export does not say it."""
    visibility = number(folder, "visibility", 0)
    if visibility not in _AUDIENCES:
        reason = "The export does not say who may read its folder; it becomes one for agents."
        collected.lose(where, "visibility", reason)
    elif visibility == _SOME_COMPANIES:
        reason = "Its folder is for some companies only; it becomes one for all who are signed in."
        collected.lose(where, "visibility", reason)
    return _AUDIENCES.get(visibility, "agents")


def _addresses(given: str, key: str, title: str, locale: str) -> tuple[str, ...]:
    """An article answers with and without its title behind the number, and its language before."""
    plain = f"/support/solutions/articles/{key}"
    slug = re.sub(r"[^\w]+", "-", title.lower()).strip("-")
    both = (plain, f"{plain}-{slug}")
    paths = (given, *both, *(f"/{locale}{path}" for path in both))
    return tuple(dict.fromkeys(path for path in paths if path))


def _collect_attachments(article: Record, folder: Path, collected: Collected) -> None:
    attached = article.get("attachments")
    for record in attached if isinstance(attached, list) else ():
        if not isinstance(record, dict):
            continue
        key, name, address = (
            text(record, "id"),
            text(record, "name"),
            text(record, "attachment_url"),
        )
        file = find_file(
            folder, f"attachments/{key}/{name}", f"attachments/{key}-{name}", f"attachments/{name}"
        )
        if file is None:
            reason = f"The attachment {name} is not in the export; download it from {address}."
            collected.lose(f"article {text(article, 'id')}", "attachment-missing", reason)
            continue
        collected.files[address] = file
        collected.attached.setdefault(text(article, "id"), []).append((name, address))
