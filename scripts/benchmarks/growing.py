"""Help centers of any size: real articles, and copies of them in which words are exchanged.

A copy says something else than its original, in words of the same language, so an index of copies
has as many different words and titles as a real one. The same seed grows the same help center.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as count_from
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = (
    ("en", "arduino_help/articles"),
    ("en", "astro_docs/articles/en"),
    ("en", "fastapi_docs/articles/en"),
    ("ko", "astro_docs/articles/ko"),
    ("ko", "fastapi_docs/articles/ko"),
)
SAMPLE = (("en", "en"), ("ko", "ko"))
LONGEST_TEXT = 900
"""Characters of an article that every engine is given: some 150 words, two passages."""
_ONE_KOREAN_IN = 4
_PATIENCE = 100
_EXCHANGED_IN_TITLES, _EXCHANGED_IN_TEXTS = 2, 0.15
_WORD = re.compile(r"[A-Za-z]{4,}|[가-힣]{2,}")


@dataclass(frozen=True, slots=True)
class Grown:
    """One article as every engine is given it."""

    number: int
    locale: str
    title: str
    sections: tuple[tuple[str, str], ...]
    """(heading, plain text); the heading before the first one is empty."""

    @property
    def text(self) -> str:
        """Headings and texts in one."""
        return "\n".join(part for section in self.sections for part in section if part)


def find_corpora() -> tuple[list[tuple[str, Path]], str]:
    """Return (locale, folder) of real articles, and what they are called in the output."""
    shared = Path(os.environ.get("KB_SHARED_DIR") or ROOT / ".." / "shared") / "corpora"
    folders = [(locale, shared / name) for locale, name in CORPORA]
    if all(folder.is_dir() for _, folder in folders):
        return folders, "Arduino, Astro and FastAPI documentation"
    return [(locale, ROOT / "articles" / name) for locale, name in SAMPLE], "the sample articles"


def read_originals(folders: Sequence[tuple[str, Path]]) -> dict[str, list[Grown]]:
    """Read the articles of each language, rendered to plain text as for the index."""
    from app.errors import KotaeError

    found: dict[str, list[Grown]] = {}
    for locale, folder in folders:
        own = found.setdefault(locale, [])
        for path in sorted(folder.rglob("*.md")):
            try:
                article = _read(path, locale)
            except KotaeError:
                continue  # Not Markdown of ours; `kb import` would name it.
            if article.title and article.sections:
                own.append(article)
    return found


def _read(path: Path, locale: str) -> Grown:
    from app.content import read_content, render_content
    from app.linking import LinkTable, Origin

    content = read_content(path.read_bytes())
    sections, left = [], LONGEST_TEXT
    for section in render_content(content, Origin(path.name, locale), LinkTable()).sections:
        if left > 0:
            heading, text = (section["path"] or [""])[-1], section["text"][:left]
            sections.append((heading, text))
            left -= len(heading) + len(text)
    return Grown(0, locale, content.title, tuple(sections))


def grow(originals: dict[str, list[Grown]], count: int, seed: int = 1) -> Iterator[Grown]:
    """Yield `count` articles with different titles: first the originals, then copies of them.

    One in four is Korean, the others are English.
    """
    chance, titles = random.Random(seed), set[str]()
    words = {locale: _vocabulary(articles) for locale, articles in originals.items()}
    turns = dict.fromkeys(originals, 0)
    for number in range(1, count + 1):
        locale = "ko" if number % _ONE_KOREAN_IN == 0 else "en"
        own = originals[locale]
        for attempt in count_from(0):
            round_, place = divmod(turns[locale], len(own))
            turns[locale] += 1
            article = own[place] if not round_ else _vary(own[place], words[locale], chance)
            # Where words are few their exchanges run out: then a title gets more of them.
            more = chance.choices(words[locale], k=attempt // _PATIENCE)
            article = replace(article, title=" ".join((article.title, *more)))
            if article.title.casefold() not in titles:
                break
        titles.add(article.title.casefold())
        yield Grown(number, locale, article.title, article.sections)


def _vocabulary(articles: Sequence[Grown]) -> list[str]:
    """Return the words that may stand for others, each once: a rare one as likely as a common."""
    return sorted({word for a in articles for word in _WORD.findall(f"{a.title} {a.text}")})


def _vary(article: Grown, words: Sequence[str], chance: random.Random) -> Grown:
    places = list(_WORD.finditer(article.title))
    title = article.title if places else f"{article.title} {chance.choice(words)}"
    chosen = chance.sample(places, min(_EXCHANGED_IN_TITLES, len(places)))
    for place in sorted(chosen, key=lambda found: -found.start()):
        title = title[: place.start()] + chance.choice(words) + title[place.end() :]

    def exchanged(match: re.Match[str]) -> str:
        return chance.choice(words) if chance.random() < _EXCHANGED_IN_TEXTS else match[0]

    sections = tuple((h, _WORD.sub(exchanged, text)) for h, text in article.sections)
    return Grown(0, article.locale, title, sections)


def write_grown(path: Path, articles: Sequence[Grown]) -> None:
    """Write one JSON object a line, for processes of any language."""
    with path.open("w", encoding="utf-8") as file:
        for a in articles:
            row = {"number": a.number, "locale": a.locale, "title": a.title, "text": a.text,
                   "sections": a.sections}  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_grown(path: Path) -> Iterator[Grown]:
    """Read what `write_grown` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            sections = tuple((heading, text) for heading, text in row["sections"])
            yield Grown(row["number"], row["locale"], row["title"], sections)
