"""The filter of promise 10: ID, phone and card numbers are found before anything is stored or sent."""

import re
import unicodedata

_SEPARATORS = r"[\s\-.·]*"
_ID = re.compile(r"(?<!\d)(?:\d" + _SEPARATORS + r"){17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9](?:" + _SEPARATORS + r"\d){9}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d" + _SEPARATORS + r"){15,18}\d(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def _digits(text: str) -> str:
    return re.sub(r"[^\dXx]", "", text).upper()


def is_id_number(text: str) -> bool:
    """Eighteen places with a right check digit (GB 11643)."""
    digits = _digits(text)
    if len(digits) != 18 or not digits[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == digits[17]


def is_card_number(text: str) -> bool:
    """Sixteen to nineteen digits that pass Luhn's check."""
    digits = _digits(text)
    if not digits.isdigit() or not 16 <= len(digits) <= 19:
        return False
    doubled = [int(digit) * (2 if nth % 2 else 1) for nth, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def find(text: str) -> str | None:
    """What kind of number stands in the text: 身份证号, 银行卡号, 手机号, or None."""
    plain = unicodedata.normalize("NFKC", text)
    if any(is_id_number(match.group()) for match in _ID.finditer(plain)):
        return "身份证号"
    if any(is_card_number(match.group()) for match in _CARD.finditer(plain)):
        return "银行卡号"
    return "手机号" if _PHONE.search(plain) else None
