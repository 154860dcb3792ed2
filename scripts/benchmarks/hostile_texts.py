"""Texts that nobody types and anybody can send: each is one that some program once fell over."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from urllib.parse import quote

LONGEST = 800
"""Characters of a question that is answered; longer ones are refused."""
_COMBINING = "".join(map(chr, (0x300, 0x301, 0x323, 0x327, 0x20DD, 0x3099, 0x0E49, 0x05B0)))
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202e\u2066\u2069\u2060\ufeff\u00ad"
_CONTROL = "".join(map(chr, (*range(0x20), 0x7F, *range(0x80, 0xA0))))
_WORDS = (
    *("refund", "password", "환불", "비밀번호", "払い戻し", "パスワード", "退款怎麼申請", "密码"),
    *("how", "do", "i", "'a'b'c", "%00", "../../etc", "<script>", "SELECT", "{{7*7}}", "--", ";"),
)
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz", "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅎㅏㅓㅗㅜㅡㅣ", "가나다라마환불비밀번호결제",
    "あいうえおかきくけこんーっゃ", "アイウエオカキクケコンーッャ", "退款密码订单支付帳號設定",
    "é\u0301ñüßıİǆﬁ", "0123456789", "!?.,;:'\"()[]{}<>/\\|@#$%^&*+-=~`", "😀👨\u200d👩\u200d👧🇰🇷🏽",
    "\u0e01\u0e33\u0e49\u05d0\u05b0\u0627\u064b", "㍿㌀①ⅷ㈜ﷺ", _COMBINING, _INVISIBLE, _CONTROL,
    "".join(map(chr, range(0x1100, 0x1200, 9))),
)  # fmt: skip


def hostile_texts(count: int, seed: int) -> Iterator[str]:
    """Yield `count` texts as the query string carries them, percent-encoded; some are no UTF-8."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.choice(_KINDS)(chance)


def _one_character(chance: random.Random) -> str:
    letter = chance.choice(chance.choice(_ALPHABETS))
    return quote(letter * _length(chance))


def _soup(chance: random.Random) -> str:
    alphabet = chance.choice(_ALPHABETS)
    return quote("".join(chance.choices(alphabet, k=_length(chance))))


def _mixture(chance: random.Random) -> str:
    letters = "".join(_ALPHABETS) + "  "
    return quote("".join(chance.choices(letters, k=_length(chance))))


def _any_characters(chance: random.Random) -> str:
    codes = (chance.choice((0x100, 0x3000, 0x10000, 0x110000)) for _ in range(_length(chance)))
    text = "".join(chr(chance.randrange(code)) for code in codes)
    return quote(text.encode("utf-8", "surrogatepass"))


def _tower(chance: random.Random) -> str:
    marks = "".join(chance.choices(_COMBINING, k=_length(chance)))
    return quote(chance.choice("ae가환あ退é ") + marks)


def _words(chance: random.Random) -> str:
    between = chance.choice((" ", "", "\u3000", "\x00", "'", "-", "\n"))
    return quote(between.join(chance.choices(_WORDS, k=chance.randint(1, 120)))[: LONGEST + 5])


def _damaged_words(chance: random.Random) -> str:
    text = list(" ".join(chance.choices(_WORDS, k=chance.randint(1, 8))))
    for _ in range(chance.randint(1, 6)):
        text.insert(chance.randrange(len(text)), chance.choice(chance.choice(_ALPHABETS)))
    return quote("".join(text))


def _half_a_pair(chance: random.Random) -> str:
    half = chance.randrange(0xD800, 0xE000)
    text = f"refund {chr(half)} 환불" if chance.random() < 0.5 else chr(half) * 3
    return quote(text.encode("utf-8", "surrogatepass"))


def _bytes(chance: random.Random) -> str:
    return quote(chance.randbytes(chance.randint(1, 300)))


def _bad_escapes(chance: random.Random) -> str:
    return "".join(chance.choices(("%", "%0", "%zz", "%C3", "%ff", "%u1234", "a", "&", "="), k=30))


def _too_long(chance: random.Random) -> str:
    return "a" * chance.choice((LONGEST + 1, 5_000, 9_000, 100_000, 1_000_000))


def _length(chance: random.Random) -> int:
    return chance.choice((1, 2, 3, 7, 20, 60, 200, 300, LONGEST))


_KINDS: tuple[Callable[[random.Random], str], ...] = (
    _one_character, _one_character, _soup, _soup, _mixture, _any_characters, _tower, _words,
    _words, _damaged_words, _damaged_words, _half_a_pair, _bytes, _bad_escapes, _too_long,
)  # fmt: skip
