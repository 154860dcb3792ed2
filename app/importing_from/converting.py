"""HTML of another help center to Markdown: what an article says, without how it looked there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from app.content import MOST_SOURCE_BYTES
from app.errors import KotaeError
from app.markup.admonitions import KIND_OF

_DROPPED = ("script", "style", "noscript", "template", "head", "link", "meta")
_LOST = {
    "iframe": "An embedded page",
    "video": "A video",
    "audio": "A recording",
    "object": "An embedded object",
    "embed": "An embedded object",
    "form": "A form",
}
_BLOCKS = ("ul", "ol", "pre", "table", "blockquote", "h1", "h2", "h3", "h4")
_TABLE_TAGS = {
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "p"),
    *("ul", "ol", "li", "a", "img", "strong", "em", "b", "i", "code", "pre", "br", "sup", "sub"),
}
_TABLE_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_LANGUAGE = re.compile(r"(?:lang(?:uage)?|brush|highlight-source)[-: ]+([\w+#-]+)")
_KIND = re.compile(r"[a-z]+")
_ALERT = re.compile(r"callout|alert|admonition|notification|message|box|panel")


class Inconvertible(KotaeError):
    """A text that cannot be made Markdown of."""

    code = "inconvertible"
    status = 422


@dataclass(frozen=True, slots=True)
class Converted:
    """The Markdown, and what was left behind."""

    markdown: str
    lost: tuple[tuple[str, str], ...]
    """(code, what an editor should look at)."""


Follow = Callable[[str, bool], str | None]
"""What an address becomes: (address, whether it is an image's). None leads nowhere."""


def convert(html: str, *, title: str, follow: Follow) -> Converted:
    """Make Markdown of an article's HTML; its links and images go where `follow` says.

    Raises Inconvertible for a text that is too large, or nested too deep to be an article.
    """
    size = len(html.encode("utf-8", "replace"))
    if size > 4 * MOST_SOURCE_BYTES:
        raise Inconvertible(
            f"Its HTML has {size} bytes, and {4 * MOST_SOURCE_BYTES} are the most; split it, or "
            "take out embedded images."
        )
    try:
        soup = BeautifulSoup(html, "html.parser")
        lost = _prepare(soup, title, follow)
        markdown = _Converter(**_OPTIONS).convert_soup(soup)
    except RecursionError as error:
        raise Inconvertible("Its HTML is nested too deep to be an article.") from error
    return Converted(_tidy(markdown), tuple(lost))


def _prepare(soup: BeautifulSoup, title: str, follow: Follow) -> list[tuple[str, str]]:
    lost = list(_replace_embedded(soup))
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    first = soup.find(["h1", "h2"])
    if isinstance(first, Tag) and _words(first) == " ".join(title.split()):
        first.decompose()
    if soup.find("h1"):
        for level in range(5, 0, -1):
            for heading in soup.find_all(f"h{level}"):
                heading.name = f"h{level + 1}"
    lost += _follow_all(soup, follow)
    return lost


def _replace_embedded(soup: BeautifulSoup) -> list[tuple[str, str]]:
    lost = []
    for tag in soup.find_all(list(_LOST)):
        if tag.decomposed:
            continue
        source = tag if tag.get("src") or tag.get("data") else tag.find("source")
        address = ""
        if isinstance(source, Tag):
            address = str(source.get("src") or source.get("data") or "").strip()
        what = _LOST[tag.name]
        place = f"; a link to {address} is left" if address else ""
        lost.append((f"lost-{tag.name}", f"{what} cannot be carried over{place}."))
        if address.startswith("//"):
            address = f"https:{address}"
        if address.startswith(("https://", "http://")):
            paragraph = soup.new_tag("p")
            link = soup.new_tag("a", href=address)
            link.string = str(tag.get("title") or address)
            paragraph.append(link)
            tag.replace_with(paragraph)
        else:
            tag.decompose()
    return lost


def _follow_all(soup: BeautifulSoup, follow: Follow) -> list[tuple[str, str]]:
    lost = []
    for tag in soup.find_all(["a", "img"]):
        key = "src" if tag.name == "img" else "href"
        address = str(tag.get(key) or "").strip()
        if not address:
            if tag.name == "img":
                tag.decompose()
            continue
        if tag.name == "img" and address.lower().startswith("data:"):
            lost.append(("embedded-image", "An image was written into the text; add it as a file."))
            tag.decompose()
            continue
        found = follow(address, tag.name == "img")
        if found is not None:
            tag[key] = found
        elif tag.name == "img":
            lost.append(("image-missing", f"The image {address} is not in the export."))
            tag.replace_with(str(tag.get("alt") or ""))
        else:
            lost.append(("dead-link", f"The link to {address} leads nowhere here."))
            tag.unwrap()
    return lost


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


def _code_language(tag: Tag) -> str:
    """The language that a highlighter was told, on the block or its <code>."""
    for each in (tag, tag.find("code")):
        if isinstance(each, Tag):
            found = _LANGUAGE.search(_classes(each))
            if found:
                return found[1]
    return ""


def _classes(tag: Tag) -> str:
    named = tag.get("class")
    return " ".join(named) if isinstance(named, list) else str(named or "")


class _Converter(MarkdownConverter):  # type: ignore[misc,unused-ignore]
    """markdownify, and what Kotae's Markdown has beyond it."""

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A table that Markdown cannot write stays HTML, cleaned and without an empty line."""
        is_plain = not (
            el.select_one("[colspan]:not([colspan='1']), [rowspan]:not([rowspan='1'])")
            or el.find(_BLOCKS)
            or any(len(cell.find_all("p")) > 1 for cell in el.find_all(["td", "th"]))
        )
        if is_plain:
            return f"\n\n{text.strip()}\n\n"
        html = nh3.clean(str(el), tags=_TABLE_TAGS, attributes=_TABLE_ATTRIBUTES, link_rel=None)
        return "\n\n" + re.sub(r"\s*\n\s*", "\n", html.strip()) + "\n\n"

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A box that warns or explains becomes an admonition."""
        kind = _admonition(_classes(el))
        if kind and text.strip() and "_inline" not in parent_tags:
            lines = "\n".join(f"    {line}" if line else "" for line in text.strip().split("\n"))
            return f"\n\n!!! {kind}\n\n{lines}\n\n"
        return str(super().convert_div(el, text, parent_tags))  # type: ignore[misc]

    convert_aside = convert_div


def _admonition(classes: str) -> str:
    """What a box is for, by its classes; empty for one that is only there for its looks."""
    words = _KIND.findall(classes.lower())
    kind = next((word for word in words if word in KIND_OF), "")
    if kind and (len(words) == 1 or any(_ALERT.search(word) for word in words)):
        return KIND_OF[kind]
    return "note" if any(word == "callout" for word in words) else ""


def _tidy(markdown: str) -> str:
    lines = [line.rstrip() if not line.endswith("  ") else line for line in markdown.split("\n")]
    text = "\n".join(line if line.strip() else "" for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


_OPTIONS: Mapping[str, Any] = {
    "heading_style": "ATX",
    "bullets": "-",
    "escape_misc": True,
    "code_language_callback": _code_language,
    "table_infer_header": True,
    "strip_document": None,
}
