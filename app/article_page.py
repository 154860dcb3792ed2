"""What stands on an article's page beside its text: what else to read, and how long it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers import Index, Question, search
from app.languages import same_writing
from app.media import media_path
from app.models import Article
from app.picture_sizes import Size, read_size
from app.reading import PUBLIC

WORDS_A_MINUTE = 230
CHARACTERS_A_MINUTE = 500
"""Of Han, kana and Hangul. Silent reading of expository text: about 238 words a minute in English,
and about 500 characters in Japanese and Chinese (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""
_RELATED = 4
_SPARE = 4
_NEAR_ENOUGH = 0.75
"""Of the nearest article's score; below, in the sample help center, articles stop being related."""
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_STORED_IMAGE = re.compile(r'<img (?P<rest>[^>]*?src="/media/(?P<sha>[0-9a-f]{64})/[^>]*)>')


@dataclass(frozen=True, slots=True)
class Other:
    """Another article, as a link to it needs it."""

    article_id: str
    locale: str
    title: str


def minutes_to_read(sections: Sequence[Mapping[str, Any]]) -> int:
    """Minutes that the text takes, at least 1."""
    text = " ".join(str(section.get("text", "")) for section in sections)
    characters = len(_CJK.findall(text))
    words = len(_WORD.findall(_CJK.sub(" ", text)))
    return max(1, round(words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE))


def related_articles(
    article: Article,
    shelf: Sequence[Other],
    *,
    locale: str,
    session: Session,
    index: Index,
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> list[Other]:
    """Articles nearest in meaning to this one's title that the reader can read, the nearest first.

    Where the index has none, others of the same `shelf`.
    """
    question = Question(
        text=article.title, locale=article.locale, audiences=audiences, per_page=_RELATED + _SPARE
    )
    found = search(question, session=session, index=index, now=now).items
    others = [each for each in found if each.article_id != article.article_id]
    least = _NEAR_ENOUGH * max((each.score for each in others), default=0.0)
    near = [
        Other(each.article_id, each.locale, each.title) for each in others if each.score >= least
    ]
    for candidates in (near, shelf):
        readable = [
            each
            for each in candidates
            if each.article_id != article.article_id and same_writing(each.locale, locale)
        ]
        if readable:
            return readable[:_RELATED]
    return []


def shelf_of(
    article: Article,
    *,
    session: Session,
    audiences: frozenset[str] = PUBLIC,
    now: datetime,
) -> list[Other]:
    """The articles on the same shelf in the language of this one, itself among them, in the order
    of the category's page; empty without a shelf."""
    if not article.category:
        return []
    statement = (
        select(Article.article_id, Article.locale, Article.title)
        .where(Article.visible(now), Article.audience.in_(audiences))
        .where(Article.category == article.category, Article.locale == article.locale)
        .order_by(Article.quality.desc(), Article.title, Article.article_id)
    )
    return [Other(*row) for row in session.execute(statement)]


def neighbours(shelf: Sequence[Other], article_id: str) -> tuple[Other | None, Other | None]:
    """The articles before and after this one on its shelf."""
    places = [number for number, each in enumerate(shelf) if each.article_id == article_id]
    if not places:
        return None, None
    place = places[0]
    return (
        shelf[place - 1] if place > 0 else None,
        shelf[place + 1] if place + 1 < len(shelf) else None,
    )


def size_pictures(html: str, media_dir: Path) -> str:
    """Clean HTML whose stored pictures say how large they are, so that nothing moves on arrival."""

    def sized(found: re.Match[str]) -> str:
        size = _known_size(media_path(media_dir, found["sha"]))
        if size is None or " width=" in f" {found['rest']}":
            return found[0]
        return f'<img {found["rest"]} width="{size[0]}" height="{size[1]}">'

    return _STORED_IMAGE.sub(sized, html)


@lru_cache(maxsize=1024)
def _known_size(path: Path) -> Size | None:
    """Files are named by their content, so a size once read stays true."""
    return read_size(path)
