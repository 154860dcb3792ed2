"""An article as a form: what nobody touches stays byte for byte."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor.article_form import ArticleForm, read_form, read_posted, with_picture, write_form
from app.front_matter import parse_source

FILE = (
    "---\n"
    "# for the shop\n"
    "title: Get a refund\n"
    "questions:\n"
    "  - where is my money\n"
    "  - how long does it take   # often asked\n"
    "tags: [money, 'a, b']\n"
    "unknown: {keep: [me, 1]}\n"
    "---\n"
    "\n"
    "Within *five* days.\n"
)


def test_a_form_that_nobody_changed_gives_the_same_file():
    assert write_form(read_form(FILE), FILE) == FILE


def test_windows_line_ends_survive_a_browser():
    file = FILE.replace("\n", "\r\n")
    form = read_form(file)
    posted = {"title": form.title, "body": form.body.replace("\n", "\r\n")}
    posted |= {"questions": form.questions, "tags": form.tags, "audience": "public"}
    sent = read_posted(posted)
    assert write_form(sent, file) == file
    changed = write_form(replace(sent, body=sent.body + "More.\n"), file)
    assert changed == file + "More.\r\n"


def test_only_what_changed_is_written():
    changed = write_form(replace(read_form(FILE), title="Refunds", owner="Kim"), FILE)
    assert changed == FILE.replace("title: Get a refund", "title: Refunds").replace(
        "unknown: {keep: [me, 1]}\n", "unknown: {keep: [me, 1]}\nowner: Kim\n"
    )


def test_an_emptied_field_leaves_the_file():
    changed = write_form(replace(read_form(FILE), questions=""), FILE)
    assert "questions" not in changed
    assert "unknown: {keep: [me, 1]}" in changed


def test_everybody_is_nothing_to_write_down():
    agents = write_form(replace(read_form(FILE), audience="agents"), FILE)
    assert "audience: agents" in agents
    assert "audience" not in write_form(replace(read_form(agents), audience="public"), agents)


def test_a_first_heading_goes_on_being_the_title():
    file = "# Get a refund\n\nSoon.\n"
    form = read_form(file)
    assert form.title == "Get a refund"
    changed = replace(form, body="# Refunds\n\nSoon.\n")
    assert write_form(changed, file) == "# Refunds\n\nSoon.\n"
    named = write_form(replace(form, title="Money back"), file)
    assert named.startswith("---\ntitle: Money back\n---\n")


def test_a_new_article_is_written_whole():
    form = ArticleForm(
        title="Borrow a bike", body="Scan it.", category="city", questions="how?\nwhy"
    )
    assert write_form(form, "") == (
        '---\ntitle: Borrow a bike\ncategory: city\nquestions: ["how?", why]\n---\n\nScan it.\n'
    )


def test_the_first_text_of_a_new_article_stands_one_line_below_its_fields():
    begun = write_form(ArticleForm(title="T"), "")
    assert write_form(replace(read_form(begun), body="One.\n"), begun) == (
        "---\ntitle: T\n---\n\nOne.\n"
    )


def test_a_picture_stands_below_the_text():
    assert with_picture(ArticleForm(body="Text.\n\n"), "![A cat](/a.png)").body == (
        "Text.\n\n![A cat](/a.png)\n"
    )


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    st.sampled_from([FILE, "", "Text"]),
)
def test_whatever_is_typed_is_read_back(text, file):
    body = f"A{text}\n"
    form = replace(read_form(file), title="T", body=body, questions=" ".join(text.split()))
    again = read_form(write_form(form, file))
    assert (again.body, again.title) == (body, "T")


@pytest.mark.parametrize("tags", ["a, b", "a，b", "a、b", " a ,, b ,a"])
def test_lists_are_parted_as_each_language_parts_them(tags):
    assert "tags: [a, b]" in write_form(ArticleForm(title="T", body="x", tags=tags), "")


def test_an_item_with_a_comma_stays_one_item():
    source = '---\ntags: ["a, b", \'"c" d\', e" f]\n---\nText\n'
    form = read_form(source)
    assert form.tags == '"a, b", """c"" d", e" f'
    changed = write_form(replace(form, tags=form.tags + ", g"), source)
    assert parse_source(changed.encode()).meta["tags"] == ["a, b", '"c" d', 'e" f', "g"]
    assert write_form(form, source) == source
