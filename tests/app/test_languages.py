"""Choosing a language: of an article for a visitor, of the interface for an article."""

import pytest

from app.languages import (
    choose_locale,
    interface_locale,
    read_locale,
    same_language,
)


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (["ko"], ["en", "ko"], "ko"),
        (["zh-TW"], ["zh", "zh-TW"], "zh-TW"),
        (["zh-TW"], ["en", "zh"], "zh"),
        (["zh-TW"], ["zh", "zh-Hant"], "zh-Hant"),
        (["zh-HK"], ["zh-CN", "zh-TW"], "zh-TW"),
        (["zh-Hans-HK"], ["zh-TW", "zh"], "zh"),
        (["zh-SG"], ["zh-Hant", "zh"], "zh"),
        (["zh"], ["en", "zh-TW"], "zh-TW"),
        (["fr", "ja"], ["en", "ja"], "ja"),
        (["fr"], ["en"], None),
        ([], ["en"], None),
        (["en"], [], None),
        (["z"], ["zh"], None),
    ],
)
def test_the_nearest_language_is_chosen(wanted, offered, chosen):
    assert choose_locale(wanted, offered) == chosen


@pytest.mark.parametrize(
    ("locale", "default", "spoken"),
    [
        ("zh-TW", "en", "zh-Hant"),
        ("zh-CN", "en", "zh"),
        ("fr", "ko", "ko"),
        ("fr", "fr", "en"),
        ("ja", "ko", "ja"),
    ],
)
def test_the_interface_speaks_the_articles_language_or_the_default_one(locale, default, spoken):
    assert interface_locale(locale, default) == spoken


def test_regions_share_a_language():
    assert same_language("pt-BR", "pt")
    assert not same_language("ja", "jv")


@pytest.mark.parametrize(("text", "tag"), [(" zh_tw ", "zh-TW"), ("xx", None), ("", None)])
def test_a_tag_nobody_knows_is_no_preference(text, tag):
    assert read_locale(text) == tag
