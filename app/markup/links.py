"""Addresses inside an article: to other articles, to files, to its own headings, to the world.

An address inside the help center is only as good as what it leads to: one that leads nowhere
becomes plain text, and the author is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from app.markup.anchors import slugify
from app.markup.films import is_film, make_player
from app.markup.tree import Node

Resolve = Callable[[str], str | None]
"""An address as the author wrote it -> the URL to use, None when it leads nowhere."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}")
_WEB = re.compile(r"https?:|[/\\]{2}", re.IGNORECASE)
_MEDIA = re.compile(
    r"\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|pdf|zip|gz|tgz|7z|mp4|webm|mov|m4v|mp3|ogg|wav|m4a"
    r"|csv|tsv|xlsx?|docx?|pptx?|txt|json|ya?ml|ino|hex|bin|exe|dmg|apk)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RenderWarning:
    """Something in an article that its author should look at."""

    code: str
    message: str
    address: str = ""
    """The link or file that it is about, as written; empty where it is about none."""

    def __str__(self) -> str:
        return self.message


@dataclass
class LinkReport:
    """The addresses met while an article's links were set."""

    internal: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    warnings: list[RenderWarning] = field(default_factory=list)

    def warn(self, code: str, address: str, message: str) -> None:
        self.dead.append(address)
        self.warnings.append(RenderWarning(code, message, address))


class LinkSetter:
    """Sets every link and image of one article."""

    def __init__(
        self, anchors: frozenset[str], resolve_link: Resolve, resolve_media: Resolve, locale: str
    ):
        self._anchors, self._locale = anchors, locale
        self._resolve_link, self._resolve_media = resolve_link, resolve_media
        self.report = LinkReport()

    def set_links(self, node: Node) -> None:
        """Set the links below `node`; those that lead nowhere leave their words behind."""
        children: list[Node | str] = []
        for child in node.children:
            if isinstance(child, Node):
                self.set_links(child)
                children.extend(self._set(child))
            else:
                children.append(child)
        node.children = children

    def _set(self, node: Node) -> list[Node | str]:
        if node.name == "img":
            return self._set_image(node)
        if node.name != "a" or "href" not in node.attributes:
            return [node] if node.name != "a" or node.attributes.get("id") else node.children
        address = node.attributes["href"].strip()
        target = self._find_target(address)
        if target is None:
            del node.attributes["href"]
            return [node] if node.attributes.get("id") else node.children
        node.attributes["href"] = target
        if _WEB.match(target):
            node.attributes["rel"] = "noopener"
        return [node]

    def _find_target(self, address: str) -> str | None:
        if not address:
            return None
        if address.startswith("#"):
            return self._find_fragment(address)
        if _SCHEME.match(address):
            return address
        path = re.split(r"[?#]", address, maxsplit=1)[0]
        if _MEDIA.search(path):
            return self._find_media(address)
        self.report.internal.append(address)
        target = self._resolve_link(unquote(address))
        if target is None:
            self.report.warn(
                "dead-link", address, f"The link to {address} leads to no article; it became text."
            )
        return target

    def _find_fragment(self, address: str) -> str | None:
        fragment = unquote(address[1:])
        for candidate in (fragment, slugify(fragment), fragment.lower()):
            if candidate in self._anchors:
                return f"#{candidate}"
        if fragment in ("", "top"):
            return "#"
        self.report.warn(
            "dead-fragment", address, f"No heading here is called {address}; the link became text."
        )
        return None

    def _find_media(self, address: str) -> str | None:
        self.report.media.append(address)
        target = self._resolve_media(unquote(address))
        if target is None:
            self.report.warn("missing-file", address, f"The file {address} was not found.")
        return target

    def _set_image(self, node: Node) -> list[Node | str]:
        address = node.attributes.get("src", "").strip()
        words = " ".join(node.attributes.get("alt", "").split())
        target = address if _WEB.match(address) else self._find_media(address) if address else None
        if target is None:
            return [words] if words else []
        if is_film(address):
            return [make_player(node, address, target, self._resolve_media, self._locale)]
        node.attributes.update(src=target, alt=words, loading="lazy")
        return [node]
