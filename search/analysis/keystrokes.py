"""What the fingers do: a word as the ASCII letters typed for it.

A half-made syllable (환부 on the way to 환불), initial consonants (ㅎㅂ) and Hangul typed with the
keyboard still on its Latin layout (ghksqnf) are all prefixes of the same keystrokes, so one prefix
lookup finds them. Hangul becomes letters of the two-set (dubeolsik) keyboard, kana becomes romaji;
the rest stays as it is folded.
"""

from __future__ import annotations

import re

from search.analysis.normalise import fold


def _table(letters: str, keys: str) -> dict[str, str]:
    """Pair each letter with its keys, given separated by blanks."""
    return dict(zip(letters, keys.split(), strict=True))


_CONSONANTS = _table(
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "r R s e E f a q Q t T d w W c z x v g"
)
_VOWELS = _table(
    "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    "k o i O j p u P h hk ho hl y n nj np nl b m ml l",
)
_CLUSTERS = _table("ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", "rt sw sg fr fa fq ft fx fv fg qt")
_JAMO = {**_CONSONANTS, **_CLUSTERS, **_VOWELS}
_INITIALS = list(_CONSONANTS.values())
_MIDDLES = list(_VOWELS.values())
_FINALS = [
    "",
    *(_JAMO[letter] for letter in "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"),
]
_FIRST_SYLLABLE, _LAST_SYLLABLE = ord("가"), ord("힣")

_KANA = {
    **_table("あいうえおぁぃぅぇぉゔ", "a i u e o a i u e o bu"),
    **_table("かきくけこがぎぐげご", "ka ki ku ke ko ga gi gu ge go"),
    **_table("さしすせそざじずぜぞ", "sa si su se so za zi zu ze zo"),
    **_table("たちつてとだぢづでど", "ta ti tu te to da zi zu de do"),
    **_table("なにぬねのまみむめも", "na ni nu ne no ma mi mu me mo"),
    **_table("はひふへほばびぶべぼ", "ha hi hu he ho ba bi bu be bo"),
    **_table("ぱぴぷぺぽらりるれろ", "pa pi pu pe po ra ri ru re ro"),
    **_table("やゆよわゐゑをん", "ya yu yo wa i e o n"),
}
_HANGUL_RUN = re.compile("[가-힣ㄱ-ㅣ]+")
_KANA_RUN = re.compile("[ぁ-ゟァ-ヺー-ヿ]+[a-z]*")
_IDEOGRAPHIC = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134fぁ-ゟァ-ヺー-ヿ"
_LATIN = f"[^\\W_가-힣ㄱ-ㅣ{_IDEOGRAPHIC}]+"
_SCRIPT_RUN = re.compile(f"[가-힣ㄱ-ㅣ]+|[{_IDEOGRAPHIC}]+|{_LATIN}")
# An input method shows consonants behind kana until the vowel is typed: しょk, パスw.
_PENDING = "(?:(?<=[ぁ-ゟァ-ヺー-ヿ])[b-df-hj-np-tv-z]{1,3}(?![a-z]))?"
_WORD = f"{_LATIN}(?:['\u2019]+{_LATIN})*"
_WORD_RUN = re.compile(f"[가-힣ㄱ-ㅣ]+|[{_IDEOGRAPHIC}]+|{_WORD}")
_TYPED_RUN = re.compile(f"[가-힣ㄱ-ㅣ]+|[{_IDEOGRAPHIC}]+{_PENDING}|{_WORD}")
_HALF_SOUNDS = (("sy", "s"), ("ty", "t"), ("zy", "z"), ("m", "n"), ("c", "t"), ("tc", "t"),
                ("w", ""), ("x", ""), ("xt", ""))  # fmt: skip
_BEFORE_SMALL_Y = re.compile("[きしちにひみりぎじびぴキシチニヒミリギジビピ]$")
_TONE = re.compile("(?<=[a-zü])[1-5]")
_SMALL_Y = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_ROMAJI_SPELLINGS = [
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        ("she", "sie"), ("[ct]?che", "tie"), ("jy?e", "zie"), ("dhi", "dei"), ("thi", "tei"),
        ("f(?=[aieo])", "hu"), ("w(?=[ie])", "u"), ("n'", "n"), ("sh", "sy"), ("[ct]?ch", "ty"),
        ("ts", "t"), ("([dt])h", "\\1"), ("[xl]tu", ""), ("f", "h"), ("jy?", "zy"), ("v", "b"),
        ("l", "r"), ("sy(?=[ie])", "s"), ("ty(?=[ie])", "t"), ("zy(?=[ie])", "z"), ("nn", "n"),
        ("m(?=[pbm])", "n"), ("wo", "o"), ("(.)\\1+", "\\1"),
    )
]  # fmt: skip


def is_hangul(char: str) -> bool:
    """Tell a Hangul syllable or letter from anything else."""
    return "가" <= char <= "힣" or "ㄱ" <= char <= "ㅣ"


def is_kana(char: str) -> bool:
    """Tell hiragana, katakana and the long-vowel mark from anything else."""
    return "ぁ" <= char <= "ゟ" or "ァ" <= char <= "ヺ" or "ー" <= char <= "ヿ"


def is_han(char: str) -> bool:
    """Tell a Han character from anything else, the empty text among it."""
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000" or char in ("\u3005", "\u3007")


def is_ideographic(char: str) -> bool:
    """Tell Han and kana from anything else."""
    return is_han(char) or is_kana(char)


def dubeolsik(text: str) -> str:
    """Return the letters a two-set Korean keyboard sends for the Hangul in `text`.

    Tense consonants lose their shift (ㅃ is typed Q, kept as q): half of a doubled consonant is a
    state people stop in. Other characters stay.
    """
    return "".join(_syllable_keys(char) for char in text).lower()


def _syllable_keys(char: str) -> str:
    code = ord(char)
    if not _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return _JAMO.get(char, char)
    index = code - _FIRST_SYLLABLE
    return _INITIALS[index // 588] + _MIDDLES[index // 28 % 21] + _FINALS[index % 28]


def initials(text: str) -> str:
    """Return the initial consonants of the syllables in `text` as keyboard letters (환불 -> gq)."""
    return "".join(
        _INITIALS[(ord(char) - _FIRST_SYLLABLE) // 588]
        for char in text
        if _FIRST_SYLLABLE <= ord(char) <= _LAST_SYLLABLE
    ).lower()


def romaji(kana: str) -> str:
    """Return kana, or kana with Latin letters behind it (しょk), as one canonical romaji.

    Spellings that stand for the same sound come out the same: shi and si, tsu and tu, a doubled
    consonant and a single one, a long vowel and a short one.
    """
    hiragana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)
    letters: list[str] = []
    for char in hiragana:
        if char in _SMALL_Y and letters and letters[-1].endswith("i"):
            letters[-1] = letters[-1][:-1] + _SMALL_Y[char]
        elif char not in "ーっ":
            letters.append(_SMALL_Y.get(char) or _KANA.get(char, char))
    return canonical_romaji("".join(letters))


def canonical_romaji(latin: str) -> str:
    """Fold the ways of spelling Japanese in Latin letters into the one that `romaji` writes."""
    for pattern, spelling in _ROMAJI_SPELLINGS:
        latin = pattern.sub(spelling, latin)
    return latin


def half_romaji(canonical: str, typed: str) -> list[str]:
    """Return canonical romaji and what it may become: `typed` may stop in the middle of a sound.

    き may become きゃ, sh may become し or しゃ, w を, and the m of shim the n of しんぶん.
    """
    halves = [canonical]
    if _BEFORE_SMALL_Y.search(typed):
        halves.append(canonical[:-1] + "y")
    if typed.isascii() or typed[-1:].isascii():
        halves += [canonical[: -len(end)] + other for end, other in _HALF_SOUNDS
                   if canonical.endswith(end)]  # fmt: skip
    return halves


def canonical_pinyin(latin: str) -> str:
    """Fold the ways of writing pinyin: tones as digits are dropped, v and ü are u."""
    return _TONE.sub("", latin).replace("v", "u").replace("ü", "u")


def keystrokes(word: str) -> str:
    """Return the keystrokes of one folded word; what is neither Hangul nor kana stays as it is."""
    typed = _HANGUL_RUN.sub(lambda run: dubeolsik(run.group()), word)
    return _KANA_RUN.sub(lambda run: romaji(run.group()), typed)


def script_runs(text: str) -> list[str]:
    """Split a raw text into folded runs of one kind: Latin and digits, Hangul, Han and kana."""
    return _SCRIPT_RUN.findall(fold(text))


def word_runs(letters: str) -> list[tuple[int, int]]:
    """Return where the runs of one kind stand; an apostrophe does not end a word."""
    return [run.span() for run in _WORD_RUN.finditer(letters)]


def typed_spans(folded: str) -> list[tuple[int, int]]:
    """Return where the runs of a folded text stand that is being typed.

    What waits for a vowel stays with the kana. An apostrophe does not end a word either: input
    methods put it between syllables (tui'huo).
    """
    return [run.span() for run in _TYPED_RUN.finditer(folded)]


def typed_runs(text: str) -> list[str]:
    """Split what is being typed likewise into folded runs."""
    folded = fold(text)
    return [folded[start:end] for start, end in typed_spans(folded)]
