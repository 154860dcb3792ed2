"""Which file of a static site each old address is, and which can be none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from app.importing.report import FileProblem
from app.models import Article

_PAGES = (".html", ".htm")
_LONGEST_NAME = 255
"""Bytes of a file's name that every usual file system takes."""


def place_old_addresses(
    addresses: Iterable[tuple[str, Article]], files: Mapping[str, Article | None]
) -> tuple[dict[str, Article], list[FileProblem]]:
    """The file of each old address -> its article, and the addresses that are left out.

    `files`: what is in the folder already, and whose page it is; None for nobody's. The first of
    two addresses that want one file has it. Where the article is there already, in whatever
    language, nothing is missing.
    """
    holders: dict[str, Article | None] = dict(files)
    folders = {parent for path in files for parent in _parents(path)}
    placed: dict[str, Article] = {}
    left_out: list[FileProblem] = []
    for address, article in addresses:
        at = _file_of(address)
        reason = "cannot be a file" if at is None else _obstacle(at, article, holders, folders)
        if reason:
            where = f"{article.article_id} ({article.locale})"
            said = f"Its old address {address} {reason} and was left out."
            left_out.append(FileProblem(where, "old-address", said))
        elif at is not None and at not in holders:
            placed[at] = holders[at] = article
            folders.update(_parents(at))
    return placed, left_out


def _file_of(address: str) -> str | None:
    """A page is its own file, anything else a folder with an index. None for what leads out of the
    site's folder, is hidden, or has a name that no file can have."""
    parts = [part for part in address.split("/") if part not in {"", "."}]
    if any(part.startswith(".") or not _is_name(part) for part in parts):
        return None
    if not parts or not parts[-1].lower().endswith(_PAGES):
        parts.append("index.html")
    return "/".join(parts)


def _is_name(part: str) -> bool:
    return part.isprintable() and len(part.encode("utf-8", "replace")) <= _LONGEST_NAME


def _obstacle(
    at: str, article: Article, holders: Mapping[str, Article | None], folders: set[str]
) -> str:
    """Why the file cannot be written; empty if it can, or is there and leads to the article."""
    if at in holders:
        holder = holders[at]
        is_own = holder is not None and holder.article_id == article.article_id
        return "" if is_own else f"is another file, {at},"
    if at in folders:
        return f"is a folder of other files, {at},"
    above = next((parent for parent in _parents(at) if parent in holders), None)
    return f"lies under a file, {above}," if above else ""


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents if parent.name]
