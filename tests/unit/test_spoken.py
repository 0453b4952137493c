"""Amounts and days as people type them; what may mean two things is not guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.spoken import read_day, read_number

THURSDAY = date(2026, 3, 12)

NUMBERS = [
    ("38000", 38_000),
    ("38,000", 38_000),
    ("38000元", 38_000),
    ("¥38000", 38_000),
    ("３８０００", 38_000),
    ("3.8万", 38_000),
    ("3.8万元", 38_000),
    ("3万8", 38_000),
    ("3万8千", 38_000),
    ("三万八", 38_000),
    ("三万八千块钱", 38_000),
    ("三万零八", 30_008),
    ("约3万", 30_000),
    ("三万左右", 30_000),
    ("两百三", 230),
    ("十二", 12),
    ("12人", 12),
    ("没有", 0),
    ("0", 0),
    ("-2000", -2000),
    ("亏3万", -30_000),
    ("亏了两千", -2000),
    # no numbers, or not one only
    ("", None),
    ("万", None),
    ("亏", None),
    ("亏本", None),
    ("-", None),
    ("1.5", None),
    ("12.5元", None),
    ("1.2.3", None),
    ("1234567890", None),
    ("十几万", None),
    ("三四万", None),
    ("²", None),
    ("三万到五万", None),
    ("3万 5万", None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_an_amount_is_read_as_it_is_said(text: str, number: int | None) -> None:
    assert read_number(text) == number


@given(st.integers(0, 999_999_999))
def test_figures_are_what_they_say(number: int) -> None:
    assert read_number(str(number)) == read_number(f"{number:,}元") == number


@given(st.integers(1, 9999), st.sampled_from("千万"))
def test_a_unit_multiplies(number: int, unit: str) -> None:
    assert read_number(f"{number / 10}{unit}") == number * (100 if unit == "千" else 1000)


@given(st.text(max_size=12))
def test_no_words_upset_it(text: str) -> None:
    number, day = read_number(text), read_day(text, THURSDAY)
    assert number is None or 0 <= number < 1_000_000_000
    assert day is None or isinstance(day, date)


DAYS = [
    ("2026-03-11", date(2026, 3, 11)),
    ("2026/3/11", date(2026, 3, 11)),
    ("2026.3.11", date(2026, 3, 11)),
    ("2026年3月11日", date(2026, 3, 11)),
    ("26-3-11", date(2026, 3, 11)),
    ("26年3月11日", date(2026, 3, 11)),
    ("3月11日", date(2026, 3, 11)),
    ("3月11号", date(2026, 3, 11)),
    ("3月11", date(2026, 3, 11)),
    ("３月１１日", date(2026, 3, 11)),
    (" 3 月 11 日 ", date(2026, 3, 11)),
    ("3-11", date(2026, 3, 11)),
    ("3/11", date(2026, 3, 11)),
    ("3.11", date(2026, 3, 11)),
    ("今天", THURSDAY),
    ("昨天", date(2026, 3, 11)),
    ("前天", date(2026, 3, 10)),
    ("明天", date(2026, 3, 13)),
    ("后天", date(2026, 3, 14)),
    # the nearest one is meant
    ("12月30日", date(2025, 12, 30)),
    ("8月30日", date(2026, 8, 30)),
    ("3月2号", date(2026, 3, 2)),
    ("三月二号", date(2026, 3, 2)),
    ("十二月三十日", date(2025, 12, 30)),
    ("12号", THURSDAY),
    ("上月5号", date(2026, 2, 5)),
    ("上个月二十八号", date(2026, 2, 28)),
    ("上周五", date(2026, 3, 6)),
    ("上星期天", date(2026, 3, 8)),
    ("周三", date(2026, 3, 11)),
    ("礼拜1", date(2026, 3, 9)),
    ("这周五", date(2026, 3, 13)),
    ("下周一", date(2026, 3, 16)),
    ("上上周一", date(2026, 2, 23)),
    ("大前天", date(2026, 3, 9)),
    ("三天前", date(2026, 3, 9)),
    ("10天以后", date(2026, 3, 22)),
    # no dates
    ("上月30号", None),
    ("周八", None),
    ("前几天", None),
    ("过年前", None),
    ("", None),
    ("3", None),
    ("13月1日", None),
    ("2月30日", None),
    ("3月12日8点", None),
    ("3-12 8", None),
    ("202-3-12", None),
    ("²-3-12", None),
    ("20260312", None),
    ("13812345678", None),
    ("0000-03-12", None),
]


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_day_is_read_in_all_its_forms(text: str, day: date | None) -> None:
    assert read_day(text, THURSDAY) == day


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_day_with_its_year_is_that_day(day: date, today: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ):
        assert read_day(text, today) == day


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-180, 180))
def test_a_day_without_its_year_is_the_nearest(today: date, off: int) -> None:
    day = today + timedelta(days=off)
    read = read_day(f"{day.month}月{day.day}日", today)
    leap_day = (day.month, day.day) == (2, 29)
    assert read == day or leap_day
