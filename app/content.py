"""From a Markdown file to all that an article's row holds; pure, so that any process can do it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.article_fields import BadField, read_fields
from app.errors import KotaeError
from app.front_matter import LARGEST, parse_source
from app.linking import LinkTable, Origin, leads_out
from app.markup.links import RenderWarning
from app.render import render
from search.document import Section

MOST_SOURCE_BYTES = LARGEST
LONGEST_ID = 400
LONGEST_REDIRECT = 600

_MODULES = (
    *("article_fields.py", "content.py", "front_matter.py"),
    *("locales.py", "machine_texts.py", "naming.py", "render.py", "text_lines.py"),
)
"""What reads and renders, beside app.markup. Links are checked on their own at each import."""
_RENDERERS = ("markdown", "nh3", "pygments", "ruamel.yaml")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_UNFIT = re.compile(r"[\s?#%\\@\x00-\x1f\x7f]")


class BadArticleId(KotaeError):
    """An id that cannot stand in an address."""

    code = "bad-id"
    status = 422


class UnstorableText(KotaeError):
    """A text holds characters that no database keeps."""

    code = "unstorable-text"
    status = 422


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """One Markdown file, its front matter read. Empty fields are those it does not name."""

    source: str
    """The whole file; encoded as UTF-8 it is the file byte for byte."""
    source_hash: str
    body: str
    title: str
    article_id: str | None
    locale: str | None
    category: str | None
    questions: tuple[str, ...]
    tags: tuple[str, ...]
    products: tuple[str, ...]
    audience: str
    status: str
    publish_at: datetime | None
    expires_at: datetime | None
    review_by: date | None
    owner: str
    redirect_from: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenderedContent:
    """What readers and the index get of an article."""

    html: str
    sections: tuple[dict[str, Any], ...]
    headings: tuple[dict[str, Any], ...]
    links: Mapping[str, str | None]
    """Each link and image, as written, and the address it got."""
    warnings: tuple[RenderWarning, ...]


def hash_source(raw: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def renderer_fingerprint() -> str:
    """Changes whenever the same file might be read or rendered differently.

    Taken from the code itself, so that nobody has to remember to raise a version.
    """
    digest = hashlib.sha256()
    package = importlib.resources.files("app")
    modules = [package / name for name in _MODULES]
    modules += sorted(package.joinpath("markup").iterdir(), key=lambda entry: entry.name)
    for module in modules:
        if module.is_file():
            digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    for name in _RENDERERS:
        digest.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()


def read_content(raw: bytes) -> ArticleContent:
    """Read a file's front matter. Raises ArticleError for what is wrong with it, UnstorableText."""
    parsed = parse_source(raw)
    fields = read_fields(parsed)
    named = (fields.title, fields.owner or "", fields.category or "", *fields.questions)
    _require_storable(parsed.text, *named, *fields.tags, *fields.products, *fields.redirect_from)
    _require_storable(*fields.pages)
    too_long = [path for path in fields.redirect_from if len(path) > LONGEST_REDIRECT]
    if too_long:
        raise BadField("redirect_from", f"at most {LONGEST_REDIRECT} characters long", too_long[0])
    return ArticleContent(
        source=raw.decode("utf-8"),
        source_hash=hash_source(raw),
        body=parsed.body,
        title=fields.title,
        article_id=fields.id,
        locale=fields.locale,
        category=fields.category,
        questions=fields.questions,
        tags=fields.tags,
        products=fields.products,
        audience=fields.audience,
        status=fields.status,
        publish_at=fields.publish_at,
        expires_at=fields.expires_at,
        review_by=fields.review_by.date() if fields.review_by else None,
        owner=fields.owner or "",
        redirect_from=fields.redirect_from,
        pages=fields.pages,
    )


def check_article_id(article_id: str) -> str:
    """Return `article_id` if it can stand in an address; raise BadArticleId."""
    segments = article_id.split("/")
    whole = all(segment and segment.strip(".") for segment in segments)
    if not whole or len(article_id) > LONGEST_ID or _UNFIT.search(article_id):
        raise BadArticleId(
            f"{article_id!r} cannot be an id; write an `id` such as reset-password, "
            f"of at most {LONGEST_ID} characters."
        )
    _require_storable(article_id)
    return article_id


def render_content(content: ArticleContent, origin: Origin, table: LinkTable) -> RenderedContent:
    """Render an article whose links are followed in `table`. Raises Unrenderable."""
    links: dict[str, str | None] = {}

    def resolve(target: str) -> str | None:
        links[target] = table.resolve(origin, target)
        return links[target]

    rendered = render(
        content.body, resolve_link=resolve, resolve_media=resolve, locale=origin.locale
    )
    _require_storable(rendered.html, *(section.text for section in rendered.sections))
    return RenderedContent(
        html=rendered.html,
        sections=tuple(_section_to_json(section) for section in rendered.sections),
        headings=tuple(
            {"level": heading.level, "text": heading.text, "anchor": heading.anchor}
            for heading in rendered.headings
        ),
        links=links,
        warnings=(
            *rendered.warnings,
            *_warn_of_exits(origin, links),
        ),
    )


def _section_to_json(section: Section) -> dict[str, Any]:
    return {"path": list(section.path), "anchor": section.anchor, "text": section.text}


def _warn_of_exits(origin: Origin, links: Mapping[str, str | None]) -> Iterator[RenderWarning]:
    for target, address in links.items():
        if address is None and leads_out(origin.path, target):
            reason = f"The link to {target} leads out of the folder; nothing there is looked at."
            yield RenderWarning("link-outside-folder", reason, target)


def _require_storable(*texts: str) -> None:
    for text in texts:
        if _UNSTORABLE.search(text):
            raise UnstorableText("It holds a NUL or half a character; take it out.")
