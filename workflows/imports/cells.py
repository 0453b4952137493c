"""Reading one cell: text, code, date, count, group, phone and ID number, or what to write instead."""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from workflows.imports.private import born, id_check_digit, is_id_number

SERIAL_ZERO = date(1899, 12, 30)  # day 0 of a spreadsheet's day numbers
SERIALS = range(20_000, 80_000)
MOST_GROUPS = 99

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_LOST = re.compile(r"\d+(\.\d+)?[Ee]\+\d+")
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?" + _TIME)
_SOLID_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_GROUP = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})(?:村民小组|小组|组|社|网格)?")
_NUMERALS = "零一二三四五六七八九"


class Unfit(ValueError):
    """A cell that cannot be taken; the message says what to write instead."""


def plain(text: str) -> str:
    """A cell in half-width letters and digits, without invisible signs and outer spaces."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def words(text: str) -> str:
    """Text for people: only letters and digits become half-width, its punctuation stays."""
    return text.translate(_WIDE).translate(_INVISIBLE).replace("\u3000", " ").strip()


def code(text: str) -> str:
    """A code or number that names something: no spaces, no decimal point left by a spreadsheet."""
    found = "".join(plain(text).split())
    if _LOST.fullmatch(found):
        raise Unfit("成了科学记数，末尾几位已经丢失，请把这一列设为文本后重新填写")
    head, point, tail = found.partition(".")
    return head if point and head.isdigit() and not tail.strip("0") else found


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """A date in any of the usual forms, or as a spreadsheet's day number."""
    found = plain(text)
    parts = _DAY.fullmatch(found) or _SOLID_DAY.fullmatch(found)
    if parts:
        return _existing(*map(int, parts.groups()))
    serial = _SERIAL.fullmatch(found)
    if serial and int(serial[1]) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(serial[1]))
    raise Unfit("不是日期，请写成 2026-03-01 这样")


def _existing(year: int, month: int, day_of_month: int) -> date:
    try:
        found = date(year, month, day_of_month)
    except ValueError as error:
        raise Unfit(f"{year}年{month}月{day_of_month}日这一天不存在，请核对日期") from error
    if not 1949 <= year <= 2100:
        raise Unfit(f"的年份 {year} 不对，请核对日期")
    return found


def count(text: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    found = code(text).removesuffix("人")
    if not found.isdecimal() or not 1 <= int(found) <= most:
        raise Unfit(f"要写 1 到 {most} 之间的整数")
    return int(found)


def group_number(text: str) -> str:
    """The two digits of a group: 3, 03, 3组, 第三组 → 03."""
    parts = _GROUP.fullmatch(code(text))
    number = _numeral(parts[1]) if parts else 0
    if not 1 <= number <= MOST_GROUPS:
        raise Unfit("要写组的编号，如 3 或 3组")
    return f"{number:02d}"


def _numeral(text: str) -> int:
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _NUMERALS.index(text) if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return 0
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)


def phone_number(text: str) -> str:
    """A mobile number as eleven digits."""
    found = re.sub(r"^(?:\+?86|0086)(?=1\d{10}$)", "", code(text).replace("-", ""))
    if not re.fullmatch(r"1[3-9][0-9]{9}", found):
        raise Unfit("不是手机号，请写 11 位手机号码")
    return found


def person_number(text: str) -> str:
    """An ID number; a disability certificate's number begins with it (domain §1.7)."""
    found = code(text).upper()
    if len(found) in (20, 22) and is_id_number(found[:18]):
        return found[:18]
    if not re.fullmatch(r"[0-9]{17}[0-9X]", found):
        raise Unfit("不是 18 位证件号码，请核对后填全")
    if born(found) is None:
        raise Unfit("里的出生日期不存在，请核对证件号码")
    if id_check_digit(found[:17]) != found[17]:
        raise Unfit("的最后一位校验码不对，请核对证件号码")
    if not is_id_number(found):
        raise Unfit("的前两位不是省级代码，请核对证件号码")
    return found
