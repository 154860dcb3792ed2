"""Notes, tips and warnings: every tool names them differently, Kotae knows a handful."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_KINDS = {
    "note": "note info abstract summary tldr example quote cite seealso question help faq",
    "tip": "tip hint success check done",
    "important": "important attention",
    "warning": "warning caution warn failure fail missing bug",
    "danger": "danger error",
    "details": "details spoiler",
}
KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
"""What an author may write -> the class the page knows."""

KINDS = frozenset(_KINDS)

_LABELS = {
    "en": ("Note", "Tip", "Important", "Warning", "Danger", "Details", "Back to the text"),
    "ko": ("참고", "팁", "중요", "주의", "위험", "자세히", "본문으로 돌아가기"),
    "ja": ("メモ", "ヒント", "重要", "注意", "危険", "詳細", "本文に戻る"),
    "zh": ("说明", "提示", "重要", "注意", "危险", "详情", "返回正文"),
    "zh-TW": ("說明", "提示", "重要", "注意", "危險", "詳情", "返回正文"),
}
_LABELLED = ("note", "tip", "important", "warning", "danger", "details", "back")


def label(kind: str, locale: str) -> str:
    """The word that stands above an admonition without a title, in the article's language."""
    traditional = locale.startswith(("zh-TW", "zh-HK", "zh-MO", "zh-Hant"))
    language = "zh-TW" if traditional else locale.split("-")[0]
    return _LABELS.get(language, _LABELS["en"])[_LABELLED.index(kind)]


def back_label(locale: str) -> str:
    """What the link from a footnote back to its place is called."""
    return label("back", locale)


@dataclass(frozen=True, slots=True)
class Frame:
    """An admonition as HTML around its title and its content."""

    before_title: str
    after_title: str
    close: str


def frame(name: str, locale: str, *, titled: bool) -> Frame:
    """The frame of an admonition; when not `titled`, the kind's own word stands as its title."""
    kind = KIND_OF.get(name.lower(), "note")
    word = "" if titled else escape(label(kind, locale))
    default = "" if titled else " admonition-default"
    if kind == "details":
        opening = f'<details><summary class="admonition-title{default}">'
        return Frame(f"{opening}{word}", "</summary>", "</details>")
    opening = f'<div class="admonition {kind}" role="note">'
    return Frame(f'{opening}<div class="admonition-title{default}">{word}', "</div>", "</div>")


def wrap(name: str, title: str, locale: str) -> tuple[str, str]:
    """Opening and closing HTML of an admonition whose title is plain text ("" for none)."""
    parts = frame(name, locale, titled=bool(title))
    return f"{parts.before_title}{escape(title)}{parts.after_title}", parts.close
