"""Categories from folders: named by their `_category.md`, else by the folder's own name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content import hash_source
from app.errors import KotaeError
from app.front_matter import parse_source
from app.importing.parsing import ParsedFile, Reading
from app.importing.report import FileProblem
from app.importing.tree import Tree, TreeFile
from app.models import Category
from app.naming import humanise, slugify, slugify_path

_UNPLACED = 1000
_Name = tuple[str, str]


class BadCategoryFile(KotaeError):
    """A `_category.md` has a field that cannot be used."""

    code = "bad-category-file"
    status = 422


@dataclass(frozen=True, slots=True)
class Shelf:
    """One category in one language, as the folder names it."""

    locale: str
    slug: str
    title: str
    description: str = ""
    icon: str = ""
    position: int = _UNPLACED
    source: str | None = None
    source_path: str | None = None

    @property
    def name(self) -> _Name:
        """What no two categories share."""
        return self.locale, self.slug


def read_shelves(tree: Tree, reading: Reading) -> tuple[list[Shelf], list[FileProblem]]:
    """Read every `_category.md`; the second list names those that cannot be used."""
    shelves, problems = [], []
    for file in tree.categories:
        try:
            shelves.append(_read_shelf(tree, file, reading))
        except OSError as error:
            reason = f"It cannot be read: {error.strerror}."
            problems.append(FileProblem(file.path, "unreadable", reason))
        except KotaeError as error:
            problems.append(FileProblem(file.path, error.code, error.message))
    return shelves, problems


def store_shelves(
    session: Session, tree: Tree, shelves: Sequence[Shelf], parsed: Iterable[ParsedFile]
) -> None:
    """Write the categories that `shelves` name and those that articles stand on."""
    rows = {(row.locale, row.slug): row for row in session.scalars(select(Category))}
    root = str(tree.root)
    ours = [row for row in rows.values() if row.source_root == root]
    gone = tree.gone_among(row.source_path or "" for row in ours)
    for row in ours:
        if (row.source_path or "") in gone:
            _put_back(row)
    for shelf in shelves:
        _store(session, rows, shelf, root)
    for file in parsed:
        for shelf in _folder_shelves(file):
            if shelf.name not in rows:
                _store(session, rows, shelf, None)


def _read_shelf(tree: Tree, file: TreeFile, reading: Reading) -> Shelf:
    raw = (tree.root / file.path).read_bytes()
    source = parse_source(raw)
    locale = reading.forced_locale or file.locale or reading.default_locale
    slug = slugify_path(file.folder)
    if not slug:
        raise BadCategoryFile("It names a category but lies in none; move it into a folder.")
    own_name = file.folder.rsplit("/", 1)[-1]
    return Shelf(
        locale=locale,
        slug=slug,
        title=_text(source.meta, "title") or humanise(own_name),
        description=_text(source.meta, "description"),
        icon=_text(source.meta, "icon")[:64],
        position=_whole_number(source.meta, "order"),
        source=raw.decode("utf-8"),
        source_path=file.path,
    )


def _text(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise BadCategoryFile(f"`{key}` must be a text.")
    return str(value).strip()


def _whole_number(meta: Mapping[str, Any], key: str) -> int:
    value = meta.get(key, _UNPLACED)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise BadCategoryFile(f"`{key}` must be a whole number from 0 to 1000000.")
    return int(value)


def _folder_shelves(file: ParsedFile) -> Iterable[Shelf]:
    """The article's category and those around it, titled as the author wrote them."""
    category = file.content.category
    written = file.file.folder if category is None else category
    slugs: list[str] = []
    for segment in written.split("/"):
        if slugify(segment):
            slugs.append(slugify(segment))
            yield Shelf(file.locale, "/".join(slugs), humanise(segment.strip()))


def _store(session: Session, rows: dict[_Name, Category], shelf: Shelf, root: str | None) -> None:
    row = rows.get(shelf.name)
    if row is None:
        row = rows[shelf.name] = Category(locale=shelf.locale, slug=shelf.slug)
        session.add(row)
    row.parent = shelf.slug.rpartition("/")[0]
    row.title, row.description = shelf.title, shelf.description
    row.icon, row.position = shelf.icon, shelf.position
    row.source, row.source_path, row.source_root = shelf.source, shelf.source_path, root
    row.source_hash = None if shelf.source is None else hash_source(shelf.source.encode("utf-8"))


def _put_back(row: Category) -> None:
    """Its `_category.md` is gone: the folder's name is what is left."""
    row.title, row.description, row.icon = humanise(row.slug.rpartition("/")[2]), "", ""
    row.position = _UNPLACED
    row.source = row.source_hash = row.source_root = row.source_path = None
