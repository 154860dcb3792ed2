"""The shapes of inline Markdown, HTML, MDX and Liquid that the scanner looks for; all linear."""

from __future__ import annotations

import re

SPECIAL = re.compile(r"[\\`<{\[\]]|~~|https?://")
DESTINATION = re.compile(
    r"\(\s*+(?:<[^<>\n]*+>|[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+)"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?+\s*+\)"
)
REFERENCE = re.compile(r"\[[^\[\]\n]{0,200}\]")
FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,100}\]")
AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
MAIL = re.compile(r"<([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>")
BARE_ADDRESS = re.compile(r"https?://[A-Za-z0-9][!#-;=?-Z\\^-z|~]*")
ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*+(?:[.#][\w-]|[\w-]++=)[^{}\n]*+\}")
BARE_ATTRIBUTE_LIST = re.compile(r"\{:?[ ]*+[.#][\w:-]++(?:[ ]++[.#][\w:-]++)*+[ ]*+\}")
LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LIQUID_STRING = re.compile(r"""\{\{[%<-]?\s*(?:"([^"]*)"|'([^']*)')""")
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
BLANKS = re.compile(r"\s+")
