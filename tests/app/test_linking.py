"""Links: from what authors write to addresses of the site, and never out of the folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.linking import LinkTable, Origin, join_path, leads_out

TABLE = LinkTable(
    paths={
        "en/pay/refund.md": ("get-a-refund", "en"),
        "en/pay/index.md": ("pay/index", "en"),
        "en/a.md": ("a", "en"),
        "ko/pay/refund.md": ("get-a-refund", "ko"),
        "en/for-agents.md": ("for-agents", "en"),
        "en/for-signed-in.md": ("for-signed-in", "en"),
        "en/mixed.md": ("mixed", "en"),
        "en/with space.mdx": ("with-space", "en"),
    },
    audiences={
        "get-a-refund": {"en": "public", "ko": "public"},
        **{name: {"en": "public"} for name in ("pay/index", "a", "with-space", "english-only")},
        "for-agents": {"en": "agents"},
        "for-signed-in": {"en": "signed-in"},
        "mixed": {"en": "agents", "ko": "public"},
    },
    redirects={"/hc/123": "a", "/hc/한글": "a", "/hc/9": "for-agents", "/hc/0": "draft"},
    media={"en/img/cat.png": "c" * 64, "files/manual.pdf": "d" * 64},
)
HERE = Origin("en/pay/refund.md", "en")
KOREAN = Origin("ko/pay/refund.md", "ko")


@pytest.mark.parametrize(
    ("origin", "target", "address"),
    [
        (HERE, "../a.md", "/en/articles/a"),
        (HERE, "../a.md#first-steps", "/en/articles/a#first-steps"),
        (HERE, "../a.md?query=1#단계", "/en/articles/a#%EB%8B%A8%EA%B3%84"),
        (HERE, "../a", "/en/articles/a"),
        (HERE, "../a/", "/en/articles/a"),
        (HERE, "./index.md", "/en/articles/pay/index"),
        (HERE, ".", "/en/articles/pay/index"),
        (HERE, "../with space.mdx", "/en/articles/with-space"),
        (HERE, "../../ko/pay/refund.md", "/ko/articles/get-a-refund"),
        (HERE, "/en/a/", "/en/articles/a"),
        (HERE, "/a", "/en/articles/a"),
        (HERE, "/a.html", "/en/articles/a"),
        (HERE, "/ko/articles/get-a-refund", "/ko/articles/get-a-refund"),
        (HERE, "/zh-tw/a", "/zh-TW/articles/a"),
        (HERE, "/hc/123", "/en/articles/a"),
        (HERE, "/hc/한글/", "/en/articles/a"),
        (HERE, "/pay", "/en/articles/pay/index"),
        (KOREAN, "../a.md", "/ko/articles/a"),
        (KOREAN, "../english-only.md", "/ko/articles/english-only"),
        (KOREAN, "/hc/123", "/ko/articles/a"),
        (HERE, "../img/cat.png", f"/media/{'c' * 64}/cat.png"),
        (HERE, "/files/manual.pdf", f"/media/{'d' * 64}/manual.pdf"),
        (HERE, "../../files/manual.pdf", f"/media/{'d' * 64}/manual.pdf"),
        (HERE, "none.md", None),
        (HERE, "/none", None),
        (HERE, "../../../a.md", None),
        (HERE, "../../../../files/manual.pdf", None),
        (HERE, "#here", None),
        (HERE, "", None),
        (HERE, "https://example.com/a", None),
        (HERE, "//example.com/a", None),
        (HERE, "http://[::1", None),
    ],
)
def test_a_target_becomes_an_address_of_the_site_or_nothing(origin, target, address):
    assert TABLE.resolve(origin, target) == address


TO_AGENTS = ("../for-agents.md", "../for-agents", "/for-agents", "/en/for-agents", "/hc/9")


@pytest.mark.parametrize("target", TO_AGENTS)
@pytest.mark.parametrize(
    ("audience", "address"),
    [("public", None), ("signed-in", None), ("agents", "/en/articles/for-agents")],
)
def test_only_its_own_audience_is_led_to_an_article_that_is_not_public(target, audience, address):
    origin = Origin("en/pay/refund.md", "en", audience)
    assert TABLE.resolve(origin, target) == address


@pytest.mark.parametrize("audience", ["public", "signed-in", "agents"])
def test_everybody_is_led_to_what_is_public(audience):
    origin = Origin("en/pay/refund.md", "en", audience)
    assert TABLE.resolve(origin, "../a.md") == "/en/articles/a"


@pytest.mark.parametrize(
    ("origin", "target", "address"),
    [
        (HERE, "../mixed.md", None),
        (HERE, "/mixed", None),
        (HERE, "/ko/mixed", "/ko/articles/mixed"),
        (KOREAN, "/mixed", "/ko/articles/mixed"),
        (KOREAN, "/en/mixed", None),
        # Not written in this language: its page offers the Korean version.
        (HERE, "/ja/mixed", "/ja/articles/mixed"),
        (HERE, "/ja/for-agents", None),
    ],
)
def test_each_translation_is_for_those_it_names(origin, target, address):
    assert TABLE.resolve(origin, target) == address


def test_an_old_address_of_what_is_not_published_leads_nowhere():
    assert TABLE.resolve(HERE, "/hc/0") is None


@pytest.mark.parametrize(
    ("target", "out"),
    [("../../x", False), ("../../../x", True), ("/../x", False), ("a/../../../../x", True)],
)
def test_a_link_out_of_the_folder_is_recognised(target, out):
    assert leads_out("en/pay/refund.md", target) is out


@given(st.lists(st.sampled_from(["..", ".", "a", "b.md", ""]), max_size=12).map("/".join))
def test_a_joined_path_never_leaves_the_folder(target):
    joined = join_path("en/pay/x.md", target)
    assert joined is None or ".." not in joined.split("/")


@given(st.text(max_size=60))
def test_no_target_is_too_strange(target):
    address = TABLE.resolve(HERE, target)
    assert address is None or address.startswith(("/en/articles/", "/ko/articles/", "/media/"))
