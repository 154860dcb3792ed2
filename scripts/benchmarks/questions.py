"""What is typed in a measurement: beginnings of titles, whole questions, and slips."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.growing import Grown

LETTERS = (1, 2, 3, 4, 5)
KINDS = (*(f"{n} letter{'s' * (n > 1)}" for n in LETTERS), "half a title", "question", "typo")
_TEMPLATES = {
    "en": ("How do I {}?", "where can I find {}", "{} does not work, what can I do?"),
    "ko": ("{} 어떻게 하나요?", "{} 안 돼요", "{} 방법을 알려 주세요"),
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG_WORD = re.compile(r"[A-Za-z]{4,}|[가-힣]{3,}")


@dataclass(frozen=True, slots=True)
class Typed:
    """One text that is sent to every engine, and the title it was made from."""

    kind: str
    text: str
    locale: str
    number: int
    """Of the article whose title that is."""


def typed_texts(articles: Sequence[Grown], count: int, seed: int = 2) -> list[Typed]:
    """Return `count` texts of each kind, in a shuffled order; of short ones there may be fewer."""
    chance = random.Random(seed)
    made: list[Typed] = []
    for kind in KINDS:
        some = chance.sample(articles, min(len(articles), 3 * count))
        of_kind = {text: article for article in some if (text := _typed(kind, article, chance))}
        made += [Typed(kind, text, a.locale, a.number) for text, a in [*of_kind.items()][:count]]
    chance.shuffle(made)
    return made


def _typed(kind: str, article: Grown, chance: random.Random) -> str:
    title = " ".join(article.title.split())
    if kind == "half a title":
        return title[: max(6, len(title) // 2)].strip()
    if kind == "question":
        return chance.choice(_TEMPLATES[article.locale]).format(title)
    if kind == "typo":
        return with_slip(title, chance)
    return title[: int(kind[0])].strip()


def with_slip(title: str, chance: random.Random) -> str:
    """Return `title` with one letter lost, doubled, exchanged or transposed; "" if too short."""
    words = list(_LONG_WORD.finditer(title))
    if not words:
        return ""
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    head, letter, tail = title[:at], title[at], title[at + 1 :]
    other = chance.choice(_LETTERS) if letter.isascii() else chance.choice(title[word.start() :])
    slipped = chance.choice(
        (head + tail, head + letter + letter + tail, head + other + tail,
         head + tail[:1] + letter + tail[1:])
    )  # fmt: skip
    return slipped if slipped != title else head + tail
