"""What everybody may read, as a folder of HTML that any web server, or none, can show.

Links are relative, so the folder works under any address and from a disk. Search and the contact
form need a server, and are not in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from importlib.resources import files as package_files
from pathlib import Path
from posixpath import relpath
from urllib.parse import quote, unquote

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, PackageLoader
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.addresses import article_url
from app.categories import Shelf, order_shelves
from app.exporting.folder import ExportReport
from app.exporting.old_addresses import place_old_addresses
from app.exporting.whole import ExportRefused, refuse_occupied, write_whole
from app.languages import language_name
from app.media import media_path
from app.models import Article, Redirect, utc_now
from app.reading import PUBLIC
from app.settings import Settings
from search.document import Progress, no_progress

_LINK = re.compile(r'\s(href|src)="(/[^"]*)"')
_MEDIA = re.compile(r"/media/([0-9a-f]{64})/([^\"#?]+)")


@dataclass(frozen=True, slots=True)
class _Site:
    """What every page needs."""

    settings: Settings
    pages: Environment
    articles: Mapping[str, Article]
    """Path of an article on the live site, decoded -> the article."""

    def page(self, name: str, at: str, locale: str, **values: object) -> bytes:
        """A page that lies at the path `at` of the folder."""
        return (
            self.pages.get_template(f"{name}.html")
            .render(
                site_name=self.settings.site_name,
                locale=locale,
                direction=_direction_of(locale),
                style=_way(at, "site.css"),
                home=_way(at, f"{locale}/index.html"),
                way=lambda target: _way(at, target),
                **values,
            )
            .encode("utf-8")
        )


def export_site(
    directory: Path,
    *,
    session_factory: sessionmaker[Session],
    settings: Settings,
    now: datetime | None = None,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write every article that is published for everybody at `now`, with its pictures.

    `directory` must be absent or empty; it appears whole or not at all. Raises ExportRefused.
    """
    refuse_occupied(directory)
    with session_factory() as session:
        articles = _load(session, now or utc_now())
        addresses = _load_old_addresses(session, articles)
        shelves = _load_shelves(session, articles, settings.default_locale)
    by_path = {unquote(article_url(each.locale, each.article_id)): each for each in articles}
    site = _Site(settings, _templates(), by_path)
    media = _media(settings, articles)
    files = _pages(site, articles, shelves) | media | {"site.css": _style_sheet()}
    own = {_place(each): each for each in articles}
    moved, left_out = place_old_addresses(addresses, {path: own.get(path) for path in files})
    for at, target in moved.items():
        files[at] = site.page("moved", at, target.locale, target=_way(at, _place(target)))
    write_whole(directory, files, progress)
    counted = sum(map(len, shelves.values()))
    return ExportReport(len(articles), counted, len(media), tuple(left_out))


def _templates() -> Environment:
    loader = PackageLoader("app", "templates/static_site")
    templates = Environment(loader=loader, autoescape=True, trim_blocks=True)
    templates.filters["language_name"] = language_name
    return templates


def _direction_of(locale: str) -> str:
    """Which way the language is written, as HTML says it: by its letters where nobody knows."""
    try:
        return str(Locale.parse(locale, sep="-").text_direction)
    except UnknownLocaleError:
        return "auto"


def _load(session: Session, now: datetime) -> list[Article]:
    shown = select(Article).where(Article.visible(now), Article.audience.in_(PUBLIC))
    return list(session.scalars(shown.order_by(Article.locale, Article.title, Article.article_id)))


def _load_old_addresses(session: Session, articles: Sequence[Article]) -> list[tuple[str, Article]]:
    """Old addresses of articles that are shown, the newest first."""
    by_pk = {article.id: article for article in articles}
    rows = session.scalars(select(Redirect).order_by(Redirect.id.desc()))
    return [(row.path, by_pk[row.article_pk]) for row in rows if row.article_pk in by_pk]


def _load_shelves(
    session: Session, articles: Sequence[Article], default_locale: str
) -> dict[str, list[Shelf]]:
    """The categories that hold something in each language, in their order."""
    used: dict[str, set[str]] = defaultdict(set)
    for article in articles:
        used[article.locale].add(article.category)
    return {
        locale: order_shelves(session, slugs, locale=locale, default_locale=default_locale)
        for locale, slugs in used.items()
    }


def _pages(
    site: _Site, articles: Sequence[Article], shelves: Mapping[str, Sequence[Shelf]]
) -> dict[str, bytes | Path]:
    files: dict[str, bytes | Path] = {}
    by_locale: dict[str, list[Article]] = defaultdict(list)
    versions: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_locale[article.locale].append(article)
        versions[article.article_id].append(article)
    for article in articles:
        at = _place(article)
        others = [each for each in versions[article.article_id] if each is not article]
        files[at] = site.page(
            "article",
            at,
            article.locale,
            article=article,
            body=_relink(site, article, at),
            others=[(each.locale, _way(at, _place(each))) for each in others],
        )
    for locale, theirs in by_locale.items():
        at = f"{locale}/index.html"
        listed = [
            (title, [(each.title, _way(at, _place(each))) for each in group])
            for title, group in _shelve(theirs, shelves[locale])
        ]
        languages = [(each, _way(at, f"{each}/index.html")) for each in sorted(by_locale)]
        files[at] = site.page("home", at, locale, shelves=listed, languages=languages)
    files["index.html"] = _front(site, sorted(by_locale))
    return files


def _front(site: _Site, locales: Sequence[str]) -> bytes:
    """The way into the site's own language, or the first there is."""
    default = site.settings.default_locale
    locale = default if default in locales else next(iter(locales), default)
    target = f"{locale}/index.html" if locales else ""
    return site.page("moved", "index.html", locale, target=target)


def _shelve(
    articles: Sequence[Article], shelves: Sequence[Shelf]
) -> list[tuple[str, list[Article]]]:
    """What is in no category first, without a title."""
    groups: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        groups[article.category].append(article)
    loose = [("", groups[""])] if "" in groups else []
    return [*loose, *((shelf.title, groups[shelf.slug]) for shelf in shelves)]


def _relink(site: _Site, article: Article, at: str) -> str:
    """The article's HTML with links that work from its file; what is not in the folder is text."""

    def replace(found: re.Match[str]) -> str:
        path, mark, fragment = unescape(found[2]).partition("#")
        path = unquote(path)
        if path.startswith("/media/"):
            return f' {found[1]}="{escape(_way(at, path.lstrip("/")))}"'
        target = site.articles.get(path)
        if target is None:
            return ""
        return f' {found[1]}="{escape(_way(at, _place(target)) + mark + fragment)}"'

    return _LINK.sub(replace, article.html)


def _media(settings: Settings, articles: Sequence[Article]) -> dict[str, bytes | Path]:
    """Only what a public article shows: other pictures are not for everybody."""
    found: dict[str, bytes | Path] = {}
    for article in articles:
        for sha256, name in _MEDIA.findall(article.html):
            stored = media_path(settings.media_dir, sha256)
            if not stored.is_file():
                raise ExportRefused(f"A picture of {article.article_id} is missing: {stored}.")
            found[f"media/{sha256}/{unquote(unescape(name))}"] = stored
    return found


def _place(article: Article) -> str:
    return f"{article.locale}/articles/{article.article_id}/index.html"


def _way(at: str, target: str) -> str:
    """From one file of the folder to another, as a link has it."""
    return quote(relpath(target, at.rpartition("/")[0] or "."), safe="/.-_~")


def _style_sheet() -> bytes:
    return package_files("app").joinpath("templates/static_site/site.css").read_bytes()
