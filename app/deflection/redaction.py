"""Taking out of visitors' words what names a person, before the words are kept.

Mail addresses, telephone numbers, payment cards, bank accounts, Korean, Japanese and Chinese
personal numbers, and any long string of digits become a word in brackets that says what stood
there. Where a number has a check digit it is checked, so that most of what merely looks alike
stays readable; a string of nine digits or more goes in any case.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.deflection import check_digits

LONGEST_KEPT_DIGITS = 8
"""A date written without signs has so many; identifiers of people have more."""

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63\uff0d"
_FOLDED = {ord(each): "-" for each in _HYPHENS} | {
    ord(wide): plain for wide, plain in zip("＠．＋（）\u3000\u00a0", "@.+()  ", strict=True)
}

# Before and behind a number: no digit, and no decimal or thousands sign that joins it to one.
_START = r"(?<![0-9])(?<![0-9][.,])"
_END = r"(?![0-9])(?![.,][0-9])"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of identifier: where it may stand, and whether it is one."""

    label: str
    pattern: re.Pattern[str]
    accept: Callable[[str], bool]
    """Asked with the characters of the match, blanks and signs taken out, letters upper."""


def redact(text: str) -> str:
    """`text` with each identifier replaced by its kind in brackets, such as `[email]`.

    Everything else stays as it was typed. Redacting twice is redacting once.
    """
    pieces, end = [], 0
    for start, stop, label in sorted(find_identifiers(text)):
        pieces += [text[end:start], f"[{label}]"]
        end = stop
    return "".join(pieces) + text[end:]


def redact_value(value: Any) -> Any:
    """A JSON value with every text in it redacted, members' names excepted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return redact(str(value)) if abs(value) >= 10**LONGEST_KEPT_DIGITS else value
    if isinstance(value, float):
        # A card's number with ".0" behind it is one; its digits are counted without the exponent.
        digits = f"{abs(value):.0f}" if math.isfinite(value) else ""
        return redact(digits) if len(digits) > LONGEST_KEPT_DIGITS else value
    if isinstance(value, list):
        return [redact_value(item) for item in value]
    if isinstance(value, dict):
        return {redact(name): redact_value(item) for name, item in value.items()}
    return value


def find_identifiers(text: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of each identifier in `text`; they do not overlap."""
    folded = "".join(_fold(character) for character in text)
    spans: list[tuple[int, int, str]] = []
    for kind in _KINDS:
        spans += [(*span, kind.label) for span in _matches(kind, folded)]
        for start, stop, _ in spans:
            # Other kinds must neither find it again nor run across it. The sign is no letter.
            folded = folded[:start] + "|" * (stop - start) + folded[stop:]
    return spans


def _matches(kind: _Kind, folded: str) -> Iterator[tuple[int, int]]:
    for match in kind.pattern.finditer(folded):
        if kind.accept(re.sub(r"[^0-9A-Za-z@]", "", match[0]).upper()):
            yield match.span()


def _fold(character: str) -> str:
    """One plain character for digits and signs as input methods and word processors write them."""
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    return character.translate(_FOLDED) if digit is None else str(digit)


def _always(_found: str) -> bool:
    return True


def _has_digits(low: int, high: int) -> Callable[[str], bool]:
    return lambda found: low <= sum(map(str.isdigit, found)) <= high


def _is_grouped_number(found: str) -> bool:
    years = re.fullmatch(r"((19|20)[0-9]{2})+", found)
    return len(found) >= 12 and not years


def _iban_pattern() -> str:
    """An account number of exactly as many characters as its country has, single blanks between."""
    shapes = (
        f"{country}[0-9]{{2}}(?:[ -]?[0-9A-Za-z]){{{length - 4}}}"
        for country, length in check_digits.IBAN_LENGTHS.items()
    )
    return rf"(?<![0-9A-Za-z])(?:{'|'.join(shapes)})(?![0-9A-Za-z])"


_ASCII_MAIL = r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
_ANY_MAIL = r"[^\W_][\w.+-]{0,63}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
_GAP = r"[-. /]{1,2}"
_AREA = rf"(?:\(0[0-9]{{1,4}}\)(?:{_GAP})?|0[0-9]{{1,4}}{_GAP})"
_NATIONAL = rf"{_AREA}[0-9]{{3,8}}(?:{_GAP}[0-9]{{3,8}}){{0,3}}"

_KINDS = (
    _Kind("email", re.compile(_ASCII_MAIL), _always),
    _Kind("email", re.compile(_ANY_MAIL), _always),
    _Kind("iban", re.compile(_iban_pattern(), re.IGNORECASE), check_digits.is_iban),
    _Kind(
        "resident id",
        re.compile(rf"{_START}[0-9]{{6}}[ -]?[0-9]{{8}}[ -]?[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])"),
        check_digits.is_resident_id,
    ),
    _Kind(
        "resident number",
        re.compile(rf"{_START}[0-9]{{6}} ?- ?[0-9]{{7}}{_END}"),
        check_digits.is_rrn_shaped,
    ),
    _Kind(
        "resident number", re.compile(rf"{_START}[0-9]{{6}} ?[0-9]{{7}}{_END}"), check_digits.is_rrn
    ),
    _Kind(
        "my number",
        re.compile(rf"{_START}[0-9]{{4}}([ -]?)[0-9]{{4}}\1[0-9]{{4}}{_END}(?![ -][0-9]{{3}})"),
        check_digits.is_my_number,
    ),
    _Kind("card", re.compile(rf"{_START}[0-9](?:[ -]?[0-9]){{12,18}}{_END}"), check_digits.is_card),
    # Beginning with a plus sign: ITU-T E.164, at most 15 digits.
    _Kind(
        "phone",
        re.compile(rf"\+ ?[1-9](?:[-. ()/]{{0,3}}[0-9]){{7,14}}{_END}"),
        _has_digits(8, 15),
    ),
    _Kind("phone", re.compile(rf"{_START}{_NATIONAL}{_END}"), _has_digits(9, 12)),
    # Japan's four-two-four and five-one-four, France's pairs.
    _Kind("phone", re.compile(rf"{_START}0[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}{_END}"), _always),
    _Kind("phone", re.compile(rf"{_START}0[0-9]{{4}}-[0-9]-[0-9]{{4}}{_END}"), _always),
    _Kind("phone", re.compile(rf"{_START}0[1-9](?:[ .-][0-9]{{2}}){{4}}{_END}"), _always),
    _Kind(
        "phone",
        re.compile(
            rf"{_START}(?:1[-. ])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[-. ])"
            rf"[0-9]{{3}}[-. ][0-9]{{4}}{_END}"
        ),
        _always,
    ),
    _Kind(
        "phone",
        re.compile(rf"{_START}1[3-9][0-9]([ -]?)[0-9]{{4}}\1[0-9]{{4}}{_END}"),
        _always,
    ),
    _Kind(
        "number",
        re.compile(rf"{_START}(?<!0[xX])[0-9]{{{LONGEST_KEPT_DIGITS + 1},}}(?!\.[0-9])"),
        _always,
    ),
    _Kind(
        "number",
        re.compile(rf"{_START}[0-9]{{3,8}}(?:[ -][0-9]{{3,8}}){{2,6}}{_END}"),
        _is_grouped_number,
    ),
)
