"""The operator's look: colours that stay readable, links that are safe, files that exist."""

import re

import pytest

from app import branding
from app.branding import FooterLink, Product, choose_text, contrast, write_tokens
from app.settings import Settings, SettingsError

COLORS = ["#000000", "#ffffff", "#ffdd00", "#0b5f78", "#ff0066", "#00ff00", "#808080", "#1a1aff"]


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("color", COLORS)
def test_any_colour_can_be_read_in_both_themes(color):
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))
        for part in write_tokens(color).split("@media")
    )
    for tokens, papers in ((light, ("#ffffff", "#f3f6f7")), (dark, ("#11171c", "#1a232a"))):
        for behind in (*papers, tokens["accent-soft"]):
            assert contrast(tokens["accent"], behind) >= 4.5
        assert contrast(tokens["on-accent"], tokens["accent"]) >= 4.5


def test_a_colour_that_can_be_read_is_left_alone():
    assert "--accent: #0b5f78;" in write_tokens("#0b5f78")
    assert write_tokens("") == ""


@pytest.mark.parametrize(
    ("text", "locale", "chosen"),
    [
        ("Hello = world", "ko", "Hello = world"),
        ("en=Hello; ko=안녕", "ko", "안녕"),
        ("en=Hello; zh=你好", "zh-Hant", "你好"),
        ("en=Hello; ko=안녕", "ja", "Hello"),
        ("Mon-Fri; Sat", "en", "Mon-Fri; Sat"),
        ("", "en", ""),
    ],
)
def test_a_text_can_be_given_for_each_language(text, locale, chosen):
    assert choose_text(text, locale) == chosen


def test_links_and_products_are_pairs():
    assert branding.read_footer_links("Shop=https://a.example/?x=1, 약관=/ko/articles/terms") == (
        FooterLink("Shop", "https://a.example/?x=1"),
        FooterLink("약관", "/ko/articles/terms"),
    )
    assert branding.read_products("web=Website") == (Product("web", "Website"),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_ACCENT_COLOR", "red"),
        ("KB_ACCENT_COLOR", "#12345"),
        ("KB_FOOTER_LINKS", "Shop"),
        ("KB_FOOTER_LINKS", "Shop=javascript:alert(1)"),
        ("KB_FOOTER_LINKS", "Shop=//evil.example"),
        ("KB_FOOTER_LINKS", "Shop=data:text/html,x"),
        ("KB_PRODUCTS", "web"),
        ("KB_PRODUCTS", "web=A, web=B"),
        ("KB_LOGO", "/nowhere.svg"),
        ("KB_LOGO", __file__),
        ("KB_CUSTOM_CSS", "/nowhere.css"),
        ("KB_SUPPORT_HOURS", "always"),
        ("KB_SUPPORT_HOURS", "Mon-Fri 18:00-09:00"),
        ("KB_SUPPORT_HOURS", "Mon-Fri 09:00-25:00"),
        ("KB_TIME_ZONE", "Mars/Olympus"),
        ("KB_ANSWER_HOURS", "1000"),
    ],
)
def test_a_look_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: value})


@pytest.fixture
def branded(tmp_path, sessions, make_client):
    logo, style = tmp_path / "logo.svg", tmp_path / "own.css"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"/>')
    style.write_text(".hero { letter-spacing: 0.01em } /* 우리 */", encoding="utf-8")
    return make_client(
        site_name="Haru",
        logo=logo,
        custom_css=style,
        accent_color="#aa0055",
        home_text="en=Ask us; ko=물어보세요",
        footer_links=(FooterLink("Shop", "https://shop.example.com"),),
    )


def test_the_look_is_on_every_page(branded):
    text = branded.get("/ko/").get_data(as_text=True)
    assert "물어보세요" in text
    assert '<a href="https://shop.example.com">Shop</a>' in text
    logo = re.search(r'<img src="(/assets/\w+/logo\.svg)" width="120" height="40" alt="">', text)[1]
    assert branded.get(logo).content_type == "image/svg+xml; charset=utf-8"
    style = branded.get(re.search(r'href="(/assets/\w+/site\.css)"', text)[1]).get_data(
        as_text=True
    )
    assert "--accent: #aa0055" in style
    assert style.endswith(".hero { letter-spacing: 0.01em } /* 우리 */")
