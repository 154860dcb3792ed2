"""Words of asking: they say that something is asked, not what."""

from __future__ import annotations

_ENGLISH = """
a about am an and any are as at be been but by can could did do does doing for from get had has have
having he her here hers him his how i if in into is it its just like may me might mine my no not of
on or our ours please shall she should so than that the their them then there these they this those
to too us was we were what when where which who whom whose why will with would you your yours i'm
i've i'd i'll can't cannot don't doesn't didn't isn't it's what's how's there's won't
"""
_KOREAN = """
어떻게 어디 어디서 언제 무엇 뭐 왜 누가 어떤 해요 하나요 되나요 있나요 인가요 할까요 주세요
싶어요 방법
"""
_CHINESE = "怎么 怎样 如何 什么 为什么 哪里 吗 呢 请问 可以 我的 是否 么"
_ALL = frozenset(f"{_ENGLISH} {_KOREAN} {_CHINESE}".split())


def is_question_word(word: str) -> bool:
    """Tell the words of asking ("how", "what") from words that say what is asked."""
    return word in _ALL
