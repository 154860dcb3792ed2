"""Where the links of an article lead: file paths and old addresses become addresses of the site.

Nobody is led to an article that is not for them: whoever reads a page may follow all its links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from app.addresses import article_url, media_url
from app.locales import is_locale, normalise_locale
from app.naming import ARTICLE_SUFFIXES, default_article_id

_INDEX_NAMES = ("index", "README", "readme")
PUBLIC = "public"
"""The audience that is everybody."""
_PAGE_SUFFIXES = frozenset({".html", ".htm"}) | ARTICLE_SUFFIXES


@dataclass(frozen=True, slots=True)
class Origin:
    """The article whose links are followed."""

    path: str
    """Its file's path in the folder; made up from its id when it has no file."""
    locale: str
    audience: str = PUBLIC
    """Who reads it, and so who follows its links."""


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Everything a link can lead to. Plain data, so that it can be handed to another process."""

    paths: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Path of a file in the folder -> (article id, locale)."""
    audiences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Id of each published article -> locale -> who may read it in that language."""
    redirects: Mapping[str, str] = field(default_factory=dict)
    """Old address, starting with "/" -> article id."""
    media: Mapping[str, str] = field(default_factory=dict)
    """Path of an attachment in the folder -> SHA-256."""

    def resolve(self, origin: Origin, target: str) -> str | None:
        """The site's address of an attachment or article; None when `target` leads nowhere."""
        return self.resolve_media(origin, target) or self.resolve_link(origin, target)

    def resolve_link(self, origin: Origin, target: str) -> str | None:
        """The site's address of an article that is linked to, with the fragment; None for none."""
        split = _split(target)
        if split is None:
            return None
        path, fragment = split
        if path.startswith("/"):
            found = self._find_address(path, origin.locale)
        else:
            found = self._find_file(origin, path)
        if found is None or not self._may_read(origin.audience, *found):
            return None
        return article_url(found[1], found[0], fragment)

    def resolve_media(self, origin: Origin, target: str) -> str | None:
        """The site's address of an image or attachment; None when the folder does not hold it."""
        split = _split(target)
        path = split and (join_path(origin.path, split[0]) or split[0].lstrip("/"))
        sha256 = self.media.get(path) if path else None
        return media_url(sha256, PurePosixPath(path).name) if path and sha256 else None

    def _may_read(self, audience: str, article_id: str, locale: str) -> bool:
        """Whether everybody of `audience` may read that article: it is public or their own.

        Where it is not written in `locale`, its page offers the languages in which it is.
        """
        versions = self.audiences.get(article_id, {})
        offered = [versions[locale]] if locale in versions else versions.values()
        return any(reader in {PUBLIC, audience} for reader in offered)

    def _find_file(self, origin: Origin, target: str) -> tuple[str, str] | None:
        path = join_path(origin.path, target)
        if path is None:
            return None
        for candidate in _file_candidates(path):
            if candidate in self.paths:
                return self.paths[candidate]
        # Not written in this language, or not a file: the article page offers what exists.
        return self._find_id(_without_locale(path), origin.locale)

    def _find_address(self, path: str, locale: str) -> tuple[str, str] | None:
        moved = self.redirects.get(path.rstrip("/") or "/")
        if moved is not None and moved in self.audiences:
            return moved, locale
        first, _, rest = path.strip("/").partition("/")
        if is_locale(first):
            locale, path = normalise_locale(first), rest
        return self._find_id(path.strip("/").removeprefix("articles/"), locale)

    def _find_id(self, path: str, locale: str) -> tuple[str, str] | None:
        pure = PurePosixPath(path)
        base = str(pure.with_suffix("")) if pure.suffix.lower() in _PAGE_SUFFIXES else path
        for candidate in (base, *(f"{base}/{name}" for name in _INDEX_NAMES)):
            article_id = default_article_id(candidate)
            if article_id in self.audiences:
                return article_id, locale
            renamed = self.redirects.get(f"/{locale}/articles/{article_id}")
            if renamed is not None and renamed in self.audiences:
                return renamed, locale
        return None


def join_path(origin: str, target: str) -> str | None:
    """`target` as seen from the file `origin`, both relative to the folder.

    None when it starts with "/" or leads out of the folder.
    """
    if target.startswith("/"):
        return None
    steps = list(PurePosixPath(origin).parent.parts)
    for step in target.split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def leads_out(origin: str, target: str) -> bool:
    """Whether a relative link leaves the folder; such a file is never looked at."""
    split = _split(target)
    if split is None or split[0].startswith("/"):
        return False
    return join_path(origin, split[0]) is None


def _split(target: str) -> tuple[str, str] | None:
    """Path and fragment of a percent-decoded address; None for what has another host."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return parts.path, parts.fragment


def _file_candidates(path: str) -> tuple[str, ...]:
    bare = path.rstrip("/")
    if PurePosixPath(bare).suffix.lower() in ARTICLE_SUFFIXES:
        return (bare,)
    ends = (*ARTICLE_SUFFIXES, *(f"/{name}.md" for name in _INDEX_NAMES))
    return tuple(bare + end for end in sorted(ends))


def _without_locale(path: str) -> str:
    first, slash, rest = path.partition("/")
    return rest if slash and is_locale(first) else path
