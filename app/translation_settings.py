"""Settings of the service that makes drafts of translations; without them there is none."""

from __future__ import annotations

from dataclasses import dataclass

from app import setting_values as values
from app.setting_fields import setting


@dataclass(frozen=True)
class TranslationSettings:
    """The part of the settings that concerns machine translation."""

    translate_url: str = setting(
        "KB_TRANSLATE_URL",
        "",
        "Translation service that makes drafts for editors: `https://translate.example.com`",
        values.read_base_url,
        shown="none",
    )
    translate_api: str = setting(
        "KB_TRANSLATE_API",
        "libretranslate",
        "How it is spoken to: `libretranslate` or `deepl`",
        values.read_choice("libretranslate", "deepl"),
    )
    translate_key: str = setting(
        "KB_TRANSLATE_KEY",
        "",
        "Its API key",
        values.read_text,
        shown="none",
        secret=True,
    )
