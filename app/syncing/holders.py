"""Whose a path is, of several articles that have their file there, or once had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from app.syncing.states import FileState, Name, Sides, SiteState


def shared_paths(sides: Sides) -> dict[str, list[Name]]:
    """Paths that more than one article takes for its file, and those articles' names.

    No step is planned for them: which of them the file is, a person says, by putting others away.
    """
    sides = _without_former(sides)
    found = {}
    for path, articles in _holders(sides).items():
        living = [article for article in articles if article.presence != "gone"]
        if len(living) > 1 or (living and _is_anothers(sides.files.get(path), living[0], articles)):
            found[path] = sorted(article.name for article in articles)
    return found


def _without_former(sides: Sides) -> Sides:
    """Both sides, but an article that agreed on no file with the folder keeps the path that it once
    had only as long as nothing else stands there."""
    held = {each.path for each in sides.articles if each.base and each.presence != "gone"}
    articles = []
    for article in sides.articles:
        if article.path is not None and article.base is None:
            file = sides.files.get(article.path)
            is_others = file is not None and file.name not in {None, article.name}
            if article.path in held or is_others:
                article = replace(article, path=None)
            elif article.presence != "gone":
                held.add(article.path)
        articles.append(article)
    return replace(sides, articles=articles)


def _holders(sides: Sides) -> dict[str, list[SiteState]]:
    holders: dict[str, list[SiteState]] = defaultdict(list)
    for article in sides.articles:
        if article.path is not None:
            holders[article.path].append(article)
    return holders


def _is_anothers(file: FileState | None, living: SiteState, articles: Iterable[SiteState]) -> bool:
    """Whether the file, not what its one living article agreed on, is by its name or text a gone
    one's."""
    if file is None or file.hash in {None, living.base}:
        return False
    others = (article for article in articles if article is not living)
    return any(file.name == each.name or file.hash == each.base for each in others)


def without_shared(sides: Sides) -> Sides:
    """Both sides without files that are nobody's for certain, and without their articles.

    One that is gone has no say about a file that is a living article's.
    """
    sides = _without_former(sides)
    shared = shared_paths(sides)
    files = {path: file for path, file in sides.files.items() if path not in shared}
    living = {each.path for each in sides.articles if each.presence != "gone"}
    articles = [
        replace(each, path=None) if each.presence == "gone" and each.path in living else each
        for each in sides.articles
        if each.path not in shared
    ]
    return replace(sides, files=files, articles=articles)
