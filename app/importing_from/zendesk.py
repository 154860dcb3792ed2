"""Zendesk Guide: the JSON of its Help Center API, one file or one for each page and kind.

Responses of /api/v2/help_center/{articles,sections,categories}.json, of an article's
/translations.json and of its /attachments.json, under the keys that the API gives them
(https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/). Attachments are
found beside them as attachments/<id>/<file name>, attachments/<id>-<file name> or by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from app.importing_from.collected import Collected, Shelf, SourceArticle, number, text, texts
from app.importing_from.old_site import ZENDESK, split_address
from app.importing_from.opening import Record, find_file, read_records

_NAMES = {
    "articles": "articles",
    "sections": "sections",
    "categories": "categories",
    "translations": "translations",
    "article_attachments": "attachments",
    "attachments": "attachments",
    "user_segments": "segments",
}
_NARROWED_BY = ("tags", "or_tags", "group_ids", "organization_ids", "added_user_ids")
"""What a segment may ask for beside its user type, and an audience cannot."""


def collect_zendesk(source: Path, folder: Path) -> Collected:
    """Read an export. Raises SourceRefused."""
    records = read_records(source, folder, _NAMES)
    collected = Collected(site=ZENDESK)
    shelves = _Shelves(records)
    segments = {text(each, "id"): each for each in records.get("segments", [])}
    by_id = {text(each, "id"): each for each in records.get("articles", [])}
    _collect_attachments(records.get("attachments", []), folder, collected)
    seen: set[tuple[str, str]] = set()
    for article in records.get("articles", []):
        for version in _versions(article, by_id, records):
            key = (text(article, "id"), text(version, "locale"))
            if key not in seen:
                seen.add(key)
                collected.articles.append(_article(article, version, shelves, segments, collected))
    return collected


def _versions(
    article: Record, by_id: Mapping[str, Record], records: Mapping[str, list[Record]]
) -> Iterator[Record]:
    """The article in each language; the API gives it in one, and the others as translations."""
    yield article
    nested = article.get("translations")
    yield from (
        (each for each in nested if isinstance(each, dict)) if isinstance(nested, list) else ()
    )
    for each in records.get("translations", []):
        is_articles = text(each, "source_type").lower() in {"", "article"}
        if is_articles and text(each, "source_id") == text(article, "id"):
            yield each


class _Shelves:
    """Categories hold sections, and sections may hold sections."""

    def __init__(self, records: Mapping[str, list[Record]]) -> None:
        self._sections = _by_language(records.get("sections", []))
        self._categories = _by_language(records.get("categories", []))

    def path(self, section_id: str, locale: str) -> tuple[Shelf, ...]:
        """The shelves of a section, from the outermost in."""
        found: list[Shelf] = []
        seen: set[str] = set()
        section = _in_language(self._sections, section_id, locale)
        category_id = ""
        while section is not None and section_id not in seen:
            seen.add(section_id)
            found.insert(0, _shelf(section))
            category_id = text(section, "category_id") or category_id
            section_id = text(section, "parent_section_id")
            section = _in_language(self._sections, section_id, locale)
        category = _in_language(self._categories, category_id, locale)
        return (*([_shelf(category)] if category else []), *found)


def _by_language(records: list[Record]) -> dict[str, dict[str, Record]]:
    found: dict[str, dict[str, Record]] = {}
    for record in records:
        found.setdefault(text(record, "id"), {})[text(record, "locale").lower()] = record
    return found


def _in_language(found: Mapping[str, Mapping[str, Record]], key: str, locale: str) -> Record | None:
    versions = found.get(key)
    if not versions:
        return None
    return versions.get(locale.lower()) or next(iter(versions.values()))


def _shelf(record: Record) -> Shelf:
    return Shelf(
        text(record, "name", "title"), text(record, "description"), number(record, "position", 1000)
    )


def _article(
    article: Record,
    version: Record,
    shelves: _Shelves,
    segments: Mapping[str, Record],
    collected: Collected,
) -> SourceArticle:
    key, locale = text(article, "id"), text(version, "locale") or text(article, "source_locale")
    where = f"article {key} ({locale})"
    audience = _audience(article, segments, where, collected)
    if article.get("outdated") is True:
        collected.lose(where, "outdated", "It was marked as outdated; the mark is not kept.")
    if number(article, "vote_count", 0):
        collected.lose(where, "votes", "Its votes are not carried over.")
    given = split_address(text(version, "html_url"))
    address = unquote(given.path)
    collected.hosts |= {given.netloc} - {""}
    short = f"/hc/{locale.lower()}/articles/{key}"
    return SourceArticle(
        key=key,
        locale=locale,
        title=text(version, "title", "name"),
        html=text(version, "body"),
        shelves=shelves.path(text(article, "section_id"), locale),
        tags=texts(article.get("label_names")),
        audience=audience,
        is_draft=bool(version.get("draft", False)),
        position=number(article, "position", 1000),
        addresses=tuple(dict.fromkeys(each for each in (address, short) if each)),
        base=address or short,
    )


def _audience(
    article: Record, segments: Mapping[str, Record], where: str, collected: Collected
) -> str:
    """The narrowest audience of its user segments: an import shows nobody more than before."""
    named = dict.fromkeys(
        (text(article, "user_segment_id"), *texts(article.get("user_segment_ids")))
    )
    ids = [each for each in named if each]
    if not ids:
        return "public"
    found = {each: text(segments.get(each, {}), "user_type") for each in ids}
    audience = "signed-in" if set(found.values()) == {"signed_in_users"} else "agents"
    is_kept = len(ids) == 1 and found[ids[0]] in {"staff", "signed_in_users"}
    if not is_kept or any(segments[each].get(key) for each in ids for key in _NARROWED_BY):
        listed = ", ".join(ids)
        reason = f"User segment {listed} becomes the audience {audience}; check who may read."
        collected.lose(where, "user-segment", reason)
    return audience


def _collect_attachments(records: list[Record], folder: Path, collected: Collected) -> None:
    for record in records:
        key, name = text(record, "id"), text(record, "file_name", "display_file_name")
        address = text(record, "content_url")
        file = find_file(
            folder, f"attachments/{key}/{name}", f"attachments/{key}-{name}", f"attachments/{name}"
        )
        article = text(record, "article_id")
        collected.hosts |= {split_address(address).netloc} - {""}
        if file is None:
            reason = f"The attachment {name} is not in the export; download it from {address}."
            collected.lose(f"article {article}", "attachment-missing", reason)
            continue
        collected.files[address] = file
        collected.by_number[key] = file
        if record.get("inline") is not True:
            collected.attached.setdefault(article, []).append((name, address))
