"""A page that shows the help center's look: its own pages in both themes, all in one file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from html import escape, unescape

Fetch = Callable[[str], tuple[str, bytes]]
"""From the address of a page or file of the site to its media type and content."""

_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r"<script\b[^>]*></script>")
_PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=")(/[^"]+)"')
_LINK = re.compile(r'<link\b[^>]*\bhref="/[^>]*>')
_DARK = "(prefers-color-scheme: dark)"
_THEMES = {"light": "not all", "dark": "all"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 1rem; font: 1rem/1.5 system-ui, sans-serif; background: #8a949a; color: #000; }}
section {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }}
iframe {{ inline-size: 100%; block-size: 46rem; border: 0; border-radius: 8px; background: #fff; }}
</style>
</head>
<body>
<h1>{title}</h1>
{sections}
</body>
</html>
"""  # noqa: E501


def compose_preview(name: str, addresses: Sequence[str], fetch: Fetch) -> str:
    """HTML that shows the pages at `addresses` in the light and the dark theme.

    Nothing in it is loaded from anywhere, and nothing in it leads anywhere. What `fetch` raises is
    passed on.
    """
    sections = []
    for address in addresses:
        page = fetch(address)[1].decode()
        frames = [
            f'<iframe title="{escape(address)}, {theme}" sandbox="" '
            f'srcdoc="{escape(_stand_alone(page, theme, fetch))}"></iframe>'
            for theme in _THEMES
        ]
        sections.append(f"<h2>{escape(address)}</h2>\n<section>{''.join(frames)}</section>")
    return _PAGE.format(title=escape(name), sections="\n".join(sections))


def _stand_alone(page: str, theme: str, fetch: Fetch) -> str:
    """The page in one theme, with its style and pictures inside and without its scripts."""

    def put_sheet(found: re.Match[str]) -> str:
        sheet = fetch(unescape(found[1]))[1].decode()
        own = f":root {{ color-scheme: {theme}; }} a, button {{ pointer-events: none; }}"
        return f"<style>{sheet.replace(_DARK, _THEMES[theme])}\n{own}</style>"

    def put_picture(found: re.Match[str]) -> str:
        kind, data = fetch(unescape(found[2]))
        return f'{found[1]}data:{kind};base64,{base64.b64encode(data).decode()}"'

    page = _SHEET.sub(put_sheet, _SCRIPT.sub("", page))
    return _PICTURE.sub(put_picture, _LINK.sub("", page))
