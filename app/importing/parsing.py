"""Reading and rendering the files of an import. Runs in worker processes: plain data in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.content import (
    MOST_SOURCE_BYTES,
    ArticleContent,
    RenderedContent,
    check_article_id,
    hash_source,
    read_content,
    render_content,
)
from app.errors import KotaeError
from app.importing.report import FileProblem
from app.importing.tree import TreeFile
from app.linking import LinkTable, Origin
from app.locales import normalise_locale
from app.naming import default_article_id, slugify_path


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files of one import are to be read."""

    root: Path
    forced_locale: str | None
    """Wins over everything a file or folder says."""
    default_locale: str
    fingerprint: str
    """Of the code that reads and renders."""

    def import_key(self, path: str, source_hash: str) -> str:
        """The same key means: reading this file again would give the same article."""
        parts = (
            source_hash,
            str(self.root),
            path,
            self.forced_locale or "",
            self.default_locale,
            self.fingerprint,
        )
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """One article file, read; its links are not followed yet."""

    file: TreeFile
    article_id: str
    locale: str
    category: str
    content: ArticleContent
    import_key: str

    @property
    def name(self) -> tuple[str, str]:
        """What no two files may share."""
        return self.article_id, self.locale

    @property
    def origin(self) -> Origin:
        """Where its links start from."""
        return Origin(self.file.path, self.locale, self.content.audience)


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One article file, ready to be stored."""

    parsed: ParsedFile
    rendered: RenderedContent


def read_hash(path: Path) -> str | None:
    """SHA-256 of a file; None for one that cannot be an article: unreadable or far too large."""
    try:
        if path.stat().st_size > MOST_SOURCE_BYTES:
            return None
        return hash_source(path.read_bytes())
    except OSError:
        return None


def name_of(reading: Reading, file: TreeFile, raw: bytes) -> tuple[str, str] | None:
    """The id and language that a file of this text has; None where it can be no article."""
    try:
        return _locate(reading, file, read_content(raw)).name
    except KotaeError:
        return None


def parse_files(reading: Reading, files: Sequence[TreeFile]) -> list[ParsedFile | FileProblem]:
    """Read each file; what is wrong with one is its own outcome and stops no other."""
    return [_parse_file(reading, file) for file in files]


def render_files(table: LinkTable, files: Sequence[ParsedFile]) -> list[RenderedFile | FileProblem]:
    """Render each file, its links followed in `table`."""
    return [_render_file(table, parsed) for parsed in files]


def _parse_file(reading: Reading, file: TreeFile) -> ParsedFile | FileProblem:
    try:
        with (reading.root / file.path).open("rb") as stream:
            raw = stream.read(MOST_SOURCE_BYTES + 1)
        return _locate(reading, file, read_content(raw))
    except OSError as error:
        return FileProblem(file.path, "unreadable", f"It cannot be read: {error.strerror}.")
    except KotaeError as error:
        return FileProblem(file.path, error.code, error.message)


def _locate(reading: Reading, file: TreeFile, content: ArticleContent) -> ParsedFile:
    named = reading.forced_locale or content.locale or file.locale or reading.default_locale
    article_id = content.article_id or default_article_id(file.inner)
    folder = content.category if content.category is not None else file.folder
    return ParsedFile(
        file=file,
        article_id=check_article_id(article_id),
        locale=normalise_locale(named),
        category=slugify_path(folder),
        content=content,
        import_key=reading.import_key(file.path, content.source_hash),
    )


def _render_file(table: LinkTable, parsed: ParsedFile) -> RenderedFile | FileProblem:
    try:
        return RenderedFile(parsed, render_content(parsed.content, parsed.origin, table))
    except KotaeError as error:
        return FileProblem(parsed.file.path, error.code, error.message)
