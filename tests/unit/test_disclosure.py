"""Numbers of persons are found however they are written; numbers of things never (promise 10)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.disclosure import find, is_card_number, is_id_number

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = str.maketrans("0123456789X-", "０１２３４５６７８９Ｘ－")
GAPS = st.sampled_from(["", " ", "-", " - ", ".", "·", "　", "\u00a0"])
AROUND = st.sampled_from(
    ["", "证件", "电话：", "（见附件）", "户主 ", "3口人，", "2026-03-12 ", "，已核", " 5人"]
)
DIGITS = st.text("0123456789", min_size=3, max_size=3)
DAYS = st.dates(date(1920, 1, 1), date(2026, 1, 1))


def id_number(area: str, born: date, order: str) -> str:
    first = f"{area}{born:%Y%m%d}{order}"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def card_number(first: str) -> str:
    return next(first + str(last) for last in range(10) if is_card_number(first + str(last)))


IDS = st.builds(id_number, st.sampled_from(["130828", "360722", "110101", "542421"]), DAYS, DIGITS)
PHONES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
CARDS = st.integers(15, 18).flatmap(
    lambda size: st.text("0123456789", min_size=size, max_size=size).map(
        lambda text: card_number("6" + text[1:])
    )
)


@st.composite
def written(draw: st.DrawFn, numbers: st.SearchStrategy[str], groupings: list[tuple[int, ...]]) -> str:
    """A number as people write it: in groups, with gaps, in digits of either width, amid words."""
    number, grouping, gap = draw(numbers), draw(st.sampled_from(groupings)), draw(GAPS)
    sizes, parts = [*grouping, len(number)], []
    for size in sizes:
        parts.append(number[:size])
        number = number[size:]
    text = gap.join(part for part in parts if part)
    text = text.translate(FULL_WIDTH) if draw(st.booleans()) else text
    return draw(AROUND) + text + draw(AROUND.filter(lambda words: not words[:1].isdigit()))


ID_GROUPS: list[tuple[int, ...]] = [(), (6, 8), (6, 4, 4), (4, 4, 4, 4), (6, 4, 2, 2), (17,), (1,) * 18]
PHONE_GROUPS: list[tuple[int, ...]] = [(), (3, 4), (3, 3), (4, 3), (1,) * 11, (2,) * 5]
CARD_GROUPS: list[tuple[int, ...]] = [(), (4, 4, 4, 4), (6,), (1,) * 19]


@given(written(IDS, ID_GROUPS) | written(IDS.map(str.lower), ID_GROUPS))
def test_any_id_number_is_found(text: str) -> None:
    assert find(text) == "身份证号"


@given(written(PHONES, PHONE_GROUPS))
def test_any_phone_number_is_found(text: str) -> None:
    assert find(text) is not None


@given(written(CARDS, CARD_GROUPS))
def test_any_card_number_is_found(text: str) -> None:
    assert find(text) is not None


FOUND = [
    ("+8613812345678", "手机号"),
    ("8613812345678", "手机号"),
    ("0086 138 1234 5678", "手机号"),
    ("+86-138-1234-5678", "手机号"),
    ("他电话１３８１２３４５６７８，打过了", "手机号"),
    # other digits stand beside it
    ("6222021234567894 3口人", "银行卡号"),
    ("2026-03-12 13812345678", "手机号"),
    (f"12 {card_number('622202123456789')} 34", "银行卡号"),
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_found(text: str, kind: str) -> None:
    text = text.replace("6222021234567894", card_number("622202123456789"))
    assert find(text) == kind


@given(IDS)
def test_one_wrong_digit_is_no_id_number(number: str) -> None:
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert is_id_number(number)
    assert not is_id_number(wrong)


# --- numbers of things ---------------------------------------------------------------------------

REGIONS = st.builds("130828{:03d}{:03d}".format, st.integers(100, 299), st.integers(1, 399))
SHORT = st.integers(1, 99)
CASES = st.builds("DP-{:%y%m%d}-{:02d}".format, DAYS, SHORT)
HOUSEHOLDS = st.builds(
    lambda region, group, nth: f"WC-{region[6:]}-{group:02d}-{nth:03d}", REGIONS, SHORT, SHORT
)
SHORT_HOUSEHOLDS = st.builds(lambda r, group, nth: f"YL-{r[6:]}-{group:02d}-{nth:02d}", REGIONS, SHORT, SHORT)
GROUPS = st.builds("{}-{:02d}".format, REGIONS, SHORT)
DATES = DAYS.map(str) | st.builds("{0:%Y%m%d}".format, DAYS) | st.builds("{0.month}月{0.day}日".format, DAYS)
THINGS = REGIONS | CASES | HOUSEHOLDS | SHORT_HOUSEHOLDS | GROUPS | DATES


@given(THINGS)
def test_no_number_of_a_thing_is_taken_for_a_persons(text: str) -> None:
    assert find(text) is None


@given(st.lists(THINGS, min_size=2, max_size=6))
def test_nor_are_several_of_them_in_one_sentence(texts: list[str]) -> None:
    assert find("，".join(texts)) is None
    assert find("\n・".join(texts)) is None


@pytest.mark.parametrize(
    "text", ["", "本季度住院2次", "0314-7512345", "共 1200 户 3600 人", "2026-03-12 08:30:00"]
)
def test_left_alone(text: str) -> None:
    assert find(text) is None
