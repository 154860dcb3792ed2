"""What a letter says, in its reader's language."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.support import NullTranslations, Translations

_CATALOGUES = Path(__file__).resolve().parents[1] / "translations"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to an article."""

    topic: str
    action: str
    by: str
    at: datetime
    note: str
    """What was said with it; "" for nothing."""


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter as it is sent."""

    subject: str
    text: str
    """Lines ended by a line feed."""


def write_letter(
    news: Sequence[News], *, title: str, address: str, choices: str, locale: str, zone: str
) -> WrittenLetter:
    """Say what happened to the article `title`, the first thing first.

    `address`: where it is edited, `choices`: where one chooses what to be told of; "" where the
    help center's own address is not known.
    """
    words = _catalogue(locale)
    first = sentence(news[0], locale)
    if len(news) == 1:
        subject = words.gettext("%(title)s: %(news)s") % {"title": title, "news": first}
    else:
        more = words.ngettext("%(num)d new thing", "%(num)d new things", len(news))
        subject = words.gettext("%(title)s: %(news)s") % {
            "title": title,
            "news": more % {"num": len(news)},
        }
    lines = [title, ""]
    for each in news:
        when = format_datetime(each.at.astimezone(ZoneInfo(zone)), "short", locale=_tag(locale))
        lines.append(f"- {when}  {sentence(each, locale)}")
        lines += [f"    {line}" for line in each.note.splitlines() if line.strip()]
    if address:
        lines += ["", address]
    lines += [
        "",
        "--",
        words.gettext("You get this because you write, review or own this article."),
    ]
    if choices:
        lines.append(words.gettext("Choose what you are told: %(address)s") % {"address": choices})
    return WrittenLetter(" ".join(subject.split()), "\n".join(lines) + "\n")


def sentence(news: News, locale: str) -> str:
    """What happened, in a few words."""
    words = _catalogue(locale)
    said = {
        "submit": words.gettext("%(name)s asks for a review"),
        "approve": words.gettext("%(name)s approved it"),
        "send-back": words.gettext("%(name)s sent it back"),
        "comment": words.gettext("%(name)s left a remark"),
        "publish": words.gettext("published as planned"),
        "expire": words.gettext("taken offline as planned"),
        "publish-failed": words.gettext("the planned publication failed"),
        "conflict": words.gettext("two texts changed the same lines"),
    }
    return str(said[news.action]) % {"name": news.by}


@functools.cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(_CATALOGUES), [_tag(locale)])


def _tag(locale: str) -> str:
    return locale.replace("-", "_")
