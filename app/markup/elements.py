"""What becomes of each HTML element and JSX component that an author writes into Markdown.

Elements that carry meaning stay, wrappers and components leave their content behind, active
content goes, and frames and players become a link to what they would have shown. This is about
readable pages; safety is the sanitiser's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

from app.markup.admonitions import KIND_OF, wrap
from app.markup.films import is_film
from app.markup.names import names
from app.markup.tags import Tag

INLINE = names("""
    a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small strong
    sub sup time u var wbr
    """)
BLOCKS = names("""
    blockquote caption col colgroup dd details dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol
    summary table tbody td tfoot th thead tr ul
    """)
WRAPPERS = names("address article aside center div footer header main nav p section")
"""Block elements that go while their content stays."""

INLINE_WRAPPERS = names("""
    acronym big body button data dir fieldset font form frame frameset head html input ins label
    legend link meta nobr noscript option output picture progress search slot source span strike
    tt base track
    """)
SWALLOWED = names("""
    applet audio canvas embed iframe math noembed noframes object plaintext script select style
    svg template textarea title video xml xmp
    """)
"""Elements that go together with their content."""

VOID = names("base br col embed hr img input link meta source track wbr")

_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}%]*%\}")
_FRAMES = names("iframe video audio embed source")
_ATTRIBUTES = {
    "a": ("href", "id", "name", "title"),
    "abbr": ("title",),
    "dfn": ("title",),
    "img": ("src", "alt", "title", "width", "height"),
    "ol": ("start", "type"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "time": ("datetime",),
    "details": ("open",),
}
_ANCHORED = names("h1 h2 h3 h4 h5 h6 details figure table")

_ADMONITIONS = names("aside callout admonition alert banner")
_DETAILS = names("details accordion accordionitem collapsible collapse expandable")
_CAPTIONS = ("title", "label", "summary", "header", "text", "caption", "alt")
_ADDRESSES = ("href", "url", "to")

Kind = Literal["inline", "block", "component", "literal", "swallow"]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What to write in a tag's place.

    `open` and `close` are finished HTML. `kind` says how the tag takes part in the page: a block
    stands for itself, a component is a block when alone on its line, a literal is shown as typed,
    a swallowed one takes its content along.
    """

    kind: Kind
    open: str = ""
    close: str = ""
    label: str = ""
    """Plain text that names a component's content (a tab's name, a card's title)."""


def treat(tag: Tag, locale: str) -> Treatment:
    """Decide what becomes of a tag."""
    if tag.is_component:
        return _treat_component(tag, locale)
    name = tag.name.lower()
    if name in SWALLOWED or name in _FRAMES:
        return Treatment("swallow" if name in SWALLOWED else "inline", _link_frame(name, tag))
    if name in INLINE:
        return Treatment("inline", f"<{name}{_write_attributes(name, tag)}>", _close(name))
    if name in BLOCKS:
        return Treatment("block", f"<{name}{_write_attributes(name, tag)}>", _close(name))
    if name in WRAPPERS:
        return Treatment("block")
    if name in INLINE_WRAPPERS or tag.attributes or name.startswith("astro-"):
        return Treatment("inline")
    return Treatment("literal")


def _close(name: str) -> str:
    return "" if name in VOID else f"</{name}>"


def _write_attributes(name: str, tag: Tag) -> str:
    wanted = _ATTRIBUTES.get(name, ()) + (("id",) if name in _ANCHORED else ())
    values = {key: tag.attributes[key] for key in wanted if key in tag.attributes}
    if "name" in values:
        values.setdefault("id", values.pop("name"))
    return "".join(f' {key}="{escape(_words(value))}"' for key, value in values.items())


def _link_frame(name: str, tag: Tag) -> str:
    address = tag.attributes.get("src") or tag.attributes.get("data", "")
    if name not in _FRAMES or not address:
        return ""
    words = tag.attributes.get("title") or tag.attributes.get("aria-label") or address
    if name == "video" and is_film(address):
        return f'<img src="{escape(_words(address))}" alt="{escape(_words(words))}">'
    return f'<a href="{escape(_words(address))}">{escape(_words(words), quote=False)}</a>'


def _treat_component(tag: Tag, locale: str) -> Treatment:
    name = tag.name.split(".")[-1].lower()
    caption = _first(tag, _CAPTIONS)
    if name in _DETAILS and not tag.self_closing:
        return Treatment("component", *wrap("details", caption, locale))
    if (name in _ADMONITIONS or name in KIND_OF) and not tag.self_closing:
        return Treatment("component", *wrap(_admonition_kind(name, tag), caption, locale))
    if name in {"img", "image", "picture"} and tag.attributes.get("src"):
        return Treatment("component", f"<img{_write_attributes('img', tag)}>")
    if address := _first(tag, _ADDRESSES):
        return _link_component(tag, address, caption)
    return Treatment("component", label=caption)


def _admonition_kind(name: str, tag: Tag) -> str:
    if name not in _ADMONITIONS:
        return name
    return (tag.attributes.get("type") or tag.attributes.get("variant") or "note").lower()


def _link_component(tag: Tag, address: str, caption: str) -> Treatment:
    link = f'<a href="{escape(_words(address))}">'
    if not tag.self_closing:
        return Treatment("component", link, "</a>")
    about = _first(tag, ("description",))
    behind = f" {escape(about, quote=False)}" if about else ""
    return Treatment("component", f"{link}{escape(caption or address, quote=False)}</a>{behind}")


def _first(tag: Tag, keys: tuple[str, ...]) -> str:
    return next((_words(tag.attributes[name]) for name in keys if tag.attributes.get(name)), "")


def _words(value: str) -> str:
    # A template tag inside an attribute is filled in by the tool it was written for.
    return _TEMPLATE.sub("", unescape(value)).strip()
