"""Looking over a folder of Markdown: which files are articles, categories, attachments.

Nothing is opened here but folders. A symbolic link is followed only where it stays in the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.importing.report import FileProblem, ImportRefused
from app.locales import is_locale, normalise_locale
from app.naming import ARTICLE_SUFFIXES

CATEGORY_FILE = "_category.md"
ATTACHMENT_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp")
    + (".mp4", ".webm", ".mov", ".m4v", ".mp3", ".ogg", ".wav", ".m4a")
    + (".pdf", ".docx", ".xlsx", ".pptx", ".csv", ".tsv", ".txt", ".json", ".yaml", ".yml")
    + (".zip", ".gz", ".tgz", ".7z", ".ino", ".hex", ".bin", ".dmg", ".exe", ".apk")
)
_LONGEST_PATH = 1000


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file of the folder."""

    path: str
    """Relative to the root, forward slashes: `ko/account/reset.md`."""
    locale: str | None
    """Of the first folder, where that is a language tag."""
    inner: str
    """`path` below the language folder: `account/reset.md`."""

    @property
    def folder(self) -> str:
        """`inner` without the file's name; empty at the top."""
        parent = str(PurePosixPath(self.inner).parent)
        return "" if parent == "." else parent


@dataclass(slots=True)
class Tree:
    """What a folder holds, each list in the order of paths."""

    root: Path
    articles: list[TreeFile] = field(default_factory=list)
    categories: list[TreeFile] = field(default_factory=list)
    attachments: list[TreeFile] = field(default_factory=list)
    failed: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    def gone_among(self, paths: Iterable[str]) -> Set[str]:
        """Those of `paths` at which there is nothing any more, as far as one can see."""
        found = (*self.articles, *self.categories, *self.attachments)
        missing = set(paths).difference(file.path for file in found)
        return missing - self.hidden_among(missing)

    def hidden_among(self, paths: Iterable[str]) -> Set[str]:
        """Those of `paths` of which nobody can say what is there: they, or a folder that they lie
        in, cannot be read."""
        failed = {bad.path for bad in self.failed}
        return {
            path
            for path in paths
            if failed and not failed.isdisjoint([path, *map(str, PurePosixPath(path).parents)])
        }


def find_root(directory: Path) -> Path:
    """The folder to import: `directory`, or its `articles` when languages are only in there.

    Raises ImportRefused when `directory` is no readable folder.
    """
    try:
        root = directory.resolve(strict=True)
        names = {entry.name for entry in root.iterdir() if entry.is_dir()}
    except OSError as error:
        raise ImportRefused(f"{directory} is not a folder that can be read: {error}.") from error
    if "articles" in names and not any(map(is_locale, names)):
        return root / "articles"
    return root


def scan_tree(root: Path) -> Tree:
    """List what is under `root` (as `find_root` returns it). Hidden files are left out."""
    tree = Tree(root)
    for path in sorted(_walk(root, tree)):
        _place(describe_path(path), tree)
    return tree


def _walk(root: Path, tree: Tree) -> Iterator[str]:
    def report(error: OSError) -> None:
        where = Path(error.filename).relative_to(root).as_posix()
        tree.failed.append(
            FileProblem(where, "unreadable", f"The folder cannot be read: {error.strerror}.")
        )

    for folder, folders, names in os.walk(root, onerror=report):
        here = Path(folder)
        for name in folders:
            if os.path.islink(here / name):
                _note_linked_folder(root, here / name, tree)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            relative = (here / name).relative_to(root).as_posix()
            if not name.startswith(".") and _is_usable(root, here / name, relative, tree):
                yield relative


def _is_usable(root: Path, file: Path, relative: str, tree: Tree) -> bool:
    problem = _find_problem(root, file, relative)
    if problem:
        printable = relative.encode("utf-8", "backslashreplace").decode("utf-8")
        tree.failed.append(FileProblem(printable, *problem))
    return problem is None


def _find_problem(root: Path, file: Path, relative: str) -> tuple[str, str] | None:
    """A code and a reason; None for a file that can be used."""
    try:
        if file.is_symlink() and not _stays_inside(root, file):
            reason = "It is a symbolic link that leads out of the folder; copy the file in."
            return "outside-folder", reason
        if not file.is_file():
            return "unreadable", "It is not a file that can be read; remove it."
    except OSError as error:  # names can be listed where files cannot be looked at
        return "unreadable", f"It cannot be read: {error.strerror}."
    if not _is_text(relative):
        return "bad-file-name", "Its name is not UTF-8 or too long; rename it."
    return None


def _note_linked_folder(root: Path, folder: Path, tree: Tree) -> None:
    relative = folder.relative_to(root).as_posix()
    if _stays_inside(root, folder):
        reason = "It is a symbolic link to a folder that is imported anyway; it was not followed."
        tree.warnings.append(FileProblem(relative, "linked-folder", reason))
    else:
        reason = "It is a symbolic link that leads out of the folder; copy the folder in."
        tree.failed.append(FileProblem(relative, "outside-folder", reason))


def _stays_inside(root: Path, path: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # a link to nothing, or to itself
        return False


def _is_text(relative: str) -> bool:
    try:
        return len(relative.encode("utf-8")) <= _LONGEST_PATH and relative.isprintable()
    except UnicodeEncodeError:
        return False


def describe_path(path: str) -> TreeFile:
    """What the path of a file says, relative to the root."""
    first, slash, rest = path.partition("/")
    if slash and is_locale(first):
        return TreeFile(path, normalise_locale(first), rest)
    return TreeFile(path, None, path)


def _place(file: TreeFile, tree: Tree) -> None:
    name = PurePosixPath(file.path)
    if name.name == CATEGORY_FILE:
        tree.categories.append(file)
    elif name.suffix.lower() in ARTICLE_SUFFIXES:
        tree.articles.append(file)
    elif name.suffix.lower() in ATTACHMENT_SUFFIXES:
        tree.attachments.append(file)
    else:
        reason = (
            "It is neither Markdown nor a kind of attachment that is known; it was not imported."
        )
        tree.warnings.append(FileProblem(file.path, "not-imported", reason))
