"""Words of asking: they say that something is asked, not what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.analysis.normalise import fold

_ENGLISH = """
a about am an and any are as at be been but by can could did do does doing for from get had has have
having he her here hers him his how i if in into is it its just like may me might mine my no not of
on or our ours please shall she should so than that the their them then there these they this those
to too us was we were what when where which who whom whose why will with would you your yours i'm
i've i'd i'll can't cannot don't doesn't didn't isn't it's what's how's there's won't
"""
_WORDS = frozenset(_ENGLISH.split())

# Without spaces between words there are no stop words: phrases are cut out of the question before
# it is cut into pairs of characters, or pairs such as 么时 and 时候 would match every "when".
_CHINESE = (
    "什么时候 怎么办 怎么样 怎么 怎样 为什么 什么 如何 请问 多久 多长时间 哪里 哪儿 能不能"
    " 可不可以 是不是 可以 是否 我的 我想要 我想 我要 想要 吗 呢"
)
_KOREAN = (
    "어떻게 언제쯤 언제 어디서 어디에서 어디 무엇 무슨 왜 얼마나 하나요 되나요 있나요 인가요"
    " 할까요 될까요 있을까요 나요 싶어요 싶은데 싶습니다 싶어 싶다 싶 주세요 해야 알려"
)
_JAPANESE = (
    "どうすれば どうしたら どうやって どのように どこで どこ いつ なぜ どうして "
    " 教えてください ください でしょうか できますか ますか ですか ません したい"
)
_PHRASES = re.compile(
    "|".join(sorted(f"{_CHINESE} {_KOREAN} {_JAPANESE}".split(), key=len, reverse=True))
)

# Runs of hiragana that stand by themselves, behind a Latin word or between marks, and say nothing
# of what is asked.
_SHORTEST_WORD = 3
_JAPANESE_GRAMMAR = re.compile(
    "(?:から|まで|より|です|ます|でした|ました|ません|する|して|した|している|しています|される"
    "|され|ある|あり|あります|ない|なく|など|とは|には|では|でも|について|として|という|ので|のに"
    "|のは|のが|のを|ため|ように|ような|よう|ください|これ|それ|この|その|どの|どう|どうして|どうやって"
    "|なに|なぜ|どこ|いつ|どれ|なら|また|および|または|しかし|ただし|できる|できます|できない|なる"
    "|なります|いる|います|おける|による|によって|に|は|が|を|へ|と|で|の|も|か|や|ね|よ)+"
)


def is_question_word(word: str) -> bool:
    """Tell the words of asking ("how", "what") from words that say what is asked."""
    return word in _WORDS or bool(_PHRASES.fullmatch(word))


def without_question_phrases(folded: str) -> str:
    """Blank out the phrases of asking in a folded Chinese, Korean or Japanese question."""
    return _PHRASES.sub(" ", folded)


def only_asks(text: str) -> bool:
    """Tell a text, such as "how do I", that says that something is asked and not what."""
    said = without_question_phrases(fold(text)).split()
    return all(is_question_word(word) for word in said)


def said_between_phrases(run: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a folded Chinese or Japanese run that are not phrases of asking."""
    end = 0
    for phrase in _PHRASES.finditer(run):
        if len(phrase.group()) > 1:
            if phrase.start() > end:
                yield end, phrase.start()
            end = phrase.end()
    if end < len(run):
        yield end, len(run)


def is_japanese_grammar(hiragana: str) -> bool:
    """Tell a run of hiragana that holds grammar only, or is too short to tell, from a word."""
    return len(hiragana) < _SHORTEST_WORD or bool(_JAPANESE_GRAMMAR.fullmatch(hiragana))
