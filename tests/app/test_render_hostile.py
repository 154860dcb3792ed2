import gc
import time
from contextlib import suppress

import pytest

from app.render import Unrenderable, render

SIZE = 100_000
# One a line; § is a blank and ¶ a line's end.
MARKS = """
[
<
*
_
`
~
{
(
]
![
[a](
[a][
[a](<b
[a]("
**a*b
*a*{
***a
a_b_
<a§b="
<a§{
<!--
<svg>
</svg><svg>
{%
{{
{/*
~~
<b>
<div>
>
-
&
|
\\
http://
<k>
:::¶
:::note¶
///§note¶
<Tabs>¶
<p>¶
#§a¶
-§a¶
|a|b¶|-|-¶
!!!§note¶
>§[!NOTE]¶
[^1]
[^a]:§b¶
*[a]:§b¶
<Foo§a={
```¶
<pre>
a=¶=¶
{#a}
"""


def seconds(source):
    # What thousands of other tests left behind is no part of it.
    gc.disable()
    try:
        begun = time.process_time()
        with suppress(Unrenderable):
            render(source, resolve_link=lambda a: None, resolve_media=lambda a: None)
        return time.process_time() - begun
    finally:
        gc.enable()


def grows_in_proportion(pattern, front=""):
    # Four times the text takes four times as long when reading is linear, sixteen when quadratic.
    long = seconds(front + pattern * (SIZE // len(pattern)))
    return long < 1 or long < 9 * seconds(front + pattern * (SIZE // 4 // len(pattern)))


@pytest.mark.parametrize("mark", MARKS.split())
def test_a_mark_repeated_costs_time_in_proportion(mark):
    assert grows_in_proportion(mark.replace("§", " ").replace("¶", "\n"))


@pytest.mark.parametrize("mark", ["[", "{", "<a {", "`", "**a*b ", "> "])
def test_a_mark_repeated_in_mdx_costs_time_in_proportion(mark):
    assert grows_in_proportion(mark, "import a from 'b'\n\n")


@pytest.mark.parametrize(
    "source",
    [
        "".join("  " * level + "- a\n" for level in range(400)),
        "".join("> " * level + "a\n" for level in range(400)),
        "<div>\n" * 3000 + "a\n" + "</div>\n" * 3000,
        "<b>" * 5000 + "a" + "</b>" * 5000,
        "[" * 5000 + "a" + "](b)" * 5000,
        "*a **b " * 200 + "** *" * 200,
        ":::note\n" * 500 + "a\n" + ":::\n" * 500,
        " ".join("`" * length for length in range(1, 400)),
    ],
)
def test_deep_nesting_is_shown_flat_or_refused(source):
    assert seconds(source) < 15


def test_deep_lists_say_that_they_became_flat():
    source = "".join("  " * level + f"- item {level}\n" for level in range(60))
    rendered = render(source, resolve_link=lambda a: None, resolve_media=lambda a: None)
    assert "item 59" in rendered.sections[0].text
    assert "too-deep" in [warning.code for warning in rendered.warnings]


def test_characters_that_mark_places_inside_the_renderer_do_no_harm():
    source = (
        "a \ue0000\ue001 &#xE000;0&#xE001; &#57344;7&#57345; &#x&#xE000;E000;1&#x&#xE001;E001; "
        "`&#xE000;9&#xE001` <b title='&#xE000;9&#xE001;'>x</b> \x02wzxhzdk:0\x03 \x00 `b`"
    )
    html = render(source, resolve_link=lambda a: None, resolve_media=lambda a: None).html
    assert "<code>b</code>" in html
    assert "\x00" not in html
