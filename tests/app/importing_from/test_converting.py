"""HTML to Markdown: what an article says stays, and renders as it was."""

import pytest

from app.importing_from.converting import Inconvertible, convert
from app.render import render


def markdown(html, **addresses):
    def follow(address, is_image):
        return addresses.get("to", {}).get(address, address)

    return convert(html, title="Title", follow=follow)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>Title</h1><p>x</p>", "x\n"),
        ("<h1>Other</h1><h2>Sub</h2><p>x</p>", "## Other\n\n### Sub\n\nx\n"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b\n"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b\n"),
        ("<p>a_b *c* #d</p>", "a\\_b \\*c\\* #d\n"),
        (
            '<pre><code class="language-python">x = 1\n\ny</code></pre>',
            "```python\nx = 1\n\ny\n```\n",
        ),
        ("<script>alert(1)</script><style>p{}</style><p>x</p>", "x\n"),
        (
            '<div class="callout callout--warning"><p>Hot.</p><p>Very.</p></div>',
            "!!! warning\n\n    Hot.\n\n    Very.\n",
        ),
        ('<div class="note">Mind.</div>', "!!! note\n\n    Mind.\n"),
        ('<div class="page-note-wrapper layout">Mind.</div>', "Mind.\n"),
        ("<p>한국어와 日本語</p>", "한국어와 日本語\n"),
    ],
)
def test_each_element_becomes_what_markdown_has_for_it(html, expected):
    assert markdown(html).markdown == expected


def test_a_table_is_one_and_a_difficult_one_stays_html():
    plain = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
    assert markdown(plain).markdown == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    spanned = '<table onclick="x()">\n\n<tr><td colspan="2">a\n\nb</td></tr></table>'
    text = markdown(spanned).markdown
    assert 'colspan="2"' in text
    assert "onclick" not in text
    assert "\n\n" not in text.strip()
    shown = render(text, resolve_link=str, resolve_media=str, locale="en")
    assert 'colspan="2"' in shown.html


def test_what_is_lost_is_named_and_a_link_to_it_is_left():
    made = markdown('<video><source src="https://x.example/v.mp4"></video><form><input></form>')
    assert made.markdown == "<https://x.example/v.mp4>\n"
    assert [code for code, _ in made.lost] == ["lost-video", "lost-form"]


def test_a_link_that_leads_nowhere_becomes_text_and_is_named():
    def nowhere(address, is_image):
        return None

    made = convert('<p><a href="x">y</a> <img src="z" alt="w"></p>', title="", follow=nowhere)
    assert made.markdown == "y w\n"
    assert [code for code, _ in made.lost] == ["dead-link", "image-missing"]


def test_an_image_within_the_text_is_named_and_left_out():
    made = markdown('<p>a<img src="data:image/png;base64,AAAA"></p>')
    assert (made.markdown, made.lost[0][0]) == ("a\n", "embedded-image")


def test_html_that_is_nested_without_end_is_refused():
    with pytest.raises(Inconvertible, match="nested"):
        markdown("<div>" * 20_000 + "x")
