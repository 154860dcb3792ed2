"""What a machine's translation leaves of an article: everything but its words."""

import re
from pathlib import Path

import pytest

from app.front_matter import parse_source
from app.render import render
from app.translating.article_text import translate_article, translate_body
from app.translating.inline_text import mark_up, read_inline, runs_of, write_back, write_runs

ARTICLES = sorted((Path(__file__).resolve().parents[3] / "articles").rglob("*.md"))

HARD = r"""# Reset `kb` {#reset}

Run `kb user --role owner` and see <https://example.com/a_b>, [the
**guide**](guide.md "Title") or ![a *small* picture](/images/a_b.png){: .wide}.

```bash
kb user add kim@example.com   # not words
```

1. Open **Settings**\
   and go on.
2. Press <kbd>Ctrl</kbd>, then

    ```
    code in a list
    ```

    !!! warning "Mind *this*"
        Costs < 5 & more[^1].

| Plan | Price |
|:-----|------:|
| `free` | nothing \| at all |
| Plus | [see](plus.md) |

> [!NOTE]
> A quote
> of two lines.
>
> And another one.

<details>
<summary>More</summary>
```
RUN one

RUN two
```
</details>

Term
:   Its meaning.

A paragraph.

    indented code

<div class="box">
  Raw *HTML* stays.
</div>

<!-- a comment
with lines -->

- [ ] 1\. is no list; {{ name }} stays, so does me@example.com.
* * *
[ref]: https://example.com/x "kept"
[^1]: A footnote with `code`.
"""


class Same:
    def translate(self, texts, *, source, target):
        return list(texts)


class Shouts:
    """Answers in capitals; `loses` drops every element."""

    def __init__(self, *, loses=False):
        self.loses = loses

    def translate(self, texts, *, source, target):
        split = [re.split(r"(<[^<>]*>|&\w+;)", text) for text in texts]
        return [
            "".join(
                part.upper()
                if not part.startswith(("<", "&"))
                else ""
                if self.loses and part.startswith("<")
                else part
                for part in parts
            )
            for parts in split
        ]


def page(body):
    rendered = render(body, resolve_link=lambda target: target, resolve_media=lambda target: target)
    html = re.sub(r"<input [^>]*>", "<input>", rendered.html)  # its attributes have no fixed order
    return re.sub(r"\s+", " ", html)


def into(body, translator):
    return translate_body(body, translator, source_locale="en", locale="ko")


def test_there_are_articles_to_look_at():
    assert len(ARTICLES) > 100


@pytest.mark.parametrize("body", ["", "\n\n", "---\n", "```\nnever closed\n"])
def test_what_has_no_words_stays_as_it_is(body):
    assert into(body, Shouts()) == body


@pytest.mark.parametrize("body", [HARD, "Only words.", "- a\n- b\n\n    more\n"])
def test_what_is_translated_into_itself_is_the_same_page(body):
    assert page(into(body, Same())) == page(body)


def test_every_sample_article_translated_into_itself_is_the_same_page():
    for path in ARTICLES:
        body = parse_source(path.read_bytes()).body.replace("\r\n", "\n")
        assert page(into(body, Same())) == page(body), path


def kept_parts(text):
    """Code, addresses, tags and numbers of a page."""
    return sorted(re.findall(r"<code[^>]*>.*?</code>|(?:href|src)=\"[^\"]*\"|<kbd>|\[\^1\]", text))


@pytest.mark.parametrize("loses", [False, True])
def test_code_addresses_and_html_survive_a_careless_service(loses):
    made = into(HARD, Shouts(loses=loses))
    assert kept_parts(page(made)) != []
    assert [part for part in kept_parts(page(made)) if "fn" not in part] == [
        part for part in kept_parts(page(HARD)) if "fn" not in part
    ]
    for kept in (
        "kb user add kim@example.com   # not words",
        "`kb user --role owner`",
        '](guide.md "Title")',
        "](/images/a_b.png){: .wide}",
        "    code in a list",
        "Raw *HTML* stays.",
        '[ref]: https://example.com/x "kept"',
        "{{ name }}",
        "|:-----|------:|",
        "> [!NOTE]",
        "{#reset}",
    ):
        assert kept in made
    for said in ("RUN ", "GUIDE", "SMALL", "SETTINGS", "MIND", "NOTHING", "A QUOTE", "ITS MEANING"):
        assert said in made
    assert "indented code" in made


@pytest.mark.parametrize(
    "answer",
    [
        '<g id="1">a</g>',
        '<x id="2"></x>',
        '<g id="1">a</g><x id="2"></x><x id="2"></x>',
        '<g id="1">a<x id="2"></x>',
        '</g><g id="1">a<x id="2"></x>',
        '<x id="1"></x><g id="2">a</g>',
        '<g id="1">a</g><x id="2"></x><x id="9"></x>',
        "",
    ],
)
def test_an_answer_that_mixes_elements_up_is_not_taken(answer):
    nodes = read_inline("**words** `code`")
    assert mark_up(nodes) == '<g id="1">words</g> <x id="2"></x>'
    assert write_back(nodes, answer) is None


def test_elements_may_change_places():
    nodes = read_inline("Press **the button** in `menu`")
    moved = '<x id="2"/> 에서 <g id="1">단추</g>를 누르세요'
    assert write_back(nodes, moved) == "`menu` 에서 **단추**를 누르세요"


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("1. no list", "1\\. no list"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("&gt; no quote", "\\> no quote"),
        ("no *emphasis* or &lt;b&gt;", "no \\*emphasis\\* or \\<b\\>"),
        ("two\nlines", "two lines"),
        ("in 2026. Yes", "in 2026. Yes"),
    ],
)
def test_words_do_not_become_markdown(answer, written):
    assert write_back(read_inline("words"), answer) == written


def test_run_by_run_the_marks_stay_where_they_were():
    nodes = read_inline("See [the guide](a.md) now")
    assert runs_of(nodes) == ["See ", "the guide", " now"]
    assert write_runs(nodes, iter(["보기", "안내서", "지금"])) == "보기 [안내서](a.md) 지금"


def test_the_front_matter_is_translated_where_it_is_words():
    source = (
        "---\n# ours\ntitle: 'Get a refund: now'\nid: pay/refund\nlocale: en\n"
        "questions: [Where is my money?]\ntags: [refund]\nproducts: [web]\naudience: agents\n"
        "owner: kim@example.com\nredirect_from: [/old]\npublish_at: 2026-01-01\n---\nOne *two*.\n"
    )
    made = translate_article(source, Shouts(), source_locale="en", locale="ko")
    meta = parse_source(made.encode()).meta
    assert meta["title"] == "GET A REFUND: NOW"
    assert meta["questions"] == ["WHERE IS MY MONEY?"]
    assert meta["tags"] == ["REFUND"]
    assert (meta["products"], meta["audience"]) == (["web"], "agents")
    assert meta["translates"].startswith("en ")
    assert (meta["translated_by"], meta["status"]) == ("machine", "draft")
    assert not {"id", "locale", "redirect_from", "publish_at"} & meta.keys()
    assert made.endswith("---\nONE *TWO*.\n")
    assert "# ours" in made


def test_a_title_that_is_a_heading_is_translated_as_one():
    made = translate_article(
        "# Get *a* refund\n\nOne.\n", Shouts(), source_locale="en", locale="ko"
    )
    assert made.endswith("# GET *A* REFUND\n\nONE.\n")
    assert "title" not in parse_source(made.encode()).meta
