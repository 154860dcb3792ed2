"""Check digits of numbers that name a person or an account: pure arithmetic on digits.

They tell a real identifier from an order number of the same length, so that the first is taken out
of what is kept and the second is not.
"""

from __future__ import annotations

import re
from datetime import date

_RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"

_IBAN_REGISTRY = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 "
    "CZ:24 DE:22 DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 "
    "GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 "
    "LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 "
    "PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SC:31 SE:24 SI:19 SK:24 SM:27 ST:25 "
    "SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20"
)
IBAN_LENGTHS = {
    country: int(length) for country, length in re.findall("([A-Z]{2}):([0-9]+)", _IBAN_REGISTRY)
}
"""Characters of an account number by country (SWIFT's IBAN registry)."""


def is_luhn(digits: str) -> bool:
    """Whether `digits` pass the check of payment cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether these 13 to 19 digits can be a payment card: issuer's range and Luhn."""
    return 13 <= len(digits) <= 19 and digits[0] in "23456" and is_luhn(digits)


def is_iban(text: str) -> bool:
    """Whether `text`, letters in upper case and no blanks, is an account number (ISO 13616)."""
    if len(text) != IBAN_LENGTHS.get(text[:2]) or not text[2:4].isdigit():
        return False
    moved = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def is_rrn(digits: str) -> bool:
    """Whether 13 digits are a Korean resident registration number, by date and check digit."""
    return is_rrn_shaped(digits) and rrn_check_digit(digits[:12]) == digits[12]


def is_rrn_shaped(digits: str) -> bool:
    """Whether 13 digits begin like one.

    Numbers given since October 2020 have a random tail without a check digit, so date and century
    must do where the hyphen already says what the number is.
    """
    century = {"9": 1800, "0": 1800, "3": 2000, "4": 2000, "7": 2000, "8": 2000}
    return len(digits) == 13 and _is_date(
        century.get(digits[6], 1900) + int(digits[:2]), digits[2:4], digits[4:6]
    )


def rrn_check_digit(first: str) -> str:
    """The 13th digit of a Korean resident registration number whose first 12 are `first`."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _RRN_WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def is_my_number(digits: str) -> bool:
    """Whether 12 digits are a Japanese individual number."""
    return len(digits) == 12 and my_number_check_digit(digits[:11]) == digits[11]


def my_number_check_digit(first: str) -> str:
    """The 12th digit of a Japanese individual number (ordinance 85 of 2014, article 5)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first, _MY_NUMBER_WEIGHTS, strict=True)
    )
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)


def is_resident_id(text: str) -> bool:
    """Whether 17 digits and a digit or X are a Chinese resident identity number."""
    return (
        len(text) == 18
        and _is_date(int(text[6:10]), text[10:12], text[12:14])
        and resident_id_check(text[:17]) == text[17].upper()
    )


def resident_id_check(first: str) -> str:
    """The 18th character of a Chinese resident identity number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def _is_date(year: int, month: str, day: str) -> bool:
    try:
        return date(year, int(month), int(day)).year >= 1800
    except ValueError:
        return False
