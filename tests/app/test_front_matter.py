import string
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.article_fields import BadField, MissingTitle, find_title, read_fields
from app.errors import KotaeError
from app.front_matter import (
    LARGEST,
    BadEncoding,
    BadFrontMatter,
    TooLarge,
    parse_source,
    with_fields,
)


def parse(text):
    return parse_source(text.encode())


def fields(text):
    return read_fields(parse(text))


FULL = """---
title: Reset your password   # the H1 of the page
id: 22914112170140
locale: zh-tw
category: account
# What people type.
questions:
  - I forgot my password
  - can't sign in

tags: login, sign in
products: [web, ios]
audience: signed-in
status: draft
publish_at: 2026-03-01
expires_at: 2026-03-01T09:00:00+09:00
owner: Support
redirect_from: /old-path
sidebar:
  label: Reset
  order: 3
  hidden: false
---
# Heading

Body
"""


def test_every_key_of_the_format_is_read():
    article = fields(FULL)
    assert article.title == "Reset your password"
    assert article.id == "22914112170140"
    assert article.locale == "zh-TW"
    assert article.category == "account"
    assert article.questions == ("I forgot my password", "can't sign in")
    assert article.tags == ("login", "sign in")
    assert article.products == ("web", "ios")
    assert article.audience == "signed-in"
    assert article.status == "draft"
    assert article.publish_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert article.expires_at == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert article.review_by is None
    assert article.owner == "Support"
    assert article.redirect_from == ("/old-path",)
    assert article.unknown == {"sidebar": {"label": "Reset", "order": 3, "hidden": False}}


def test_a_file_without_front_matter_is_all_body():
    source = parse("# Title\n\nText")
    assert source.body == "# Title\n\nText"
    assert source.meta == {}
    assert read_fields(source).status == "published"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# Request Body { #request-body }\n", "Request Body"),
        ("intro\n\n#  Use `x` and **y** #\n", "Use x and y"),
        ("# [Link](x) to *it* &amp; <abbr title='a'>that</abbr> {.c}\n", "Link to it & that"),
        ("Title\n=====\n", "Title"),
        ("```\n# no\n```\n# yes", "yes"),
        ("# snake_case_name", "snake_case_name"),
        ("## Second\n# First", None),
        ("text", None),
        ("# \n", None),
    ],
)
def test_the_first_heading_names_an_article_without_title(body, title):
    assert find_title(body) == title


def test_an_article_without_any_title_is_refused():
    with pytest.raises(MissingTitle) as caught:
        fields("---\nid: x\n---\ntext")
    assert caught.value.code == "missing-title"


def test_bytes_that_are_not_utf8_are_refused_with_their_place():
    with pytest.raises(BadEncoding, match="byte 3 is 0xff"):
        parse_source(b"abc\xffdef")
    with pytest.raises(BadEncoding, match="UTF-16"):
        parse_source("# a".encode("utf-16"))


def test_a_file_above_the_limit_is_refused_and_one_at_the_limit_is_not():
    with pytest.raises(TooLarge):
        parse_source(b"a" * (LARGEST + 1))
    assert parse_source(b"a" * LARGEST).body


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("title: a\nkey: [b\n", "line 4"),
        ("title: a: b\n", "line 2"),
        ("- a\n- b\n", "key: value"),
        ("just words\n", "key: value"),
        ("title: a\ntitle: b\n", "line 3.*stands twice"),
        ("a: &x 1\nb: *x\n", "anchors"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchors"),
        ("a: " + "[" * 13 + "]" * 13 + "\n", "nested"),
        ("a: " + "[" * 5000 + "]" * 5000 + "\n", "nested"),
        ("a: " + "{b: " * 13 + "}" * 13 + "\n", "nested"),
        ("[a, b]: c\n", "a key must be a word"),
        ("a: \x07\n", "line"),
        ("a: !!python/object:os.system x\n? b\n: *c\n", "line 4"),
        ("a: " + "x" * 70_000 + "\n", "64 kB"),
        ("\tkey: x\n", "line"),
    ],
)
def test_front_matter_that_cannot_be_read_is_refused_with_its_line(yaml, reason):
    with pytest.raises(BadFrontMatter, match=reason):
        parse(f"---\n{yaml}---\nbody")


def test_a_tag_that_names_code_builds_no_object():
    assert parse("---\na: !!python/object/apply:os.getcwd []\n---\n").meta == {"a": []}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("title: [a]", "`title` must be one text"),
        ("tags: {a: b}", "`tags` must be a list"),
        ("tags: [[a]]", "`tags` must be a list"),
        ("questions: {a: b}", "`questions` must be a list"),
        ("audience: everyone", "public, signed-in, agents"),
        ("audience: true", "public, signed-in, agents"),
        ("status: live", "draft, review, published"),
        ("publish_at: tomorrow", "a date or a time"),
        ("publish_at: 2026-02-30", "a date or a time"),
        ("locale: klingon", "language tag"),
        ("id: a b", "a name fit for an address"),
        ("id: ../a", "a name fit for an address"),
        ("owner: [a]", "`owner` must be one text"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(line, message):
    title = "" if line.startswith("title") else "title: T\n"
    with pytest.raises(BadField, match=message):
        fields(f"---\n{title}{line}\n---\n")


def test_scalars_of_other_types_are_text_where_text_is_wanted():
    article = fields("---\ntitle: 2026\nid: 007\ntags: [1, true, 1.10]\nowner: null\n---\n")
    assert (article.title, article.id, article.owner) == ("2026", "007", None)
    assert article.tags == ("1", "true", "1.10")


def test_one_question_may_be_written_without_a_list_and_keeps_its_commas():
    assert fields("---\ntitle: T\nquestions: one, two\n---\n").questions == ("one, two",)


def test_an_opening_line_that_is_never_closed_is_a_rule():
    assert parse("---\n\n# Title").body == "---\n\n# Title"


def test_every_error_has_a_code_and_a_status():
    for error in (BadEncoding, BadFrontMatter, TooLarge, BadField, MissingTitle):
        assert issubclass(error, KotaeError)
        assert error.status == 422
        assert error.code not in ("error", "bad-article")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_nothing_changed_gives_the_same_bytes(newline, bom):
    raw = (bom + FULL.rstrip("\n").replace("\n", newline)).encode()
    source = parse_source(raw)
    assert source.newline == newline
    assert source.bom == bool(bom)
    assert source.encode() == raw
    assert with_fields(source, {}).encode() == raw
    assert with_fields(source, dict(source.meta)).encode() == raw


def test_one_changed_key_changes_one_line():
    changed = with_fields(parse(FULL), {"title": "New: title", "status": "published"})
    assert changed == FULL.replace("Reset your password ", '"New: title" ', 1).replace(
        "status: draft", "status: published"
    )


def test_a_changed_list_leaves_the_comment_and_its_neighbours():
    changed = with_fields(parse(FULL), {"questions": ["one", "two, three"]})
    lines = '# What people type.\nquestions:\n  - one\n  - "two, three"\n\ntags: login'
    assert lines in changed


LISTED = """---
questions: # as typed
# why
- one # first
- 'two'

# of June
-   three
- >-
  four
  and more

tags: [a, b] # two
---
Body
"""


@pytest.mark.parametrize(
    ("items", "before", "after"),
    [
        (["one", "two", "three", "four and more", "5"], "and more\n", 'and more\n- "5"\n'),
        (["zero", "one", "two", "three", "four and more"], "- one", "- zero\n- one"),
        (["two", "three", "four and more"], "- one # first\n", ""),
        (["one, or", "two", "three", "four and more"], "- one #", '- "one, or" #'),
        (["one", "three", "four and more"], "- 'two'\n", ""),
        (["one", "two", "drei", "four and more"], "-   three", "-   drei"),
        (["one", "two", "three", "4 more"], ">-\n  four\n  and more", '"4 more"'),
        (["one", "two", "three"], "- >-\n  four\n  and more\n", ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_changed_item_changes_its_own_lines_only(items, before, after, newline):
    assert before in LISTED
    source = parse(LISTED.replace("\n", newline))
    wanted = LISTED.replace(before, after, 1).replace("\n", newline)
    assert with_fields(source, {"questions": items}) == wanted


NESTED = """---
title: T
steps: # all of them
  # the first
  - name: open # by hand
    # either will do
    with: [key, card] # or both
    "how often": 2
  - - one # inner
    # between
    - two
  - >-
    three
    and four
  - last
# not of the steps
tags: [ # in brackets
  a, # first
  # between
  b # second
]
written_for: # versions
  app: 4.1 # the app's
  # the site's
  web:
    # deep
    - 2 # two
...
Body
"""
STEPS = [
    {"name": "open", "with": ["key", "card"], "how often": 2},
    ["one", "two"],
    "three and four",
    "last",
]


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"tags": ["a", "c"]}, "b # second", "c # second"),
        ({"tags": ["a", "b", "c"]}, "  b # second\n", "  b, # second\n  c,\n"),
        ({"tags": ["c", "a", "b"]}, "  a, # first", "  c,\n  a, # first"),
        ({"tags": ["b"]}, "  a, # first\n", ""),
        ({"tags": ["a"]}, "  b # second\n", ""),
        ({"steps": [STEPS[0], ["one", 2], *STEPS[2:]]}, "    - two", "    - 2"),
        ({"steps": [STEPS[0], [1, "two"], *STEPS[2:]]}, "- - one #", "- - 1 #"),
        (
            {"steps": [STEPS[0], ["two"], *STEPS[2:]]},
            "- - one # inner\n    # between\n    - two",
            "- [two]",
        ),
        ({"steps": [STEPS[0], [*STEPS[1], 3], *STEPS[2:]]}, "    - two\n", "    - two\n    - 3\n"),
        ({"steps": [*STEPS[:2], "4", "last"]}, ">-\n    three\n    and four", '"4"'),
        ({"steps": [*STEPS[:2], "last"]}, "  - >-\n    three\n    and four\n", ""),
        ({"steps": [STEPS[0] | {"name": "shut"}, *STEPS[1:]]}, "name: open", "name: shut"),
        ({"steps": [STEPS[0] | {"with": 1}, *STEPS[1:]]}, "[key, card] #", "1 #"),
        ({"steps": [STEPS[0] | {"how often": 3}, *STEPS[1:]]}, 'often": 2', 'often": 3'),
        ({"steps": [STEPS[0] | {"x": 1}, *STEPS[1:]]}, 'often": 2\n', 'often": 2\n    x: 1\n'),
        ({"steps": STEPS[1:]}, NESTED[38:130], None),
        ({"written_for": {"app": 4.2, "web": [2]}}, "app: 4.1 #", "app: 4.2 #"),
        ({"written_for": {"app": 4.1, "web": [2, 3]}}, "- 2 # two\n", "- 2 # two\n    - 3\n"),
        ({"written_for": {"app": 4.1, "web": 3}}, "web:\n    # deep\n    - 2 # two", "web: 3"),
        ({"written_for": {"web": [2]}}, "  app: 4.1 # the app's\n", ""),
        ({"written_for": {"app": {"os": 1}, "web": [2]}}, "4.1 #", "{os: 1} #"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_change_deep_inside_leaves_every_other_line(changes, before, after, newline):
    assert before in NESTED
    source = parse(NESTED.replace("\n", newline))
    changed = with_fields(source, changes)
    assert {**source.meta, **changes} == parse(changed).meta
    if after is not None:
        assert changed == NESTED.replace(before, after, 1).replace("\n", newline)


NESTED_VALUES = st.recursive(
    st.sampled_from(["one", "two", "three and four", "last", "# x", "- y", 2, 4.1, True, None]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "with", "app", "web", "a: b"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["steps", "tags", "written_for", "title"]), NESTED_VALUES, min_size=1
    ),
    st.lists(NESTED_VALUES, min_size=4, max_size=4),
    st.integers(0, 3),
)
def test_anything_can_be_written_over_nested_lists_with_comments(changes, others, place):
    steps = [*STEPS[:place], others[0], *STEPS[place + 1 :]]
    for wanted in (changes, {"steps": steps}, {"steps": [*others[1:], *STEPS]}):
        changed = with_fields(parse(NESTED), wanted)
        expected = {**parse(NESTED).meta, **wanted}
        expected = {key: value for key, value in expected.items() if value is not None}
        assert {k: v for k, v in parse(changed).meta.items() if v is not None} == expected
        assert changed.endswith("...\nBody\n")
        assert "# not of the steps" in changed


def test_a_changed_list_on_one_line_keeps_what_stands_behind_it():
    changed = with_fields(parse(LISTED), {"tags": ["a", "b", "c"]})
    assert changed == LISTED.replace("[a, b] #", "[a, b, c] #")


def test_a_changed_body_keeps_the_line_breaks_of_its_untouched_lines():
    source = parse("---\r\ntitle: T\r\n---\r\none\r\ntwo\nthree\r\nfour")
    changed = with_fields(source, {}, body="one\ntwo\nTHREE\nfour\nfive\n")
    assert changed == ("---\r\ntitle: T\r\n---\r\none\r\ntwo\nTHREE\r\nfour\r\nfive\r\n")


@given(
    st.lists(
        st.sampled_from(["one", "two", "three", "four and more", "new", "- x", "#"]), min_size=1
    )
)
def test_any_list_can_be_written_over_one_with_comments(items):
    changed = with_fields(parse(LISTED), {"questions": items})
    assert parse(changed).meta["questions"] == items
    assert "# of June" in changed


def test_a_removed_key_goes_and_a_new_one_comes_last():
    changed = with_fields(parse(FULL), {"sidebar": None, "review_by": datetime(2026, 5, 1).date()})
    assert "sidebar" not in changed
    assert 'redirect_from: /old-path\nreview_by: "2026-05-01"\n---\n' in changed


def test_front_matter_is_added_to_a_file_that_has_none():
    changed = with_fields(parse("Text\r\nmore"), {"title": "T"})
    assert changed == "---\r\ntitle: T\r\n---\r\n\r\nText\r\nmore"


def test_a_header_on_one_line_can_be_edited():
    changed = with_fields(parse("---\n{title: a, x: [1]}\n---\nb"), {"title": "c"})
    assert parse(changed).meta == {"title": "c", "x": [1]}


def test_the_body_can_be_replaced_in_the_files_own_line_ends():
    source = parse("---\r\ntitle: T\r\n---\r\nold")
    assert with_fields(source, {}, body="a\nb\n") == "---\r\ntitle: T\r\n---\r\na\r\nb\r\n"


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
    ),
    max_size=30,
)
KEYS = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5), TEXT, st.sampled_from(["\n", "\r\n"]))
@example({"a": "\x85\u2028"}, "", "\n")
def test_values_written_are_the_values_read(values, body, newline):
    source = parse(f"Body{newline}{body}")
    text = with_fields(source, values)
    wanted = {key: value for key, value in values.items() if value is not None}
    assert parse(text).meta == wanted
    assert text.endswith(source.body)
    assert with_fields(parse(text), values) == text


@given(
    st.lists(st.sampled_from(FULL.splitlines() + ["", "# c", "x: |", "  a", "y: >-"]), max_size=9)
)
def test_any_file_that_reads_comes_back_byte_for_byte(lines):
    raw = ("---\n" + "\n".join(lines) + "\n---\nbody").encode()
    try:
        source = parse_source(raw)
    except BadFrontMatter:
        return
    assert with_fields(source, dict(source.meta)).encode() == raw
    changed = parse(with_fields(source, {"added": "x"}))
    assert changed.meta == {**source.meta, "added": "x"}
    assert changed.body == source.body


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    try:
        source = parse_source(b"---\n" + raw)
    except KotaeError:
        return
    assert source.encode() == b"---\n" + raw
