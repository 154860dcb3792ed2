"""How Han characters are read: kana for Japanese, pinyin for Chinese.

Only the side that writes the index asks; what it learns is stored as keys, and readers need none of
this. The libraries and their dictionaries are loaded by the first text that needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sudachipy import Tokenizer

_MOST_CHARACTERS = 10_000
"""SudachiPy refuses a text of more than 49,149 bytes."""

# Characters whose reading hangs on the word, in words that the library does not list: 重置 is read
# chongzhi. Where it is wrong the other reading still finds the word.
_READ_TWO_WAYS = {
    "重": ("zhong", "chong"), "长": ("chang", "zhang"), "行": ("xing", "hang"),
    "调": ("tiao", "diao"), "还": ("hai", "huan"), "传": ("chuan", "zhuan"),
    "便": ("bian", "pian"), "弹": ("dan", "tan"), "乐": ("le", "yue"), "降": ("jiang", "xiang"),
}  # fmt: skip


class Readings(Protocol):
    """What the writer of an index asks about Japanese and Chinese words."""

    def japanese(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the words of a text in order, each with its reading in katakana."""
        ...

    def chinese(self, text: str) -> Sequence[tuple[str, ...]]:
        """Return for each character how it may be read, in pinyin without tones, likeliest first.

        A character that is not Han is read as itself.
        """
        ...


class DictionaryReadings:
    """Readings by SudachiPy with its small dictionary, and by pypinyin."""

    def japanese(self, text: str) -> list[tuple[str, str]]:
        """Split by the shortest units (mode A), so that each part of a compound starts a word."""
        pieces = [text[i : i + _MOST_CHARACTERS] for i in range(0, len(text), _MOST_CHARACTERS)]
        return [
            (morpheme.surface(), morpheme.reading_form() or morpheme.surface())
            for piece in pieces
            for morpheme in self._tokenizer.tokenize(piece)
        ]

    def chinese(self, text: str) -> list[tuple[str, ...]]:
        """Read by phrases (银行 yinhang), ü written v as on a keyboard."""
        from pypinyin import lazy_pinyin

        # A list keeps what is not Han in step with the characters; the library's stub forgets it.
        likely = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]
        return [
            tuple(dict.fromkeys((reading, *_READ_TWO_WAYS.get(char, ()))))
            for char, reading in zip(text, likely, strict=True)
        ]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from sudachipy import Dictionary, SplitMode

        return Dictionary(dict="small").tokenizer(mode=SplitMode.A)
