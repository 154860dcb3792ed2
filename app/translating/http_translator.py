"""Translation services over HTTP, in the two shapes that most of them have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.languages import writing_of
from app.settings import Settings
from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused
from app.ticket_delivery.http import post_json
from app.timely_http import Deadline
from app.translating.inline_text import read_words
from app.translating.translator import TranslationFailed, Translator

_MOST_TEXTS = 40
_MOST_CHARACTERS = 8000
"""Of one request; more are sent one after the other."""
_REQUEST_SECONDS = 40.0
ARTICLE_SECONDS = 120.0


class LibreTranslator:
    """LibreTranslate, and what speaks like it: `POST /translate`."""

    def __init__(self, url: str, key: str, seconds: float) -> None:
        """`seconds` from now on are for everything that it is asked."""
        self._url = f"{url}/translate"
        self._key = key
        self._deadline = Deadline(seconds)

    def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """As `Translator.translate`."""
        body = {"source": _libre_tag(source), "target": _libre_tag(target), "format": "html"}
        if self._key:
            body["api_key"] = self._key
        made: list[str] = []
        for batch in _batches(texts):
            answer = _ask(self._url, body | {"q": batch}, {}, self._deadline)
            made += _texts_of(answer.get("translatedText"), batch)
        return made


class DeepLTranslator:
    """DeepL, and what speaks like it: `POST /v2/translate`."""

    def __init__(self, url: str, key: str, seconds: float) -> None:
        """`seconds` as of LibreTranslator."""
        self._deadline = Deadline(seconds)
        self._url = f"{url}/v2/translate"
        self._headers = {"Authorization": f"DeepL-Auth-Key {key}"} if key else {}

    def translate(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        """As `Translator.translate`."""
        body = {
            "source_lang": source.split("-")[0].upper(),
            "target_lang": _deepl_target(target),
            "tag_handling": "html",
        }
        made: list[str] = []
        for batch in _batches(texts):
            answer = _ask(self._url, body | {"text": batch}, self._headers, self._deadline)
            found = answer.get("translations")
            items = found if isinstance(found, list) else []
            made += _texts_of(
                [item.get("text") if isinstance(item, dict) else None for item in items],
                batch,
            )
        return made


def open_translator(settings: Settings, *, seconds: float = ARTICLE_SECONDS) -> Translator | None:
    """The service that the settings name, for one article; None where they name none.

    After `seconds` it raises TranslationFailed, however far it is.
    """
    if not settings.translate_url:
        return None
    kind = DeepLTranslator if settings.translate_api == "deepl" else LibreTranslator
    return kind(settings.translate_url, settings.translate_key, seconds)


def _ask(
    url: str, body: dict[str, Any], headers: dict[str, str], deadline: Deadline
) -> dict[str, Any]:
    try:
        seconds = min(_REQUEST_SECONDS, deadline.left())
        answer = post_json(url, body, headers, seconds=seconds)
    except TimeoutError as error:
        raise TranslationFailed("The translation service took too long.") from error
    except (DeliveryFailed, DeliveryRefused) as error:
        raise TranslationFailed(f"The translation service: {error.message}") from error
    if not isinstance(answer, dict):
        raise TranslationFailed("The translation service answered something else.")
    return answer


def _texts_of(value: object, sent: Sequence[str]) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or len(found) != len(sent):
        raise TranslationFailed("The translation service answered another number of texts.")
    if not all(isinstance(text, str) for text in found):
        raise TranslationFailed("The translation service answered something that is no text.")
    # A draft without words would stand in the way of another attempt.
    if any(_is_lost(text, made) for text, made in zip(sent, found, strict=True)):
        raise TranslationFailed("The translation service answered nothing where there are words.")
    return list(found)


def _is_lost(text: str, made: str) -> bool:
    """Whether there were words, and there is nothing any more."""
    return any(sign.isalpha() for sign in read_words(text)) and not read_words(made)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == _MOST_TEXTS or size + len(text) > _MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _libre_tag(tag: str) -> str:
    language, script = writing_of(tag)
    return f"{language}-{script}" if script == "Hant" else language


def _deepl_target(tag: str) -> str:
    language, script = writing_of(tag)
    if language == "zh":
        return f"ZH-{script.upper()}"
    return "EN-US" if language == "en" else language.upper()
