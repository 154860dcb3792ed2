"""A plain folder of HTML pages, as any program can save one."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from bs4 import BeautifulSoup, Tag

from app.content import MOST_SOURCE_BYTES
from app.importing_from.collected import Collected, Shelf, SourceArticle
from app.locales import is_locale, normalise_locale
from app.naming import humanise

_LARGEST = 4 * MOST_SOURCE_BYTES
"""Bytes of a page: much of it is not its article."""
_PAGES = frozenset({".html", ".htm", ".xhtml"})
_CONTENT = ("article", "main", "[role=main]", "#content", "#main", ".article-body", "body")
_AROUND = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template")


def collect_html(source: Path, folder: Path, *, locale: str) -> Collected:
    """Read every page below `folder`; those that name no language are in `locale`."""
    collected = Collected()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        is_hidden = any(part.startswith(".") for part in PurePosixPath(relative).parts)
        if is_hidden or not path.is_file():
            continue
        if not path.resolve().is_relative_to(folder):
            reason = "It is a symbolic link that leads out of the folder."
            collected.lose(relative, "outside-folder", reason)
        elif path.suffix.lower() not in _PAGES:
            collected.files[f"/{relative}"] = path
        elif source.is_dir() or source == path or source.suffix.lower() == ".zip":
            _collect_page(path, relative, locale, collected)
    return collected


def _collect_page(path: Path, relative: str, locale: str, collected: Collected) -> None:
    if path.stat().st_size > _LARGEST:
        reason = f"It has {path.stat().st_size} bytes, and {_LARGEST} are the most; split it."
        collected.lose(relative, "article-too-large", reason)
        return
    # Bytes, not text: the parser reads the encoding from the page itself.
    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    content = _find_content(soup)
    title = _find_title(soup, content)
    if content is None or not title:
        reason = "It has no title or no text, and so is no article."
        collected.lose(relative, "no-article", reason)
        return
    for tag in content.find_all(_AROUND):
        tag.decompose()
    page_locale, inner = _find_locale(soup, relative, locale)
    key = str(PurePosixPath(inner).with_suffix(""))
    collected.articles.append(
        SourceArticle(
            key=key,
            locale=page_locale,
            title=title,
            html=content.decode_contents(),
            shelves=tuple(Shelf(humanise(part)) for part in PurePosixPath(inner).parent.parts),
            addresses=_addresses(relative),
            base=f"/{relative}",
        )
    )


def _find_content(soup: BeautifulSoup) -> Tag | None:
    for selector in _CONTENT:
        found = soup.select_one(selector)
        if found is not None and found.get_text(strip=True):
            return found
    return None


def _find_title(soup: BeautifulSoup, content: Tag | None) -> str:
    heading = content.find("h1") if content else None
    for tag in (heading, soup.title):
        words = " ".join(tag.get_text(" ", strip=True).split()) if isinstance(tag, Tag) else ""
        if words:
            return words
    return ""


def _find_locale(soup: BeautifulSoup, relative: str, locale: str) -> tuple[str, str]:
    """The language, and the path below the folder of that language."""
    first, slash, rest = relative.partition("/")
    if slash and is_locale(first):
        return normalise_locale(first), rest
    root = soup.find("html")
    named = str(root.get("lang") or "") if isinstance(root, Tag) else ""
    return (normalise_locale(named) if is_locale(named) else locale), relative


def _addresses(relative: str) -> tuple[str, ...]:
    path = PurePosixPath(relative)
    bare = f"/{path.with_suffix('')}"
    folder = f"/{path.parent}" if path.stem == "index" and path.parent.name else ""
    return tuple(dict.fromkeys(each for each in (f"/{relative}", bare, folder) if each))
