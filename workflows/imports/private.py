"""Telling numbers that belong to a person — ID, phone, bank card — from other numbers, and hiding them."""

import re
from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ID = re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_CARD = re.compile(r"(?<!\d)[34569]\d{3}(?:[ -]?\d){12,15}(?!\d)")
_LONG = re.compile(r"\d(?:[ -]?\d){9,}[ -]?[\dXx]")


def id_check_digit(first17: str) -> str:
    """The last place of an ID number by GB 11643."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11]


def is_id_number(text: str) -> bool:
    """Eighteen places with a province, a birth date and the right check digit."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text) or not _PROVINCE.match(text):
        return False
    return born(text) is not None and text[17] == id_check_digit(text[:17])


def born(id_number: str) -> date | None:
    """The birth date within an ID number, None where the places name no day after 1900."""
    try:
        day = date.fromisoformat(id_number[6:14])
    except ValueError:
        return None
    return day if day.year >= 1900 else None


def is_card_number(digits: str) -> bool:
    """Sixteen to nineteen digits that satisfy Luhn."""
    if not 16 <= len(digits) <= 19:
        return False
    places = [int(digit) for digit in reversed(digits)]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in places[1::2])
    return (sum(places[::2]) + sum(doubled)) % 10 == 0


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def holds_id(text: str) -> bool:
    return any(is_id_number(_bare(found)) for found in _ID.findall(text))


def found_private(text: str) -> str | None:
    """What kind of private number stands in `text`, in words, or None."""
    if len(text) < 11 or not _LONG.search(text):
        return None
    if holds_id(text):
        return "身份证号"
    if _PHONE.search(text):
        return "手机号"
    if any(is_card_number(_bare(found)) for found in _CARD.findall(text)):
        return "银行卡号"
    return None


def hidden(number: str) -> str:
    """A private number as it may be shown: 130***********1234."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) > 7 else "*" * len(number)


def masked_ids(text: str) -> str:
    """`text` with every ID number hidden, also one with a wrong check digit."""
    return _ID.sub(lambda found: hidden(found.group()) if _nearly_id(found.group()) else found.group(), text)


def masked(text: str) -> str:
    """`text` with every number hidden that could be an ID, a phone or a card."""
    without_ids = _PHONE.sub(lambda found: hidden(found.group()), masked_ids(text))
    return _CARD.sub(lambda found: hidden(found.group()), without_ids)


def _nearly_id(found: str) -> bool:
    return bool(_PROVINCE.match(found)) and born(_bare(found)) is not None
