"""Markdown to a page: safe HTML, plain text for the index, headings, links.

The way of an article: `markup.blocks` and `markup.inline` read the dialect's structure,
`markup.markdown` converts paragraphs, `markup.sanitise` cleans, `markup.page` and `markup.links`
work on the clean tree, `markup.plain` reads its text, and `markup.sanitise` has the last word.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import KotaeError
from app.markup.links import LinkSetter, RenderWarning, Resolve
from app.markup.markdown import convert
from app.markup.page import Heading, set_headings, take_title, tidy, wrap_tables
from app.markup.plain import read_sections
from app.markup.sanitise import clean
from app.markup.tree import Node, read_tree, write_tree
from search.document import Section


class Unrenderable(KotaeError):
    """The Markdown is built in a way that cannot be shown."""

    code = "unrenderable-article"
    status = 422


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article ready for readers and for the index."""

    html: str
    """Safe HTML; headings from h2; never the article's title."""
    sections: tuple[Section, ...]
    headings: tuple[Heading, ...]
    links: tuple[str, ...]
    """Addresses of other articles and pages of the help center, as the author wrote them."""
    media: tuple[str, ...]
    """Addresses of images and attachments, as the author wrote them."""
    dead: tuple[str, ...]
    """Of links, media and fragments, those that lead nowhere."""
    warnings: tuple[RenderWarning, ...]


def render(
    source_body: str, *, resolve_link: Resolve, resolve_media: Resolve, locale: str = "en"
) -> Rendered:
    """Render an article's Markdown.

    `resolve_link` receives the address of an internal link (relative or root-relative, with its
    fragment, percent-decoded) and returns the URL to use, or None when no article is there;
    `resolve_media` the same for images and attachments. `locale` (BCP 47) chooses the words above
    notes that have no title. Raises Unrenderable when the article is nested beyond all bounds.
    """
    try:
        return _render(source_body, resolve_link, resolve_media, locale)
    except RecursionError as error:
        raise Unrenderable(
            "The article nests emphasis, lists or quotes too deep to be shown. Make it flatter."
        ) from error


def _render(source: str, resolve_link: Resolve, resolve_media: Resolve, locale: str) -> Rendered:
    converted = convert(source, locale)
    root = read_tree(clean(converted.html))
    tidy(root)
    title_anchor = take_title(root)
    headings = set_headings(root)
    wrap_tables(root)
    setter = LinkSetter(_anchors(root), resolve_link, resolve_media, locale)
    setter.set_links(root)
    _drop_unused(root, title_anchor)
    report = setter.report
    if converted.flattened:
        report.warnings.append(
            RenderWarning("too-deep", "Some lists or quotes are nested too deep; they became flat.")
        )
    return Rendered(
        html=clean(converted.code.restore(write_tree(root))).strip(),
        sections=read_sections(root, converted.code),
        headings=headings,
        links=tuple(dict.fromkeys(report.internal)),
        media=tuple(dict.fromkeys(report.media)),
        dead=tuple(dict.fromkeys(report.dead)),
        warnings=tuple(dict.fromkeys(report.warnings)),
    )


def _anchors(root: Node) -> frozenset[str]:
    return frozenset(node.attributes["id"] for node in root.walk() if "id" in node.attributes)


def _drop_unused(root: Node, title_anchor: str) -> None:
    """Take the title's anchor away again unless a link of the article leads to it."""
    used = any(node.attributes.get("href") == f"#{title_anchor}" for node in root.walk())
    if title_anchor and not used:
        root.children = [
            child
            for child in root.children
            if isinstance(child, str) or child.attributes.get("id") != title_anchor
        ]
