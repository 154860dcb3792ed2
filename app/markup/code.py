"""Code blocks: highlighted by class, never by inline style."""

from __future__ import annotations

import re
from html import escape

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType

from app.markup.names import names
from app.markup.stash import Stash

LONGEST_HIGHLIGHTED = 30_000
"""Characters; longer blocks are shown plain, since a lexer's time is not bounded by us."""

TOKEN_CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)
_UNMARKED = frozenset({"", "w", "p", "n", "x"})
"""Classes of blanks, punctuation and plain names, which no style colours."""

# Lexers are regular expressions written by many hands, some of them slow on hostile text; only
# the languages that help centers show are highlighted.
_LANGUAGES = names("""
    bash bat batch c c++ cmake conf console cpp cs csharp css dart diff docker dockerfile
    dotenv elixir fish go golang gql graphql groovy haskell hcl html http ini java javascript js
    json json5 jsonc jsx kotlin kt less lua make makefile markdown md mysql nginx objc objective-c
    perl php pl postgresql powershell properties ps1 pwsh py python python3 r rb rs ruby rust sass
    scala scss sh shell sql svelte swift terraform tf toml ts tsx typescript vue xml yaml yml
    zsh ino arduino astro mdx jinja jinja2
    """)
_ALIASES = {
    "astro": "jsx", "conf": "ini", "dotenv": "ini", "gql": "graphql", "ino": "arduino",
    "jinja2": "jinja", "json5": "js", "jsonc": "js", "kt": "kotlin", "mdx": "md",
    "objc": "objective-c", "svelte": "html", "tf": "terraform", "vue": "html", "zsh": "bash",
}  # fmt: skip
_LANGUAGE = re.compile(r"[\w+#.-]+")
_TITLE = re.compile(r"""\btitle\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_STYLED_LANGUAGE = re.compile(r"^\{\s*\.?([\w+#-]+)[^}]*\}$")


def render_code(code: str, info: str, stash: Stash) -> str:
    """A code block as HTML; `info` is what stands behind the fence (```` ```python title="x" ````).

    The highlighted code itself is left in the stash: nobody on the way needs to look into it.
    """
    language = _read_language(info)
    title = _TITLE.search(info)
    marked = f' class="language-{escape(language)}"' if language else ""
    inner = stash.put(_highlight(code, language))
    block = f'<pre class="highlight" tabindex="0"><code{marked}>{inner}</code></pre>'
    if title is None:
        return block
    caption = escape(title[1] or title[2] or "")
    return f'<figure class="code"><figcaption>{caption}</figcaption>{block}</figure>'


def _read_language(info: str) -> str:
    styled = _STYLED_LANGUAGE.match(info.strip())
    found = styled or _LANGUAGE.match(info.strip())
    if found is None:
        return ""
    return (found[1] if styled else found[0]).lower().strip(".")[:30]


def _highlight(code: str, language: str) -> str:
    if language not in _LANGUAGES or len(code) > LONGEST_HIGHLIGHTED:
        return escape(code, quote=False)
    lexer = get_lexer_by_name(_ALIASES.get(language, language), stripnl=False, ensurenl=False)
    return "".join(_mark(kind, text) for kind, text in lexer.get_tokens(code))


def _mark(kind: _TokenType, text: str) -> str:
    style = STANDARD_TYPES.get(kind)
    while style is None and kind.parent is not None:
        kind = kind.parent
        style = STANDARD_TYPES.get(kind)
    shown = escape(text, quote=False)
    return shown if not style or style in _UNMARKED else f'<span class="{style}">{shown}</span>'
