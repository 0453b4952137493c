"""What a cell may look like: every usual form of a date, code, count, group, phone and ID number."""

from datetime import date, timedelta

import pytest
from county_lists import id_number
from hypothesis import given
from hypothesis import strategies as st

from workflows.imports.cells import (
    SERIAL_ZERO,
    SERIALS,
    Unfit,
    code,
    count,
    day,
    group_number,
    person_number,
    phone_number,
    words,
)

FORMS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month:02d}.{d.day:02d}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d.isoformat()} 00:00:00",
    lambda d: str((d - SERIAL_ZERO).days),
)
WIDE = str.maketrans("0123456789-/", "０１２３４５６７８９－／")


@given(
    st.dates(SERIAL_ZERO + timedelta(SERIALS.start), date(2100, 12, 31)),
    st.sampled_from(FORMS),
    st.booleans(),
    st.sampled_from(["", " ", "\u3000", "\u200b"]),
)
def test_any_form_of_a_date_is_read_as_that_date(when, form, wide, around):
    text = form(when).translate(WIDE) if wide else form(when)
    assert day(around + text + around) == when


@pytest.mark.parametrize("text", ["2026-02-30", "2026年13月1日", "20260231", "1026-03-01"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(Unfit, match="核对日期"):
        day(text)


@pytest.mark.parametrize("text", ["26-3-1", "三月一日", "2026-3", "3/1/2026", "-1", "130828"])
def test_what_is_no_date_is_refused_with_the_form_to_write(text):
    with pytest.raises(Unfit, match="2026-03-01"):
        day(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("130828107206.0", "130828107206"),
        (" １３０８ ２８ ", "130828"),
        ("YB-1.50", "YB-1.50"),
        ("007", "007"),
    ],
)
def test_a_code_loses_spaces_width_and_the_point_of_a_spreadsheet(text, read):
    assert code(text) == read


@pytest.mark.parametrize("text", ["1.30828E+17", "1.30828e+11"])
def test_a_number_that_lost_its_places_is_refused(text):
    with pytest.raises(Unfit, match="设为文本"):
        code(text)


@given(st.integers(1, 99))
def test_a_group_is_two_digits_however_it_is_written(number):
    tens, ones = divmod(number, 10)
    chinese = f"{'' if tens == 1 else '零一二三四五六七八九'[tens]}十" if tens else ""
    chinese += "零一二三四五六七八九"[ones] if ones else ""
    for text in (
        f"{number}",
        f"{number:02d}",
        f"{number}组",
        f"第{number}村民小组",
        f"{number}.0",
        f"{chinese}组",
    ):
        assert group_number(text) == f"{number:02d}"


@pytest.mark.parametrize("text", ["0", "100", "东沟组", "十十", "一二", "组", "二三十"])
def test_what_is_no_group_is_refused(text):
    with pytest.raises(Unfit, match="3组"):
        group_number(text)


@pytest.mark.parametrize(
    "text",
    ["13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "13812345678.0", "008613812345678"],
)
def test_a_phone_is_eleven_digits_however_it_is_written(text):
    assert phone_number(text) == "13812345678"


@pytest.mark.parametrize("text", ["12812345678", "1381234567", "0314-7512345", "138123456789"])
def test_what_is_no_mobile_phone_is_refused(text):
    with pytest.raises(Unfit, match="11 位"):
        phone_number(text)


@given(st.integers(0, 999), st.dates(date(1920, 1, 1), date(2025, 12, 31)))
def test_an_id_number_passes_and_with_another_check_digit_does_not(serial, born):
    number = id_number(serial, f"{born:%Y%m%d}")
    assert person_number(number.lower()) == number
    assert person_number(number + "41") == number
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    with pytest.raises(Unfit, match="校验码"):
        person_number(wrong)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("130828700307123", "18 位"),
        ("130828197002301234", "出生日期"),
        ("1.30828E+17", "设为文本"),
        ("990101197003071230", "校验码"),
    ],
)
def test_a_wrong_id_number_says_what_is_wrong(text, told):
    with pytest.raises(Unfit, match=told):
        person_number(text)


@pytest.mark.parametrize(("text", "read"), [("4", 4), ("4.0", 4), ("４人", 4)])
def test_a_count_is_a_whole_number(text, read):
    assert count(text, 30) == read


@pytest.mark.parametrize("text", ["0", "31", "4.5", "-1", "四"])
def test_a_count_out_of_range_is_refused(text):
    with pytest.raises(Unfit, match="1 到 30"):
        count(text, 30)


def test_text_for_people_keeps_its_punctuation():
    assert words(" 本月住院２次，费用较高。\u200b") == "本月住院2次，费用较高。"
