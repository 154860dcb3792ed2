"""The style sheet: ready to run from right to left, and loading nothing."""

import re
from pathlib import Path

import pytest

import app

STATIC = Path(app.__file__).parent / "static"
STYLE = "".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("site", "staff"))
RULES = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S)
PHYSICAL = re.compile(
    r"[{;\s]((?:margin|padding|border|inset)-(?:left|right|top|bottom)[a-z-]*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:"
)


def test_only_logical_properties_are_used():
    declarations = re.sub(r"@media[^{]*\{", "{", RULES)
    assert PHYSICAL.findall(declarations) == []
    assert re.findall(r"(?:text-align|float):\s*(?:left|right)", declarations) == []


def test_nothing_is_loaded_and_no_font_is_brought():
    for word in ("url(", "@import", "@font-face"):
        assert word not in RULES


@pytest.mark.parametrize(
    "wanted",
    ["prefers-color-scheme: dark", "prefers-contrast: more", "forced-colors: active", "print"],
)
def test_every_circumstance_is_thought_of(wanted):
    assert wanted in RULES


def test_every_colour_outside_the_tokens_is_a_token():
    """Pictures keep a white ground, since their authors drew them on one."""
    tokens_end = RULES.index("*, *::before")
    printed = RULES.index("@media print")
    literal = re.findall(r"(?<!&)#[0-9a-f]{3,8}\b", RULES[tokens_end:printed])
    assert set(literal) <= {"#fff"}
    assert "#" not in (STATIC / "staff.css").read_text(encoding="utf-8")
