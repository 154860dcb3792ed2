from html.parser import HTMLParser

import pytest

from app.render import render

VECTORS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>",
    '<img src="x" alt="`<b onmouseover=alert(1)>`">',
    '![x](x" onerror="alert(1))',
    '![`" onerror="alert(1)`](x.png)',
    "![a](b 'c\" onerror=\"alert(1)')",
    "![<img onerror=alert(1)>](x.png)",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="&amp;#106;avascript:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    "<a href=vbscript:msgbox(1)>x</a>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x]( javascript:alert(1) )",
    "[x](&#106;avascript:alert(1))",
    "[x](jav\tascript:alert(1))",
    "[x](java\\script:alert\\(1\\))",
    "[x](data:text/html,hi)",
    "[x](file:///etc/passwd)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    '[x][y]\n\n[y]: &#x6A;avascript&colon;alert(1) "t"',
    '[x](https://a.b "t" onclick="alert(1)")',
    "[x](https://a.b){onclick=alert(1) style=color:red}",
    '## T {onclick="alert(1)" #x}',
    '## T { #x" onclick="alert(1) }',
    'text\n{: onclick="alert(1)" }',
    "![x](y){onerror=alert(1)}",
    "<javascript:alert(1)>",
    "<vbscript:x>",
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    "[^<script>]\n\n[^<script>]: x",
    "*[<script>]: alert\n\n<script>",
    '*[X]: "><script>alert(1)</script>\n\nX',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<svg><animate attributeName=href values=javascript:alert(1)>",
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img onerror=1&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<iframe src="data:text/html,x" onload=alert(1)></iframe>',
    '<object data="javascript:alert(1)"></object>',
    '<embed src="javascript:alert(1)">',
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<style>body{background:url(javascript:alert(1))}</style>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<table><td background="javascript:alert(1)" style=x>y</table>',
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<base href="javascript:/a/">',
    '<link rel=stylesheet href="//evil.example/x.css">',
    '<form action="javascript:alert(1)"><input type=submit><button formaction=x>y</button></form>',
    "<input type=image src=x onerror=alert(1) autofocus onfocus=alert(1)>",
    "- [ ] <input type=text onfocus=alert(1) autofocus>",
    "<details open ontoggle=alert(1)><summary onclick=alert(1)>x</summary></details>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<x-foo onclick=alert(1) is=y>z</x-foo>",
    '<Card title="<img src=x onerror=alert(1)>" href="javascript:alert(1)" />',
    '<Card title={"<script>alert(1)</script>"}>x</Card>',
    '<LinkButton href="javascript:alert(1)">x</LinkButton>',
    "import a from 'b'\n\n{'<img src=x onerror=alert(1)>'}",
    "{{ '<script>alert(1)</script>' }}",
    ":::note[<img src=x onerror=alert(1)>]\n<script>alert(1)</script>\n:::",
    ':::note" onclick="alert(1)\nx\n:::',
    '!!! note "<script>alert(1)</script>"\n    x',
    "> [!NOTE] <svg onload=alert(1)>\n> x",
    '```"><script>alert(1)</script>\nx\n```',
    '```js title=""><img src=x onerror=alert(1)>"\nx\n```',
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "<pre></pre><script>alert(1)</script></pre>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "&#xE000;0&#xE001;<b onclick=alert(1)>`<script>`</b>",
    '<a id="x" name="y" target="_blank" ping="//evil.example" href="//evil.example">z</a>',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    '<img srcset="javascript:alert(1)" src="https://a.b/c.png" usemap=#m>',
    '<a href="https://a.b" style="position:fixed;inset:0" class="overlay">x</a>',
]
TAGS = """
    a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q rp rt ruby s samp
    small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
    """
ATTRIBUTES = """
    align alt checked class colspan datetime disabled height href id loading open rel role rowspan
    scope src start tabindex title type width
    """


class Inspector(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS.split():
            self.found.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES.split():
                self.found.append(f"{tag} {name}")
            if name in ("href", "src") and not is_safe("".join(value.split()).lower()):
                self.found.append(f"{name}={value}")
            if name == "type" and value not in ("checkbox", "a", "A", "i", "I", "1"):
                self.found.append(f"type={value}")
        if tag == "input" and ("disabled", "") not in attrs:
            self.found.append("an input that works")

    def handle_comment(self, data):
        self.found.append(f"<!--{data}")

    def handle_decl(self, decl):
        self.found.append(decl)

    handle_pi = unknown_decl = handle_decl


def is_safe(address):
    return ":" not in address.split("/")[0] or address.startswith(
        ("#", "http:", "https:", "mailto:", "tel:", "sms:")
    )


def inspect(html):
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found


def test_the_inspector_sees_what_is_active():
    assert inspect("<script>x</script><p onclick=x><a href=' java\nscript:x'><input>") == [
        "script",
        "p onclick",
        "href= java\nscript:x",
        "an input that works",
    ]


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize(
    "frame",
    ["{}", "a {} b", "- {}", "> {}", "# T\n\n## {}", "| {} |\n|---|\n| {} |", "<div>\n{}\n</div>",
     "import a from 'b'\n\n{}", "[{}](https://a.b)", "**{}**", "<b title=\"{}\">x</b>"],
)  # fmt: skip
def test_nothing_active_survives(vector, frame):
    html = render(
        frame.replace("{}", vector), resolve_link=lambda a: None, resolve_media=lambda a: f"/m/{a}"
    ).html
    assert inspect(html) == []


def test_what_is_active_is_shown_as_text_inside_code():
    html = render(
        "`<script>alert(1)</script>`", resolve_link=lambda a: a, resolve_media=lambda a: a
    ).html
    assert html == "<p><code>&lt;script&gt;alert(1)&lt;/script&gt;</code></p>"
