"""Cut an article into passages: what is embedded, and the unit an answer is taken from.

A passage never crosses a heading, is about 200 tokens long, and carries the title and the headings
above it, because a paragraph that says "press it again" means nothing without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.analysis.question_words import only_asks
from search.document import Document, Section

PASSAGE_TOKENS = 200
"""Upper bound of a passage's estimated tokens, headings not counted."""
VERSION = 2
"""Part of the index manifest: raise it when the same document would give other passages."""

_WIDE_ENDS = "。！？"
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])\s*|\n+")
_WIDE_LETTERS = "\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_WIDE = re.compile(f"[{_WIDE_LETTERS}]")
_REST_OF_WORD = re.compile(f"(?:(?<=[^\\W{_WIDE_LETTERS}])[^\\W{_WIDE_LETTERS}])*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one section, or what an article is called.

    Position 0 stands for the title and the questions that the article answers, -1 for their
    beginnings.
    """

    position: int
    anchor: str
    path: tuple[str, ...]
    text: str

    def embedded_text(self, title: str) -> str:
        """Return what the embedding model reads for this passage of an article called `title`."""
        if self.position <= 0:
            return self.text
        return f"{' — '.join((title, *self.path))}\n{self.text}"


def split(document: Document) -> tuple[Passage, ...]:
    """Return the passages of `document`; the first always stands for its title and questions."""
    passages = [Passage(0, "", (), "\n".join((document.title, *document.questions)))]
    for section in document.sections:
        for text in _pieces(section):
            passages.append(Passage(len(passages), section.anchor, section.path, text))
    return tuple(passages)


def beginning(document: Document) -> Passage | None:
    """Return what half a question is compared with: the first halves of title and questions.

    Half a question is nearer to half a title than to a whole one. None where no half says more
    than that something is asked, and where none is shorter than the whole.
    """
    whole = (document.title, *document.questions)
    halves = tuple(map(_first_half, whole))
    telling = [half for half in halves if half and not only_asks(half)]
    return Passage(-1, "", (), "\n".join(telling)) if telling and halves != whole else None


def _first_half(text: str) -> str:
    """Return the first half of a line, to the end of the word it ends in."""
    middle = round(len(text) / 2)
    rest = _REST_OF_WORD.match(text, middle)
    return text[: rest.end() if rest else middle].rstrip()


def sentences(text: str) -> list[str]:
    """Split text at sentence ends and line breaks; nothing but white space is lost."""
    return [piece.strip() for piece in _SENTENCE_END.split(text) if piece and piece.strip()]


def joined(pieces: Iterable[str]) -> str:
    """Sentences as they are read one after the other: with a blank between them, and without one
    behind a full stop that is as wide as a letter."""
    text = ""
    for piece in pieces:
        text += piece if not text or text[-1] in _WIDE_ENDS else f" {piece}"
    return text


def estimated_tokens(text: str) -> float:
    """Estimate subword tokens: 0.25 a narrow character, 0.7 a Chinese, Japanese or Korean one.

    Means over the sample help center with the default model's tokenizer; good to about a fifth.
    """
    wide = len(_WIDE.findall(text))
    return 0.25 * (len(text) - wide) + 0.7 * wide


def _pieces(section: Section) -> Iterator[str]:
    """Fill passages with whole sentences; a sentence longer than a passage is cut."""
    filled: list[str] = []
    tokens = 0.0
    for sentence in _short_sentences(section.text):
        more = estimated_tokens(sentence)
        if filled and tokens + more > PASSAGE_TOKENS:
            yield "\n".join(filled)
            filled, tokens = [], 0.0
        filled.append(sentence)
        tokens += more
    if filled:
        yield "\n".join(filled)


def _short_sentences(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        while estimated_tokens(sentence) > PASSAGE_TOKENS:
            cut = _cut_point(sentence)
            yield sentence[:cut].strip()
            sentence = sentence[cut:].strip()
        if sentence:
            yield sentence


def _cut_point(sentence: str) -> int:
    """Return where to cut so that the front fills a passage, at a space if one is near."""
    limit = max(1, int(len(sentence) * PASSAGE_TOKENS / estimated_tokens(sentence)))
    while limit > 1 and estimated_tokens(sentence[:limit]) > PASSAGE_TOKENS:
        limit = limit * 9 // 10
    space = sentence.rfind(" ", limit // 2, limit)
    return space if space > 0 else limit
