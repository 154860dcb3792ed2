"""Putting collected articles into a folder: Markdown, categories, attachments, old addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from urllib.parse import quote, unquote, urlsplit

from app.content import LONGEST_REDIRECT, hash_source, read_content
from app.errors import KotaeError
from app.front_matter import parse_source, with_fields
from app.importing.report import FileProblem
from app.importing.tree import ATTACHMENT_SUFFIXES, CATEGORY_FILE
from app.importing_from.collected import Collected, SourceArticle
from app.importing_from.converting import convert
from app.languages import choose_locale
from app.locales import BadLocale, normalise_locale
from app.media import check_size
from app.naming import slugify
from app.picture_checks import check_picture
from app.syncing.files import hash_file, inside, write_file
from search.document import Progress

_LONGEST_SLUG = 80
_NUMBER = re.compile(r"/articles/(\d+)")


@dataclass(slots=True)
class WriteReport:
    """What was written, what was there already, and what is missing."""

    articles: int = 0
    unchanged: int = 0
    attachments: int = 0
    failed: list[FileProblem] = field(default_factory=list)
    """Articles and files that were not written."""
    lost: list[FileProblem] = field(default_factory=list)
    """What could not be carried over of those that were."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """An article with its language, name and file here."""

    source: SourceArticle
    locale: str
    article_id: str
    path: str


class _Folder:
    """The folder that is written, and what leads where in it."""

    def __init__(self, root: Path, collected: Collected, placed: Sequence[_Placed]) -> None:
        self.root = root
        self.collected = collected
        self.report = WriteReport(lost=list(collected.lost))
        self._written: dict[str, str | None] = {}
        self._by_address: dict[str, str] = {}
        self._by_key: dict[str, dict[str, str]] = {}
        for each in placed:
            for address in each.source.addresses:
                self._by_address.setdefault(address.rstrip("/").lower(), each.path)
            self._by_key.setdefault(each.source.key, {})[each.locale] = each.path

    def follow(self, article: _Placed, address: str, is_image: bool) -> str | None:
        """What an address of an article's HTML becomes in its file."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        if parts.scheme in {"mailto", "tel"} or address.startswith("#"):
            return address
        if parts.scheme not in {"", "http", "https"}:
            return None
        is_own = not parts.netloc or self.collected.has(parts)
        path = unquote(parts.path)
        if is_own and not path.startswith("/"):
            path = normpath(f"{article.source.base.rpartition('/')[0]}/{path}")
        file = self._attach(article, address, path if is_own else "")
        if file is not None:
            return file
        target = None if is_image else self._find_article(article, path, is_own)
        if target is not None:
            fragment = f"#{parts.fragment}" if parts.fragment else ""
            return _relative(article.path, target) + fragment
        return address if parts.netloc else None

    def attach(self, article: _Placed, name: str, address: str) -> str | None:
        """A line that links to what is attached to an article."""
        link = self._attach(article, address, "")
        return None if link is None else f"- [{name.replace('[', '(').replace(']', ')')}]({link})"

    def _find_article(self, article: _Placed, path: str, is_own: bool) -> str | None:
        found = self._by_address.get(path.rstrip("/").lower()) if is_own else None
        key = self.collected.site.find_article(path)
        if is_own and not key and (number := _NUMBER.search(path)):
            key = number[1]
        if found is None and key:
            versions = self._by_key.get(key, {})
            found = versions.get(article.locale) or next(iter(versions.values()), None)
        return found

    def _attach(self, article: _Placed, address: str, path: str) -> str | None:
        files = self.collected.files
        number = self.collected.site.find_attachment(path)
        source = files.get(address) or files.get(path) or self.collected.by_number.get(number)
        if source is None:
            return None
        suffix = source.suffix.lower()
        # The address has the name that its readers know; the file may be called after a number.
        called = PurePosixPath(unquote(urlsplit(address).path))
        stem = called.stem if called.suffix.lower() == suffix else source.stem
        name = slugify(stem) or "file"
        target = f"attachments/{slugify(article.source.key)}/{name[:_LONGEST_SLUG]}{suffix}"
        if str(source) not in self._written:
            self._written[str(source)] = self._copy(source, target)
        written = self._written[str(source)]
        return None if written is None else _relative(article.path, written)

    def _copy(self, source: Path, target: str) -> str | None:
        """Where the file is now; None where it cannot be kept, with the reason noted."""
        try:
            if source.suffix.lower() not in ATTACHMENT_SUFFIXES:
                raise NotAttachable(f"Files of the kind {source.suffix!r} are not kept.")
            check_size(source)
            check_picture(source)
            data = source.read_bytes()
            stem, dot, suffix = target.rpartition(".")
            if hash_file(inside(self.root, target)) not in {None, hash_source(data)}:
                target = f"{stem}-{hash_source(data)[:8]}{dot}{suffix}"
            self._write(target, data)
        except KotaeError as error:
            self.report.failed.append(FileProblem(source.name, error.code, error.message))
            return None
        self.report.attachments += 1
        return target

    def _write(self, path: str, data: bytes) -> bool:
        """Whether it was not there before. Raises NotOverwritten."""
        there = hash_file(inside(self.root, path))
        if there == hash_source(data):
            return False
        if there is not None:
            raise NotOverwritten("Another file of this name is there; it was not overwritten.")
        write_file(self.root, path, data, expected=None)
        return True

    def write_article(self, article: _Placed) -> None:
        """Convert and write one article; what goes wrong is its own problem."""
        where = f"{article.path} ({article.source.key})"
        left: dict[tuple[str, str] | None, None] = {}

        def follow(address: str, is_image: bool) -> str | None:
            found = self.follow(article, address, is_image)
            left[self.collected.find_left(found, is_image)] = None
            return found

        try:
            converted = convert(article.source.html, title=article.source.title, follow=follow)
            text = _front_matter(article) + converted.markdown + self._attached(article)
            data = text.encode("utf-8")
            read_content(data)
            is_new = self._write(article.path, data)
        except KotaeError as error:
            self.report.failed.append(FileProblem(where, error.code, error.message))
            return
        except (OSError, UnicodeEncodeError) as error:
            reason = f"It cannot be written: {error}."
            self.report.failed.append(FileProblem(where, "unwritable", reason))
            return
        self.report.articles += is_new
        self.report.unchanged += not is_new
        lost = (*converted.lost, *filter(None, left))
        self.report.lost += [FileProblem(article.path, *each) for each in lost]

    def _attached(self, article: _Placed) -> str:
        given = self.collected.attached.get(article.source.key, [])
        lines = [line for each in given if (line := self.attach(article, *each))]
        return "\n" + "\n".join(lines) + "\n" if lines else ""

    def write_category(self, folder: str, title: str, description: str) -> None:
        """Name a category, unless somebody has named it."""
        path = f"{folder}/{CATEGORY_FILE}"
        if inside(self.root, path).exists():
            return
        fields = {"title": title, "description": description or None}
        text = with_fields(parse_source(b"---\n---\n"), fields)
        write_file(self.root, path, text.encode("utf-8"), expected=None)


class NotAttachable(KotaeError):
    """A file that is no attachment here."""

    code = "not-attachable"
    status = 422


class NotOverwritten(KotaeError):
    """A file is there already."""

    code = "file-exists"
    status = 409


def write_folder(
    collected: Collected, root: Path, *, locales: Sequence[str], progress: Progress
) -> WriteReport:
    """Write everything below `root`, which is resolved; nothing that is there is overwritten.

    `locales`: the languages of the site; `en-us` becomes `en` where that is one of them. What was
    written by an earlier run is left as it is, so that a run may be repeated.
    """
    placed = list(_place(collected, locales))
    folder = _Folder(root, collected, placed)
    for article in placed:
        parts = article.path.split("/")[:-1]
        for depth, shelf in enumerate(article.source.shelves, start=2):
            description = " ".join(re.sub(r"<[^>]*>", " ", shelf.description).split())
            if depth <= len(parts):
                folder.write_category("/".join(parts[:depth]), shelf.title, description)
    for done, article in enumerate(placed, start=1):
        folder.write_article(article)
        progress("Converting", done, len(placed))
    return folder.report


def _place(collected: Collected, locales: Sequence[str]) -> list[_Placed]:
    """A language, an id and a path for each; the id is that of the first language."""
    ids: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    placed: dict[tuple[str, str], _Placed] = {}
    for article in collected.articles:
        where = f"article {article.key} ({article.locale})"
        try:
            named = normalise_locale(article.locale)
        except BadLocale as error:
            collected.lose(where, error.code, f"{error.message} It was left out.")
            continue
        if not article.title.strip():
            collected.lose(where, "missing-title", "It has no title and was left out.")
            continue
        if article.key not in ids:
            ids[article.key] = _name(article, taken)
        locale = choose_locale([named], locales) or named
        locale = named if (article.key, locale) in placed else locale
        article_id, folder = ids[article.key]
        path = "/".join(filter(None, [locale, folder, f"{article_id}.md"]))
        placed[article.key, locale] = _Placed(article, locale, article_id, path)
    return list(placed.values())


def _name(article: SourceArticle, taken: set[str]) -> tuple[str, str]:
    """An id that no other article has, and the folder of its category."""
    slug = slugify(article.title)[:_LONGEST_SLUG].strip("-.") or "article"
    article_id = slug if slug not in taken else f"{slug}-{slugify(article.key)[-20:]}"
    while article_id in taken:
        article_id += "-2"
    taken.add(article_id)
    slugs = (slugify(shelf.title)[:_LONGEST_SLUG].strip("-.") for shelf in article.shelves)
    return article_id, "/".join(filter(None, slugs))


def _front_matter(article: _Placed) -> str:
    source = article.source
    fields: Mapping[str, object] = {
        "title": " ".join(source.title.split())[:300],
        "id": article.article_id,
        "tags": list(source.tags) or None,
        "audience": None if source.audience == "public" else source.audience,
        "status": "draft" if source.is_draft else None,
        "redirect_from": [path for path in source.addresses if 1 < len(path) <= LONGEST_REDIRECT]
        or None,
    }
    return with_fields(parse_source(b"---\n---\n\n"), fields)


def _relative(origin: str, target: str) -> str:
    """The way from one file of the folder to another, as a link has it."""
    return quote(relpath(target, origin.rpartition("/")[0] or "."), safe="/.-_~")
