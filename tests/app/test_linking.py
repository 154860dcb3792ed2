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
        "en/with space.mdx": ("with-space", "en"),
    },
    article_ids=frozenset({"get-a-refund", "pay/index", "a", "with-space", "english-only"}),
    redirects={"/hc/123": "a", "/hc/한글": "a"},
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
