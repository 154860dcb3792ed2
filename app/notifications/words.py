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
class ArticleNews:
    """What happened to one article."""

    title: str
    address: str
    """Where it is edited; "" where the help center's own address is not known."""
    news: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter as it is sent."""

    subject: str
    text: str
    """Lines ended by a line feed."""


def write_letter(
    articles: Sequence[ArticleNews], *, choices: str, locale: str, zone: str
) -> WrittenLetter:
    """Say what happened to each of `articles`, the first thing first.

    `choices`: where one chooses what to be told of, or "". `zone`: of the times, as IANA names it.
    """
    words = _catalogue(locale)
    lines = [line for each in articles for line in (*_lines_about(each, locale, zone), "")]
    lines += ["--", words.gettext("You get this because you write, review or own this article.")]
    if choices:
        lines.append(words.gettext("Choose what you are told: %(address)s") % {"address": choices})
    subject = " ".join(_subject(articles, locale).split())
    return WrittenLetter(subject, "\n".join(lines) + "\n")


def _subject(articles: Sequence[ArticleNews], locale: str) -> str:
    words = _catalogue(locale)
    if len(articles) > 1:
        many = words.ngettext(
            "News about %(num)d article", "News about %(num)d articles", len(articles)
        )
        return str(many % {"num": len(articles)})
    title, news = articles[0].title, articles[0].news
    said = sentence(news[0], locale)
    if len(news) > 1:
        more = words.ngettext("%(num)d new thing", "%(num)d new things", len(news))
        said = more % {"num": len(news)}
    return str(words.gettext("%(title)s: %(news)s") % {"title": title, "news": said})


def _lines_about(article: ArticleNews, locale: str, zone: str) -> list[str]:
    lines = [article.title]
    for each in article.news:
        when = format_datetime(each.at.astimezone(ZoneInfo(zone)), "short", locale=_tag(locale))
        lines.append(f"- {when}  {sentence(each, locale)}")
        lines += [f"    {line}" for line in each.note.splitlines() if line.strip()]
    return [*lines, article.address] if article.address else lines


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
