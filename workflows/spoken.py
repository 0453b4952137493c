"""What people type as an amount or a day, as they would say it: 3.8万, 三万八, 昨天, 上周五 (domain §4).

Pure. What cannot be one thing only is not guessed: the answer is None.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

MOST = 1_000_000_000
DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3}
WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "": 0, "下": 1}
MONTHS = {"上": -1, "这": 0, "本": 0, "": 0, "下": 1}
WEEKDAYS = {
    sign: nth
    for nth, signs in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"))
    for sign in signs
}
FIGURE = "[0-9零〇一二两三四五六七八九十]"

_ABOUT = re.compile(r"^(约|大约|大概|差不多)|(左右|上下)$")
_BELOW_ZERO = re.compile(r"(?:-|−|负|亏了?|欠了?)(?=[0-9零〇一二两三四五六七八九十百千万])")
_UNIT = re.compile(r"(元钱|块钱|元|块|圆|人|口|个|户|亩|次|天|个月|月)整?$")
_NUMERAL = re.compile(r"[0-9.零〇一二两三四五六七八九十百千万]+")
_FULL = re.compile(
    r"(?:([0-9]{4}|[0-9]{2})\s*[-/.年\s]\s*)?([0-9]{1,2})\s*[-/.月\s]\s*([0-9]{1,2})\s*[日号]?"
)
_CHINESE_DAY = re.compile(rf"(?:([0-9]{{4}}|[0-9]{{2}})年)?({FIGURE}{{1,2}})月({FIGURE}{{1,3}})[日号]?")
_WEEKDAY = re.compile(r"(上上|上|这|本|下|)(?:个)?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_OF_MONTH = re.compile(rf"(?:(上|这|本|下)(?:个)?月)?({FIGURE}{{1,3}})[日号]")
_AGO = re.compile(rf"({FIGURE}{{1,3}})天(前|以前|后|以后)")


def read_number(text: str) -> int | None:
    """A whole number, of yuan where it is an amount: 38000, 38,000元, 3.8万, 3万8, 三万八千, 两百三.

    -2000 and 亏2000 are below zero. Neither parts of one nor more than nine digits are a number of ours.
    """
    said = _ABOUT.sub("", _plain(text).lstrip("¥").replace(",", ""))
    said = _UNIT.sub("", said)
    if said in ("没有", "无"):
        return 0
    if below := _BELOW_ZERO.match(said):
        lost = read_number(said[below.end() :])
        return None if lost is None else -lost
    number = _chinese(said) if _NUMERAL.fullmatch(said) else None
    return int(number) if number is not None and number.is_integer() and number < MOST else None


def read_day(text: str, today: date) -> date | None:
    """A day written as 2026-03-12, 3月12日, 三月十二号, 3/12, 12号, or said as 昨天, 三天前, 上周五, 上月5号.

    Without a year the nearest such day is meant: 12月30日 said in January was last year's. A day of
    the week is of this week unless it is said to be of another; 12号 is of this month.
    """
    said = _plain(text)
    if said in DAYS:
        return today + timedelta(days=DAYS[said])
    for pattern, day_of in _READERS:
        if match := pattern.fullmatch(said):
            return day_of(match, today)
    return None


def _plain(text: str) -> str:
    """Full-width signs as plain ones; ² and ② are no figures."""
    return "".join(map(_plain_sign, text)).strip()


def _plain_sign(sign: str) -> str:
    return sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign)


def _chinese(said: str) -> float | None:
    try:
        return float(said) if said.isascii() else _in_characters(said)
    except ValueError:
        return None


def _in_characters(said: str) -> float:
    from cn2an import cn2an  # it reads its tables when it is imported: only who needs it waits for that

    return float(cn2an(said, "smart"))


def _whole(said: str) -> int | None:
    """A number of days or months, in figures or characters."""
    number = int(said) if said.isdigit() else _chinese(said)
    return None if number is None else int(number)


def _of_year(match: re.Match[str], today: date) -> date | None:
    said, month, day = match[1], _whole(match[2]), _whole(match[3])
    if month is None or day is None:
        return None
    years = [today.year, today.year - 1, today.year + 1]
    if said:
        years = [int(said) if len(said) == 4 else today.year // 100 * 100 + int(said)]
    days = [found for year in years if (found := _day(year, month, day))]
    return min(days, key=lambda found: abs(found - today), default=None)


def _of_week(match: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=WEEKS[match[1]], days=WEEKDAYS[match[2]])


def _of_month(match: re.Match[str], today: date) -> date | None:
    months = today.year * 12 + today.month - 1 + MONTHS[match[1] or ""]
    day = _whole(match[2])
    return _day(months // 12, months % 12 + 1, day) if day is not None else None


def _from_today(match: re.Match[str], today: date) -> date | None:
    days = _whole(match[1])
    if days is None:
        return None
    return today + timedelta(days=-days if "前" in match[2] else days)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS: tuple[tuple[re.Pattern[str], Callable[[Any, date], date | None]], ...] = (
    (_FULL, _of_year),
    (_CHINESE_DAY, _of_year),
    (_WEEKDAY, _of_week),
    (_OF_MONTH, _of_month),
    (_AGO, _from_today),
)
