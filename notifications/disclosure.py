"""The filter of promise 10: ID, phone and card numbers are found before anything is stored or sent."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

_RUN = re.compile(r"\d+(?:[\s\-.·]*\d+)*(?:[\s\-.·]*[Xx])?")
_GROUP = re.compile(r"\d+[Xx]?|[Xx]")
_PHONE = re.compile(r"(?:00)?(?:86)?(1[3-9]\d{9})")
_SHORTEST, _LONGEST = 11, 19
_SHORT = 2
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def is_id_number(number: str) -> bool:
    """Eighteen places with a birth date and a right check digit (GB 11643)."""
    if len(number) != 18 or not number[:17].isdecimal() or not _is_birth_date(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[17]


def _is_birth_date(digits: str) -> bool:
    try:
        return date.fromisoformat(digits).year >= 1900
    except ValueError:
        return False


def is_card_number(number: str) -> bool:
    """Sixteen to nineteen digits that pass Luhn's check."""
    if not number.isdecimal() or not 16 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (2 if nth % 2 else 1) for nth, digit in enumerate(reversed(number))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def is_phone_number(number: str) -> bool:
    """A mobile number, with or without 86 before it."""
    return _PHONE.fullmatch(number) is not None


def find(text: str) -> str | None:
    """What kind of number stands in the text: 身份证号, 银行卡号, 手机号, or None."""
    numbers = list(_numbers(unicodedata.normalize("NFKC", text)))
    if any(is_id_number(number) for number, _ in numbers):
        return "身份证号"
    even = [number for number, is_even in numbers if is_even]
    if any(is_card_number(number) for number in even):
        return "银行卡号"
    return "手机号" if any(is_phone_number(number) for number in even) else None


def _numbers(text: str) -> Iterator[tuple[str, bool]]:
    """Every number that neighbouring groups of digits make, and whether it is grouped evenly.

    People write a phone or a card whole, in groups of three and more (the last as it comes), or
    digit by digit; long and short groups mixed are a household number or a date.
    """
    for run in _RUN.finditer(text):
        groups = _GROUP.findall(run.group().upper())
        if sum(map(len, groups)) < _SHORTEST:
            continue
        for first in range(len(groups)):
            number, lengths = "", set[bool]()
            for group in groups[first:]:
                number += group
                if len(number) > _LONGEST:
                    break
                yield number, len(lengths) < 2
                lengths.add(len(group) <= _SHORT)
