"""Names made of file names, readable in every script and safe in an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.naming import default_article_id, humanise, slugify, slugify_path


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Store Support", "store-support"),
        ("Licensing & Counterfeits", "licensing-counterfeits"),
        ("CTC GO!", "ctc-go"),
        ("Yún Board", "yún-board"),
        ("비밀번호 재설정", "비밀번호-재설정"),
        ("コンビニ受け取り", "コンビニ受け取り"),
        ("v1.2_final", "v1.2_final"),
        ("..", ""),
        ("!!!", ""),
        ("a%2Fb?c#d", "a-2fb-c-d"),
    ],
)
def test_a_slug_keeps_letters_of_every_script(text, slug):
    assert slugify(text) == slug


def test_composed_and_decomposed_spellings_give_one_slug():
    assert slugify("Yu\u0301n") == slugify("Y\u00fan")
    assert slugify("\u1112\u1161\u11ab") == slugify("한")


@given(st.text())
def test_a_slug_of_a_slug_is_itself_and_fits_an_address(text):
    slug = slugify(text)
    assert slugify(slug) == slug
    assert not set(slug) & set(" /?#%&\\\"'<>@\n")


def test_segments_without_letters_are_left_out():
    assert slugify_path("A b/!!/C") == "a-b/c"


@pytest.mark.parametrize(
    ("path", "article_id"),
    [
        ("account/Reset.md", "account/reset"),
        ("a.b.markdown", "a.b"),
        ("guide", "guide"),
        ("v1.2/notes.mdx", "v1.2/notes"),
    ],
)
def test_the_default_id_is_the_path_without_suffix(path, article_id):
    assert default_article_id(path) == article_id


@pytest.mark.parametrize(
    ("segment", "title"),
    [("payments_and-invoices", "Payments and invoices"), ("iOS", "IOS"), ("계정", "계정")],
)
def test_a_folder_name_becomes_a_title(segment, title):
    assert humanise(segment) == title
