"""What input methods show after each key: Korean two-set, Japanese romaji, Chinese pinyin.

Written from how the input methods behave, without the code under test, which must find a title from
any of these states.
"""

from __future__ import annotations

import re
from itertools import pairwise

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
CLUSTERS = dict(
    pair.split(":")
    for pair in ("ㄳ:ㄱㅅ", "ㄵ:ㄴㅈ", "ㄶ:ㄴㅎ", "ㄺ:ㄹㄱ", "ㄻ:ㄹㅁ", "ㄼ:ㄹㅂ", "ㄽ:ㄹㅅ",
                 "ㄾ:ㄹㅌ", "ㄿ:ㄹㅍ", "ㅀ:ㄹㅎ", "ㅄ:ㅂㅅ")
)  # fmt: skip
DIPHTHONGS = dict(
    pair.split(":")
    for pair in ("ㅘ:ㅗㅏ", "ㅙ:ㅗㅐ", "ㅚ:ㅗㅣ", "ㅝ:ㅜㅓ", "ㅞ:ㅜㅔ", "ㅟ:ㅜㅣ", "ㅢ:ㅡㅣ")
)
SPLIT = CLUSTERS | DIPHTHONGS
JOINED = {tuple(parts): whole for whole, parts in SPLIT.items()}
LAYOUT = dict(zip("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
                  "qwertyuiopasdfghjklzxcvbnmQWERTOP", strict=True))  # fmt: skip


def letters_of(syllable):
    """The letters a syllable is typed with."""
    code = ord(syllable) - 0xAC00
    letters = INITIALS[code // 588] + VOWELS[code // 28 % 21] + FINALS[code % 28].strip()
    return "".join(SPLIT.get(letter, letter) for letter in letters)


def initials_of(word):
    """The initial consonants of a word of syllables."""
    return "".join(INITIALS[(ord(char) - 0xAC00) // 588] for char in word)


def on_latin_layout(word):
    """What comes of typing a Korean word with the keyboard switched to Latin."""
    return "".join(LAYOUT[letter] for char in word for letter in letters_of(char))


class Hangul:
    """The automaton of a two-set input method: the syllable being composed, and what is done."""

    def __init__(self):
        self.done, self.first, self.middle, self.last = "", "", "", ""

    def type(self, letter):
        """Take one letter; return all that is shown."""
        if letter in VOWELS:
            self._vowel(letter)
        else:
            self._consonant(letter)
        return self.done + self._shown()

    def _consonant(self, letter):
        if self.first and self.middle and not self.last and letter in FINALS:
            self.last = letter
        elif self.last and (self.last, letter) in JOINED:
            self.last = JOINED[self.last, letter]
        else:
            self._finish()
            self.first = letter

    def _vowel(self, letter):
        if self.last:
            stays, moves = CLUSTERS.get(self.last, " " + self.last)
            self.last = stays.strip()
            self._finish()
            self.first, self.middle = moves, letter
        elif (self.middle, letter) in JOINED:
            self.middle = JOINED[self.middle, letter]
        elif self.middle:
            self._finish()
            self.middle = letter
        else:
            self.middle = letter

    def _finish(self):
        self.done += self._shown()
        self.first = self.middle = self.last = ""

    def _shown(self):
        if not (self.first and self.middle):
            return self.first + self.middle
        code = INITIALS.index(self.first) * 588 + VOWELS.index(self.middle) * 28
        return chr(0xAC00 + code + FINALS.index(self.last or " "))


def korean_states(text):
    """All that is shown on the way to `text`, key by key."""
    done = ""
    for piece in re.findall("[가-힣]+|[^가-힣]", text):
        if not "가" <= piece[0] <= "힣":
            done += piece
            yield done
            continue
        method = Hangul()
        for char in piece:
            for letter in letters_of(char):
                yield done + method.type(letter)
        done += piece


KANA = {}
for _row, _kana in {
    "a i u e o": "あいうえお", "ka ki ku ke ko": "かきくけこ", "ga gi gu ge go": "がぎぐげご",
    "sa shi su se so": "さしすせそ", "za ji zu ze zo": "ざじずぜぞ",
    "ta chi tsu te to": "たちつてと", "da di du de do": "だぢづでど",
    "na ni nu ne no": "なにぬねの", "ha hi fu he ho": "はひふへほ",
    "ba bi bu be bo": "ばびぶべぼ", "pa pi pu pe po": "ぱぴぷぺぽ",
    "ma mi mu me mo": "まみむめも", "ya yu yo": "やゆよ", "ra ri ru re ro": "らりるれろ",
    "wa wo vu - nn": "わをゔーん", "xa xi xu xe xo": "ぁぃぅぇぉ", "xya xyu xyo": "ゃゅょ",
}.items():  # fmt: skip
    KANA.update(zip(_kana, _row.split(), strict=True))
SOUNDS = dict(KANA)
for _char in "きぎひびぴみりにしじち":
    _start = KANA[_char][:-1] if KANA[_char] in ("shi", "ji", "chi") else KANA[_char][0] + "y"
    SOUNDS |= {_char + small: _start + vowel for small, vowel in zip("ゃゅょ", "auo", strict=True)}
SOUNDS |= {"ふぁ": "fa", "ふぃ": "fi", "ふぇ": "fe", "ふぉ": "fo", "てぃ": "thi", "でぃ": "dhi",
           "しぇ": "she", "ちぇ": "che", "じぇ": "je", "うぃ": "wi", "うぇ": "we"}  # fmt: skip


def romaji_states(kana):
    """What a romaji input method shows while hiragana is typed, key by key."""
    done, i = "", 0
    while i < len(kana):
        doubled = kana[i] == "っ" and kana[i + 1 : i + 2] in SOUNDS
        at = i + doubled
        sound = kana[at : at + 2] if kana[at : at + 2] in SOUNDS else kana[at]
        keys = SOUNDS.get(sound, "xtu" if sound == "っ" else sound)
        if doubled:
            yield done + keys[0]
            done += "っ"
        for n in range(1, len(keys)):
            yield done + keys[:n]
        done += sound
        yield done
        i = at + len(sound)


def romaji_of(kana):
    """The keys of the above, without input method."""
    return "".join(
        (SOUNDS[rest[:1]][0] if char == "っ" and (rest := kana[i + 1 :])[:1] in SOUNDS else "")
        or SOUNDS.get(char, char)
        for i, char in enumerate(kana)
    )


def japanese_states(words):
    """All that is shown while words are typed and converted one after another.

    `words`: (as written, as read in hiragana), Latin words read as written.
    """
    done = ""
    for written, read in words:
        for state in romaji_states(read) if written != read or not read.isascii() else ():
            yield done + state
        done += written
        yield done


def unconverted_states(words):
    """All that is shown while words are typed and none is converted."""
    done = ""
    for _, read in words:
        for state in romaji_states(read) if not read.isascii() else (read,):
            yield done + state
        done += read


def pinyin_states(syllables, characters, *, done="", together=2):
    """All that is shown while characters are typed in pinyin, a few at a time, then converted."""
    for start in range(0, len(syllables), together):
        piece = syllables[start : start + together]
        shown = ""
        for syllable in piece:
            shown += "'" if shown else ""
            for letter in syllable:
                shown += letter
                yield done + shown
        done += characters[start : start + together]
        yield done


def prefixes(text, shortest=1):
    """The beginnings of a text, as it grows."""
    return [text[:end] for end in range(shortest, len(text) + 1)]


def steps(states):
    """States without those that only repeat the one before."""
    listed = list(states)
    return listed[:1] + [after for before, after in pairwise(listed) if after != before]
