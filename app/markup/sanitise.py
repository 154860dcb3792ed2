"""The gate: whatever an author writes, only this HTML reaches a reader.

nh3 parses as a browser does and writes out what is on the lists below, nothing else. It runs twice:
before the page is worked on, so that the work meets well-formed HTML, and last, so that nothing
passes that it has not seen.
"""

from __future__ import annotations

import re

import nh3

from app.markup.admonitions import KINDS
from app.markup.code import TOKEN_CLASSES
from app.markup.elements import BLOCKS, INLINE

TAGS = INLINE | BLOCKS | {"div", "p", "pre", "span", "input", "track", "video"}

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "id", "title", "rel"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"id", "open"},
    "dfn": {"title"},
    "div": {"id", "role", "tabindex"},
    "figure": {"id"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "input": {"checked"},
    "li": {"id"},
    "ol": {"start", "type"},
    "p": {"id"},
    "pre": {"tabindex"},
    "span": {"id"},
    "sup": {"id"},
    "table": {"id"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "scope", "align"},
    "time": {"datetime"},
    "track": {"default", "kind", "src", "srclang"},
    "video": {"aria-label", "controls", "playsinline", "preload", "src"},
    **{heading: {"id"} for heading in _HEADINGS},
}
_CLASSES: dict[str, set[str]] = {
    "a": {"footnote-ref", "footnote-backref"},
    "div": {"admonition", "admonition-title", "admonition-default", "footnote", "table-scroll"}
    | set(KINDS),
    "figure": {"code"},
    "pre": {"highlight"},
    "span": set(TOKEN_CLASSES),
    "summary": {"admonition-title", "admonition-default"},
    "ul": {"tight", "tasks"},
    "ol": {"tight", "tasks"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "sms"}
_ID = re.compile(r"[^\s\"'<>&`=\\]{1,200}")
_NUMBER = re.compile(r"[0-9]{1,5}%?")
_LANGUAGE_CLASS = re.compile(r"language-[\w+#.-]{1,30}")
_NUMERIC = frozenset({"width", "height", "colspan", "rowspan", "start"})


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name in _NUMERIC:
        return value if _NUMBER.fullmatch(value) else None
    if name == "class" and tag == "code":
        return value if _LANGUAGE_CLASS.fullmatch(value) else None
    if name == "role":
        return value if value == "note" else None
    return value


def clean(html: str) -> str:
    """The HTML with everything removed that is not on the lists, well-formed."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags={"script", "style", "template", "textarea", "title", "svg", "math"},
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        allowed_classes=_CLASSES,
        link_rel=None,
        url_schemes=_SCHEMES,
        set_tag_attribute_values={"input": {"disabled": "", "type": "checkbox"}},
    )
