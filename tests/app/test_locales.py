"""Language tags are told from folder names and written one way."""

import pytest

from app.locales import BadLocale, is_locale, normalise_locale


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        ("zh-cn", "zh-CN"),
        ("zh-hant", "zh-Hant"),
        ("zh_HANT_tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("fil", "fil"),
    ],
)
def test_a_tag_is_written_the_usual_way(text, tag):
    assert normalise_locale(text) == tag
    assert normalise_locale(tag) == tag


@pytest.mark.parametrize(
    "text", ["", "faq", "api", "app", "ios", "account", "xx", "en-", "en us", "e", "en-USA", "en\n"]
)
def test_what_is_no_language_is_refused(text):
    assert not is_locale(text)
    with pytest.raises(BadLocale):
        normalise_locale(text)
