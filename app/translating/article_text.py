"""A whole article into another language: title, questions, tags, body, and nothing else of it."""

from __future__ import annotations

from collections.abc import Sequence

from app.editor.translations import mark_of
from app.front_matter import parse_source, with_fields
from app.machine_texts import MACHINE, MARK
from app.originals import LISTS, texts_of
from app.translating.inline_text import (
    Node,
    has_words,
    mark_up,
    read_inline,
    read_words,
    runs_of,
    write_back,
    write_runs,
)
from app.translating.markdown_text import split_body
from app.translating.translator import Translator

_NOT_CARRIED = ("id", "locale", "redirect_from", "publish_at", "expires_at", "review_by")
"""What belongs to the original alone."""


def translate_article(
    source: str, translator: Translator, *, source_locale: str, locale: str
) -> str:
    """The file in `locale`, marked as a machine's and as a draft. What is code, an address or
    HTML is what it was. Raises TranslationFailed."""
    parsed = parse_source(source.encode("utf-8"))
    title = parsed.raw.get("title")
    fields = {"title": [title] if isinstance(title, str) else []}
    fields |= {name: texts_of(parsed.raw.get(name)) for name in LISTS}
    words = [text for texts in fields.values() for text in texts]
    made = _translate_words(words, translator, source_locale, locale)
    changes: dict[str, object] = dict.fromkeys(_NOT_CARRIED)
    for name, texts in fields.items():
        mine, made = made[: len(texts)], made[len(texts) :]
        if mine:
            changes[name] = mine if name in LISTS else mine[0]
    changes |= {"status": "draft", "translates": mark_of(source_locale, source), MARK: MACHINE}
    body = parsed.body.replace("\r\n", "\n").replace("\r", "\n")
    body = translate_body(body, translator, source_locale=source_locale, locale=locale)
    return with_fields(parsed, changes, body=body)


def translate_body(body: str, translator: Translator, *, source_locale: str, locale: str) -> str:
    """Markdown, whose lines end with a line feed, in another language. Raises TranslationFailed."""
    stretches = split_body(body)
    read = [read_inline(stretch.text) for stretch in stretches if stretch.has_words]
    answers = iter(_translate(read, translator, source_locale, locale))
    pieces = []
    for stretch in stretches:
        answer = next(answers) if stretch.has_words else None
        pieces.append(stretch.text if answer is None else answer)
    return "".join(pieces)


def _translate_words(
    texts: Sequence[str], translator: Translator, source: str, target: str
) -> list[str]:
    """Texts that are no Markdown."""
    sent = [mark_up((text,)) for text in texts]
    answers = translator.translate(sent, source=source, target=target) if sent else []
    return [read_words(answer) or text for answer, text in zip(answers, texts, strict=True)]


def _translate(
    read: Sequence[Sequence[Node]], translator: Translator, source: str, target: str
) -> list[str | None]:
    """Each paragraph's translation, None where it has no words.

    Those whose elements did not survive are sent again, run by run.
    """
    worded = [number for number, nodes in enumerate(read) if has_words(nodes)]
    marked = [mark_up(read[number]) for number in worded]
    answers = translator.translate(marked, source=source, target=target) if marked else []
    made = {n: write_back(read[n], answer) for n, answer in zip(worded, answers, strict=True)}
    lost = [number for number, text in made.items() if text is None]
    runs = [run for number in lost for run in runs_of(read[number])]
    spoken = [mark_up((run.strip(),)) for run in runs if run.strip()]
    again = iter(translator.translate(spoken, source=source, target=target) if spoken else [])
    filled = iter([next(again) if run.strip() else run for run in runs])
    for number in lost:
        made[number] = write_runs(read[number], filled)
    return [made.get(number) for number in range(len(read))]
