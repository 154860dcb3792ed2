"""The look that an operator gives the help center: its colour, logo, links and products.

Readers of settings are here too; each raises ValueError whose message says what is allowed.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from pathlib import Path

from app.locales import is_locale
from app.setting_values import NO_PATH, read_path
from app.site_links import is_safe_link

LARGEST_STYLE_SHEET = 100_000
LARGEST_PICTURE = 200_000
"""Bytes; the logo is on every page."""
ENOUGH_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: between text and what is behind it."""
_PICTURES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp"})
_COLOR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 100

# The backgrounds that the accent stands on, as app/static/site.css names them: the one on which it
# is hardest to read.
_LIGHT_BACKGROUND = "#e2e8ea"
_DARK_BACKGROUND = "#2a363f"
_WHITE, _BLACK = "#ffffff", "#000000"


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link at the foot of every page."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something that visitors use, and that articles may be about."""

    id: str
    """As in an article's `products`."""
    label: str


def read_color(value: str) -> str:
    """A colour as #rrggbb, in lower case."""
    color = value.strip().lower()
    if color and not _COLOR.fullmatch(color):
        raise ValueError("a colour such as #0b5f78")
    return color


def read_picture(value: str) -> Path:
    """A picture file that exists and is small enough to be on every page."""
    if not value:
        return NO_PATH
    path = read_path(value)
    if path.suffix.lower() not in _PICTURES or not _is_at_most(path, LARGEST_PICTURE):
        raise ValueError(f"an SVG, PNG, JPEG, GIF or WebP file of at most {LARGEST_PICTURE} bytes")
    return path


def read_style_sheet(value: str) -> Path:
    """A style sheet that exists, in UTF-8."""
    if not value:
        return NO_PATH
    path = read_path(value)
    message = f"a style sheet in UTF-8 of at most {LARGEST_STYLE_SHEET} bytes"
    if not _is_at_most(path, LARGEST_STYLE_SHEET):
        raise ValueError(message)
    try:
        path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError(message) from None
    return path


def read_footer_links(value: str) -> tuple[FooterLink, ...]:
    """Links as `label=address`, separated by commas."""
    links = tuple(FooterLink(*pair) for pair in _pairs(value, "links such as Shop=https://..."))
    if not all(is_safe_link(link.address) for link in links):
        raise ValueError("links such as Shop=https://shop.example.com, Terms=/en/articles/terms")
    return links


def read_products(value: str) -> tuple[Product, ...]:
    """Products as `id=label`, separated by commas."""
    products = tuple(Product(*pair) for pair in _pairs(value, "products such as ios=iPhone"))
    if len({product.id for product in products}) < len(products):
        raise ValueError("products such as web=Website, ios=iPhone, each once")
    return products


def choose_text(text: str, locale: str) -> str:
    """Of `en=...; ko=...` the part for a language, else the first; other text as it is."""
    parts = [part.partition("=") for part in text.split(";")]
    named = {name.strip(): said.strip() for name, mark, said in parts if mark}
    if len(named) < len(parts) or not all(map(is_locale, named)):
        return text
    return named.get(locale) or named.get(locale.split("-")[0]) or next(iter(named.values()))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1..21 (WCAG 2.2, definition of contrast ratio)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def write_tokens(accent: str) -> str:
    """CSS that sets the accent's tokens; readable on both themes whatever the colour is."""
    if not accent:
        return ""
    light = _readable(accent, _LIGHT_BACKGROUND, darker=True)
    dark = _readable(accent, _DARK_BACKGROUND, darker=False)
    return (
        f":root {{ {_tokens(light, _WHITE, 0.9, deeper=0.8)} }}\n"
        "@media (prefers-color-scheme: dark) { "
        f":root {{ {_tokens(dark, _BLACK, 0.8, deeper=1.2)} }} }}\n"
    )


def _tokens(accent: str, paper: str, softness: float, *, deeper: float) -> str:
    on = _WHITE if contrast(accent, _WHITE) >= contrast(accent, _BLACK) else _BLACK
    return (
        f"--accent: {accent}; --accent-deep: {_scaled(accent, deeper)}; "
        f"--accent-soft: {_mixed(accent, paper, softness)}; --on-accent: {on};"
    )


def _readable(color: str, background: str, *, darker: bool) -> str:
    """The colour, as much darker or lighter as it must be to be read on `background`."""
    red, green, blue = _parts(color)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    end = 0.0 if darker else 1.0
    for step in range(_STEPS + 1):
        shade = lightness + (end - lightness) * step / _STEPS
        candidate = _hex(*colorsys.hls_to_rgb(hue, shade, saturation))
        if contrast(candidate, background) >= ENOUGH_CONTRAST:
            return candidate
    return _BLACK if darker else _WHITE


def _scaled(color: str, factor: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(color))
    return _hex(*colorsys.hls_to_rgb(hue, min(1.0, lightness * factor), saturation))


def _mixed(color: str, other: str, share: float) -> str:
    pairs = zip(_parts(color), _parts(other), strict=True)
    return _hex(*(mine * (1 - share) + theirs * share for mine, theirs in pairs))


def _luminance(color: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))


def _pairs(value: str, expected: str) -> list[tuple[str, str]]:
    pairs = []
    for part in value.split(","):
        if not part.strip():
            continue
        name, mark, said = part.partition("=")
        if not mark or not name.strip() or not said.strip():
            raise ValueError(expected)
        pairs.append((name.strip(), said.strip()))
    return pairs


def _is_at_most(path: Path, size: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= size
    except OSError:
        return False
