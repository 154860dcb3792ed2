"""Which language is asked in, and when two tags are one language."""

from __future__ import annotations

import pytest

from search.languages import asked_language, closeness, language_of


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("refund", "en", "en"),
        ("refund", None, None),
        ("refund", "ko", "ko"),
        ("환불 refund", "en", "ko"),
        ("ㅎㅂ", "en", "ko"),
        ("환불", None, "ko"),
        ("返金したい", "en", "ja"),
        ("パス", None, "ja"),
        ("退款", None, "zh"),
        ("退款", "en", "zh"),
        ("退款", "ja", "ja"),
        ("退款", "zh-TW", "zh-TW"),
        ("환불", "ko-KR", "ko-KR"),
        ("123", "ja", "ja"),
        ("", "zh", "zh"),
        ("", None, None),
    ],
)
def test_the_script_decides_then_the_locale(text, locale, expected):
    assert asked_language(text, locale) == expected


@pytest.mark.parametrize(
    ("locale", "wanted", "expected"),
    [
        ("zh", "zh", 2),
        ("zh-TW", "zh-TW", 2),
        ("zh-Hant", "zh-TW", 2),
        ("zh_HK", "zh-hant", 2),
        ("zh-CN", "zh", 2),
        ("zh", "zh-TW", 1),
        ("zh-TW", "zh-CN", 1),
        ("pt-BR", "pt", 2),
        ("EN", "en-us", 2),
        ("ja", "zh", 0),
        ("ko", "", 0),
    ],
)
def test_tags_of_one_language_are_close(locale, wanted, expected):
    assert closeness(locale, wanted) == expected
    assert closeness(wanted, locale) == expected


@pytest.mark.parametrize(("tag", "language"), [("zh-TW", "zh"), ("PT_br", "pt"), ("ko", "ko")])
def test_the_language_is_the_first_part_of_a_tag(tag, language):
    assert language_of(tag) == language
