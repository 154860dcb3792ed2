"""Intercom: the JSON of its Articles and Help Center API.

Responses of GET /articles and of GET /help_center/collections (older: /sections); both list their
records under `data`, so the files have to be called articles*.json and collections*.json
(https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from app.importing_from.collected import Collected, Shelf, SourceArticle, number, text, texts
from app.importing_from.old_site import INTERCOM, split_address
from app.importing_from.opening import Record, find_file, read_records
from app.locales import is_locale

_NAMES = {
    "articles": "articles",
    "article": "articles",
    "data": "articles",
    "collections": "collections",
    "collection": "collections",
    "sections": "collections",
    "section": "collections",
}
_IMAGE = re.compile(r"""\bsrc\s*=\s*["'](https?://[^"']+)["']""")


def collect_intercom(source: Path, folder: Path) -> Collected:
    """Read an export. Raises SourceRefused."""
    records = read_records(source, folder, _NAMES)
    collections = {text(each, "id"): each for each in records.get("collections", [])}
    collected = Collected(site=INTERCOM)
    for article in records.get("articles", []):
        if text(article, "type") in {"collection", "section"}:
            collections.setdefault(text(article, "id"), article)
    for article in records.get("articles", []):
        if text(article, "type") in {"collection", "section"}:
            continue
        for locale, version in _versions(article):
            made = _article(article, locale, version, collections)
            collected.articles.append(made)
            collected.hosts |= {split_address(text(version, "url")).netloc} - {""}
            _find_images(made.html, folder, collected)
    return collected


def _versions(article: Record) -> Iterator[tuple[str, Record]]:
    default = text(article, "default_locale") or "en"
    yield default, article
    translated = article.get("translated_content")
    for locale, version in translated.items() if isinstance(translated, dict) else ():
        is_text = isinstance(version, dict) and (text(version, "body") or text(version, "title"))
        if locale != default and is_text and is_locale(locale):
            yield locale, version


def _article(
    article: Record, locale: str, version: Record, collections: Mapping[str, Record]
) -> SourceArticle:
    key = text(article, "id")
    address = unquote(split_address(text(version, "url") or text(article, "url")).path)
    parent = text(article, "parent_id")
    if not parent:
        parent = next(iter(texts(article.get("parent_ids"))), "")
    tags = article.get("tags")
    named = tags.get("tags") if isinstance(tags, dict) else tags
    return SourceArticle(
        key=key,
        locale=locale,
        title=text(version, "title"),
        html=text(version, "body"),
        shelves=tuple(_path(parent, locale, collections)),
        tags=tuple(text(tag, "name") for tag in named if isinstance(tag, dict))
        if isinstance(named, list)
        else (),
        is_draft=text(version, "state") == "draft",
        addresses=tuple(filter(None, (address, _short(address)))),
        base=address,
    )


def _short(address: str) -> str:
    """The address without the title behind the number, which works as well."""
    found = re.fullmatch(r"(.*/articles/\d+)-.*", address)
    return found[1] if found else ""


def _path(key: str, locale: str, collections: Mapping[str, Record]) -> list[Shelf]:
    path: list[Shelf] = []
    seen: set[str] = set()
    while key and key not in seen and key in collections:
        seen.add(key)
        record = collections[key]
        translated = record.get("translated_content")
        version = translated.get(locale) if isinstance(translated, dict) else None
        shown = version if isinstance(version, dict) and text(version, "name") else record
        path.insert(
            0,
            Shelf(text(shown, "name"), text(shown, "description"), number(record, "order", 1000)),
        )
        key = text(record, "parent_id")
    return path


def _find_images(html: str, folder: Path, collected: Collected) -> None:
    """Images lie on Intercom's servers; those that were downloaded are found by their names."""
    for address in _IMAGE.findall(html):
        name = unquote(split_address(address).path).rpartition("/")[2]
        file = find_file(folder, f"attachments/{name}", f"images/{name}", name)
        if file is not None:
            collected.files[address] = file
