"""Films: an image that is one becomes a player, with captions where a file holds them.

Captions lie beside the film: `pack.vtt` for `pack.mp4`, or `pack.ko.vtt` in the article's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from app.markup.tree import Node

_FILM = re.compile(r"\.(?:mp4|m4v|webm)$", re.IGNORECASE)


def is_film(address: str) -> bool:
    """Tell whether an address, as an author wrote it, is a film's."""
    return bool(_FILM.search(_path(address)))


def make_player(
    image: Node, address: str, target: str, resolve: Callable[[str], str | None], locale: str
) -> Node:
    """Return a player for `image`, which the author wrote with `address` and leads to `target`.

    `resolve`: see app.render. Where films cannot be played, and in the widget, a link stays.
    """
    words = " ".join(image.attributes.get("alt", "").split())
    children: list[Node | str] = [Node("a", {"href": target}, [words or unquote(_path(address))])]
    captions = _find_captions(address, resolve, locale)
    if captions:
        track = {"kind": "captions", "src": captions, "srclang": locale, "default": ""}
        children.insert(0, Node("track", track))
    # It never starts by itself, and loads when somebody wants it.
    attributes = {"src": target, "controls": "", "preload": "metadata", "playsinline": ""}
    return Node("video", attributes | ({"aria-label": words} if words else {}), children)


def _find_captions(address: str, resolve: Callable[[str], str | None], locale: str) -> str | None:
    film = _FILM.sub("", unquote(_path(address)))
    language = locale.split("-")[0]
    names = (f"{film}.{locale}.vtt", f"{film}.{language}.vtt", f"{film}.vtt")
    return next((found for name in names if (found := resolve(name))), None)


def _path(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0]
