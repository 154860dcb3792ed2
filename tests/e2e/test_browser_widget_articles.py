"""The widget's reader of articles, beside the browser's own, on everything that is written here."""

import re
from pathlib import Path

import pytest

import app
from app.front_matter import parse_source
from app.render import render

pytestmark = pytest.mark.browser

ROOT = Path(app.__file__).parents[1]
SOURCE = ROOT / "app" / "static" / "widget" / "article-html.js"
NAMES = "alt width height colspan rowspan start title lang dir open id href src"
EXTRA = [
    '<p>2 &lt; 3 &amp;amp; &quot;4&quot;&nbsp;&#39;5&#39; &#128512; 6 > 5</p><img alt="" src="/a">',
    '<details open><summary>A <b>b</b></summary>c</details><ol start="3"><li>d<br>e</ol>',
]
COMPARE = """([source, htmls, names]) => {
    const read = new Function(source.replace("export function", "return function"))();
    const make = (name) => document.createElement(name);
    const written = (each) => names.split(" ").map((name) => each.getAttribute(name));
    const describe = (root) =>
        JSON.stringify([...root.querySelectorAll("*")].map((it) => [it.localName, written(it)]));
    return htmls.filter((html) => {
        const theirs = new DOMParser().parseFromString(html, "text/html").body;
        const silent = "script, style, template, svg, math, iframe, object";
        for (const each of theirs.querySelectorAll(silent)) each.remove();
        const own = read(html, (address) => address, make);
        return own.textContent !== theirs.textContent || describe(own) !== describe(theirs);
    });
}"""


def sample_articles():
    for path in sorted((ROOT / "articles").rglob("*.md")):
        body = parse_source(path.read_bytes()).body
        whole = render(
            body, resolve_link=lambda link: f"/x/{link}", resolve_media=lambda m: f"/m/{m}"
        )
        yield whole.html


def test_the_widget_reads_every_sample_article_as_the_browser_does(browser):
    page = browser.new_page()
    htmls = [*sample_articles(), *EXTRA]
    assert len(htmls) > 200
    source = SOURCE.read_text(encoding="utf-8")
    assert page.evaluate(COMPARE, [source, htmls, NAMES]) == []
    # A reader that loses something would be found out.
    broken = re.sub(r"quot: '\"', ", "", source)
    assert page.evaluate(COMPARE, [broken, htmls, NAMES]) != []
    page.close()
