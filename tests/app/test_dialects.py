import pytest

from app.render import render


def text_of(source):
    rendered = render(source, resolve_link=lambda a: a, resolve_media=lambda a: a)
    return "\n\n".join(
        "\n\n".join(filter(None, (*section.path[-1:], section.text)))
        for section in rendered.sections
    )


def html_of(source):
    html = render(source, resolve_link=lambda a: a, resolve_media=lambda a: a).html
    return html.replace("\n", "")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("import A from './a'\nimport { B,\n  C } from 'b';\n\nText", "Text"),
        ("import A from 'a'\nexport const meta = {\n  a: 1,\n\n  b: {}\n}\n\nText", "Text"),
        ("import taxes apply from January.", "import taxes apply from January."),
        ("{/* a\n\ncomment */}\nText {/* more */}end", "Text end"),
        (
            "import A from 'a'\n\nHello {name}, {'you'} and {\"you {x}\"}.",
            "Hello , you and you {x}.",
        ),
        ("Set {name} and {id}.", "Set {name} and {id}."),
        ("<Steps>\n1. one\n2. two\n</Steps>", "one\ntwo"),
        ('<Tabs>\n  <TabItem label="npm">\n    Use npm.\n  </TabItem>\n</Tabs>', "npm\n\nUse npm."),
        ('New <Badge text="Beta" /> thing <Icon name="x" />here', "New Beta thing here"),
        ('<Since v="1.0" />\n\nText', "Text"),
        (
            '<Image\n  src={photo}\n  alt="A cat"\n  style={{ a: { b: 1 } }}\n/>\n\nText',
            "A cat\n\nText",
        ),
        ('<LinkCard title="Go" href="/x/" description="there" />', "Go there"),
        ("import A from 'a'\n\n<></>a <Foo.Bar x={() => { a }}>b</Foo.Bar> c", "a b c"),
        ("::: warning Be careful\nHot.\n:::", "Be careful\n\nHot."),
        (":::note[Use `this`]\nText\n:::\nafter", "Use this\n\nText\n\nafter"),
        ("::::note\nouter\n:::tip\ninner\n:::\n::::\nafter", "outer\n\ninner\n\nafter"),
        ("/// tip | Hint\n    open: true\n\nText\n\n///\nafter", "Hint\n\nText\n\nafter"),
        ("//// tab | One\n\n/// note\n\nA\n\n///\n\n////\n\nB", "One\n\nA\n\nB"),
        ("/// details | More\nText\n///", "More\n\nText"),
        ("A\n\n{* ../../src/a.py hl[1:2] *}\n\nB", "A\n\nB"),
        ('--8<-- "file.md"\n\nB', "B"),
        ('!!! note "Mind"\n    Inside\n\n    - x\n\nafter', "Mind\n\nInside\n\nx\n\nafter"),
        ("??? question\n    Inside\n\nafter", "Inside\n\nafter"),
        ('=== "Tab"\n    Inside\n\n=== "Other"\n    More', "Tab\n\nInside\n\nOther\n\nMore"),
        ("> [!NOTE]\n> Text\n> more", "Text more"),
        ("> [!TIP] Title\n> Text", "Title\n\nText"),
        ("{% if x %}Text{% endif %} {{ page.title }}end {{ 'said' | upcase }}", "Text end said"),
        ("{% comment %}\nhidden\n\n{% endcomment %}\nText", "Text"),
        ("{{< hint >}}\nText\n{{< /hint >}}", "Text"),
        ("## Title {.link-chevron-right}\n\n[x](y){.link-external} `z`{.c}", "Title\n\nx z"),
        ("[TOC]\n\nText", "Text"),
        ("<!-- a\n\nb -->Text<!-- c -->", "Text"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ('<div class="termy">\n\n```console\n$ ls\n```\n\n</div>', "$ ls"),
        ('<pre><font color="#fff">$</font> ls &lt;x&gt;\n\nend</pre>', "$ ls <x>\n\nend"),
        ("<details><summary>More</summary>\n\nText\n\n</details>", "More\n\nText"),
        (
            "<table>\n  <tr>\n    <th>A</th>\n    <td><p>b</p><p>c</p></td>\n  </tr>\n</table>",
            "A — b c",
        ),
        ('<p align="center">\n    <em>Centered</em>\n</p>', "Centered"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<script>\nalert(1)\n\nx\n</script>\nText<style>a{}</style>", "Text"),
        ("Name it <your-name> or <port>.", "Name it <your-name> or <port>."),
        ("`<Tabs>` and `{x}` and `:::`", "<Tabs> and {x} and :::"),
        ("a < b, c > d & e", "a < b, c > d & e"),
        ("1 \\* 2 \\[x\\] \\<b\\>", "1 * 2 [x] <b>"),
    ],
)
def test_a_dialect_degrades_to_readable_text(source, text):
    assert text_of(source) == text


def test_a_frame_becomes_a_link_to_its_address():
    html = html_of('<iframe src="https://video.example/1" title="Film" onload="x"></iframe>')
    assert html == '<p><a href="https://video.example/1" rel="noopener">Film</a></p>'


def test_admonitions_of_all_dialects_look_the_same():
    sources = (
        ":::note[T]\nx\n:::",
        "/// note | T\nx\n///",
        '!!! note "T"\n    x',
        "> [!NOTE] T\n> x",
        '<Aside title="T">\nx\n</Aside>',
    )
    expected = (
        '<div class="admonition note" role="note"><div class="admonition-title">T</div>'
        "<p>x</p></div>"
    )
    assert {html_of(source) for source in sources} == {expected}


def test_a_note_inside_a_list_item_leaves_the_list_whole():
    html = html_of("1. one\n\n   :::note\n   mind\n   :::\n\n2. two")
    assert html.count("<ol>") == 1
    assert html.index("mind") < html.index("</li>") < html.index("two")


def test_dialect_marks_inside_code_are_kept():
    source = "```md\n:::note\nimport a from 'b'\n{% x %}\n<Tabs>\n/// tip\n///\n:::\n```"
    text = text_of(source)
    assert text == source.removeprefix("```md\n").removesuffix("\n```")


def test_an_unclosed_container_ends_with_the_article():
    assert text_of(":::note\ntext") == "text"
    assert text_of("<Tabs>\ntext") == "text"
    assert text_of("```\ncode") == "code"
    assert text_of("<Foo\nbar") == "<Foo bar"
