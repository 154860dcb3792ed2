import pytest

from app.render import render


def show(source, **options):
    options.setdefault("resolve_link", lambda address: None)
    options.setdefault("resolve_media", lambda address: f"/media/{address}")
    return render(source, **options)


def texts(rendered):
    return {section.path[-1] if section.path else "": section.text for section in rendered.sections}


def flat(rendered):
    return rendered.html.replace("\n", "")


def test_the_articles_own_h1_is_not_in_the_html():
    rendered = show("# Refunds\n\nMoney back.\n\n## When\n\nSoon.")
    assert "Refunds" not in rendered.html
    assert [(h.level, h.text) for h in rendered.headings] == [(2, "When")]


def test_an_h1_behind_an_introduction_is_still_the_title():
    assert "Refunds" not in show("Intro\n\nRefunds\n=======\n\nText").html


def test_further_h1s_start_at_the_second_level():
    rendered = show("# Title\n\n# One\n\n## Two\n\n# Three")
    assert [(h.level, h.text) for h in rendered.headings] == [(2, "One"), (3, "Two"), (2, "Three")]


def test_headings_that_begin_at_the_third_level_are_lifted_to_the_second():
    assert [h.level for h in show("### One\n\n#### Two").headings] == [2, 3]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("First steps", "first-steps"),
        ("환불 정책", "환불-정책"),
        ("パスワードを 忘れた", "パスワードを-忘れた"),
        ("退款 政策（2026）", "退款-政策2026"),
        ("What's `new`?", "whats-new"),
        ("Über uns", "über-uns"),
        ("Explicit { #first-steps }", "first-steps"),
        ("Explicit {#x}", "x"),
        ("???", "section"),
    ],
)
def test_a_heading_has_a_readable_anchor_in_any_script(heading, anchor):
    rendered = show(f"## {heading}\n\ntext")
    assert rendered.headings[0].anchor == anchor
    assert f'id="{anchor}"' in rendered.html
    assert rendered.sections[0].anchor == anchor


def test_equal_headings_have_different_anchors():
    anchors = [h.anchor for h in show("## Step\n\n## Step\n\n## Step-1\n\n## Step").headings]
    assert anchors == ["step", "step-1", "step-1-1", "step-2"]


def test_a_decomposed_heading_has_a_composed_anchor():
    assert show("## e\u0301te\u0301").headings[0].anchor == "été"


def test_tables_scroll_and_keep_their_alignment():
    html = flat(show("| a | b |\n|---|--:|\n| `x|y` | 2 |"))
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<td align="right">2</td>' in html
    assert "<code>x|y</code>" in html


def test_a_table_reads_as_cells_joined_by_dashes():
    assert texts(show("| a | b |\n|---|---|\n| 1 | two<br>three |")) == {"": "a — b\n1 — two three"}


def test_code_is_highlighted_by_class():
    html = show("```python\ndef f(): pass\n```").html
    assert '<code class="language-python"><span class="k">def</span>' in html
    assert "style" not in html


def test_code_of_an_unknown_language_is_shown_plain():
    assert "a &lt; b" in show("```nonsense\na < b\n```").html


def test_long_code_is_not_in_the_index_and_short_code_is():
    short, long = "\n".join(["short()"] * 20), "\n".join(["long()"] * 21)
    text = texts(show(f"```js\n{short}\n```\n\n```js\n{long}\n```\n\nend"))[""]
    assert "short()" in text
    assert "long()" not in text
    assert text.endswith("end")


def test_code_keeps_tabs_blank_lines_and_marks():
    html = show("```\nall:\n\n\techo {% x %} ::: <b> import a from 'b'\n```").html
    assert "all:\n\n\techo {% x %} ::: &lt;b&gt; import a from 'b'\n</code>" in html


def test_footnotes_lead_there_and_back():
    html = flat(show("Text[^1].\n\n[^1]: The *note*.\n\n    More.", locale="ko"))
    assert 'href="#fn:1"' in html
    assert 'href="#fnref:1"' in html
    assert "<em>note</em>" in html
    assert "본문으로 돌아가기" in html


def test_definition_lists_task_lists_abbreviations_and_strikethrough():
    html = flat(
        show("Term\n: Meaning\n\n- [x] done\n- [ ] open\n\nHTML ~~no~~\n\n*[HTML]: Hypertext")
    )
    assert "<dl><dt>Term</dt><dd>Meaning</dd></dl>" in html
    assert html.count("disabled") == 2
    assert html.count("checked") == 1
    assert '<abbr title="Hypertext">HTML</abbr>' in html
    assert "<del>no</del>" in html


def test_lists_nest_by_the_column_of_their_content():
    html = flat(show("1. one\n   - two\n     - three\n\n       more\n2. four"))
    assert html == (
        "<ol><li>one<ul><li>two<ul><li><p>three</p><p>more</p></li></ul></li></ul></li>"
        "<li>four</li></ol>"
    )


def test_a_list_of_another_kind_is_another_list():
    assert flat(show("- a\n- b\n* c\n\n3. d")).count("<ul>") == 2
    assert '<ol start="3">' in show("3. d").html


def test_a_loose_list_keeps_its_paragraphs_and_a_tight_one_does_not():
    assert flat(show("- a\n- b")) == "<ul><li>a</li><li>b</li></ul>"
    assert flat(show("- a\n\n- b")) == "<ul><li><p>a</p></li><li><p>b</p></li></ul>"


def test_a_fence_inside_a_list_item_stays_inside():
    html = flat(show("1. one\n\n   ```sh\n   ls\n   ```\n\n2. two"))
    assert html.index("<pre") < html.index("</li>") < html.index("two")
    assert html.count("<ol>") == 1


def test_emphasis_next_to_hangul_and_kana_works():
    html = show("**안녕(하세요)**는 **日本語。**です snake_case_name").html
    assert html.count("<strong>") == 2
    assert "snake_case_name" in html


def test_chinese_and_japanese_lines_join_without_a_blank_and_korean_ones_with_one():
    assert texts(show("退款\n政策")) == {"": "退款政策"}
    assert texts(show("환불\n정책")) == {"": "환불 정책"}


def test_sections_hold_the_path_of_headings_and_plain_text():
    rendered = show(
        "Intro *x* `y`\n\n## A\n\n- one\n- two\n\n![A cat](cat.png)\n\n### B & C\n\n"
        "> quoted\n\n## D\n\nend"
    )
    assert [(s.path, s.text) for s in rendered.sections] == [
        ((), "Intro x y"),
        (("A",), "one\ntwo\n\nA cat"),
        (("A", "B & C"), "quoted"),
        (("D",), "end"),
    ]


def test_a_note_without_title_has_a_word_in_the_articles_language_outside_the_index():
    rendered = show(":::tip\nDrink water.\n:::", locale="ja")
    assert "ヒント" in rendered.html
    assert texts(rendered) == {"": "Drink water."}


def test_a_link_to_another_article_is_replaced_by_its_address():
    asked = []

    def resolve(address):
        asked.append(address)
        return "/en/articles/x#frag"

    rendered = show("[a](../account/x.md#frag) [b](/en/guides/x/)", resolve_link=resolve)
    assert asked == ["../account/x.md#frag", "/en/guides/x/"]
    assert rendered.html.count('href="/en/articles/x#frag"') == 2
    assert rendered.links == ("../account/x.md#frag", "/en/guides/x/")
    assert rendered.warnings == ()


def test_a_link_that_leads_nowhere_becomes_text_with_a_warning():
    rendered = show("See [*the* page](gone.md) and [here](#nowhere).")
    assert rendered.html == "<p>See <em>the</em> page and here.</p>"
    assert [warning.code for warning in rendered.warnings] == ["dead-link", "dead-fragment"]
    assert rendered.dead == ("gone.md", "#nowhere")


def test_a_link_to_a_heading_or_to_the_title_of_the_article_works():
    rendered = show("# Title { #top-title }\n\n[a](#환불) [b](#top-title)\n\n## 환불")
    assert 'href="#환불"' in rendered.html
    assert '<a id="top-title"></a>' in rendered.html
    assert rendered.warnings == ()


def test_external_links_open_no_door_to_the_opener():
    html = show(
        "[a](https://example.com) <https://example.org> https://example.net/a_b. m@x.y"
    ).html
    assert html.count('rel="noopener"') == 3
    assert 'href="https://example.net/a_b"' in html


def test_images_and_attachments_go_to_the_media_resolver():
    rendered = show(
        '![Cat](img/cat.png){width=30}\n\n[Manual](a%20b.pdf) <img src="/x.svg" alt="X">'
    )
    assert rendered.media == ("img/cat.png", "a%20b.pdf", "/x.svg")
    assert 'src="/media/img/cat.png" width="30" loading="lazy"' in rendered.html
    assert 'href="/media/a b.pdf"' in rendered.html


def test_a_missing_image_leaves_its_words_and_a_warning():
    rendered = show("![A cat](cat.png)", resolve_media=lambda address: None)
    assert rendered.html == "<p>A cat</p>"
    assert [warning.code for warning in rendered.warnings] == ["missing-file"]


def test_only_listed_classes_survive():
    html = show('<div class="evil note">a</div>\n\n[x](https://a.b){.admonition #y onclick=z}').html
    assert "class" not in html
    assert "onclick" not in html


def test_rendering_again_gives_the_same():
    source = "# T\n\n[^1] a `b`\n\n[^1]: n\n\n:::note\n- x\n:::\n"
    assert show(source) == show(source)


def test_windows_line_ends_change_nothing():
    source = "# T\n\n- a\n- b\n\n```sh\nls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert show(source) == show(source.replace("\n", "\r\n"))


class TestFilms:
    def test_an_image_that_is_a_film_becomes_a_player_that_waits_for_its_reader(self):
        rendered = show("![How to pack](img/pack.mp4)", resolve_media=lambda a: f"/media/{a}")
        assert '<video src="/media/img/pack.mp4" controls="" preload="metadata"' in rendered.html
        assert 'aria-label="How to pack"' in rendered.html
        assert rendered.media == ("img/pack.mp4",)

    def test_a_player_leaves_a_link_where_it_cannot_play(self):
        html = show("![How to pack](pack.webm)").html
        assert '<a href="/media/pack.webm">How to pack</a></video>' in html

    def test_captions_lie_beside_the_film_the_readers_language_first(self):
        kept = {"a.mp4", "a.vtt", "a.ko.vtt"}
        resolve = lambda address: f"/media/{address}" if address in kept else None  # noqa: E731
        korean = show("![A](a.mp4)", resolve_media=resolve, locale="ko").html
        assert '<track kind="captions" src="/media/a.ko.vtt" srclang="ko"' in korean
        english = show("![A](a.mp4)", resolve_media=resolve, locale="en-GB").html
        assert '<track kind="captions" src="/media/a.vtt" srclang="en-GB"' in english
        assert show("![A](a.mp4)", resolve_media=resolve).warnings == ()

    def test_the_html_of_a_film_never_starts_by_itself(self):
        html = show('<video src="a.mp4" title="Pack" autoplay loop onplay="x()"></video>').html
        assert 'aria-label="Pack"' in html
        assert "autoplay" not in html
        assert "onplay" not in html

    def test_a_film_reads_as_its_words(self):
        rendered = show("Before.\n\n![How to pack](pack.mp4)\n\nAfter.")
        assert texts(rendered)[""].split("\n\n") == ["Before.", "How to pack", "After."]

    def test_a_missing_film_leaves_its_words(self):
        assert show("![Pack](a.mp4)", resolve_media=lambda address: None).html == "<p>Pack</p>"
