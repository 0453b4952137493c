"""Days, places and templates as people read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.wording import MissingWords, day_text, fields, fill, moment_text, village_name


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 3, 12), "3月12日(周四)"),
        (date(2026, 3, 22), "3月22日(周日)"),
        (date(2024, 2, 29), "2月29日(周四)"),
        (date(2027, 1, 4), "1月4日(周一)"),
    ],
)
def test_a_day(day: date, text: str) -> None:
    assert day_text(day) == text


def test_a_moment_is_told_as_its_own_clock_shows_it() -> None:
    assert moment_text(datetime(2026, 3, 12, 8, 5, tzinfo=ZoneInfo("Asia/Shanghai"))) == "3月12日(周四) 08:05"


@pytest.mark.parametrize(
    ("official", "name"),
    [
        ("下三合义村民委员会", "下三合义村"),
        ("大塘村村民委员会", "大塘村"),
        ("新村民委员会", "新村"),
        ("常各庄村委会", "常各庄村"),
        ("范庄村村委会", "范庄村"),
        ("三义合村村民委会", "三义合村"),
        ("东沟社区村民委员会", "东沟社区"),
        ("景新社区居民委员会", "景新社区"),
        ("东街社区居委会", "东街社区"),
        ("迎宾居民委员会", "迎宾社区"),
        ("南关村居民委员会", "南关村"),
        ("南关街街道委员会", "南关街"),
        ("养殖公司生产队", "养殖公司生产队"),
        ("腰站村", "腰站村"),
        ("村民委员会", "村民委员会"),
    ],
)
def test_a_village_is_called_as_people_call_it(official: str, name: str) -> None:
    assert village_name(official) == name


@given(st.text(max_size=12))
def test_calling_a_village_twice_changes_nothing(official: str) -> None:
    assert village_name(village_name(official)) == village_name(official)


def test_a_template_is_filled() -> None:
    assert fill("{place} {household}，{n} 件", {"place": "大塘村3组", "household": "2号户", "n": 3}) == (
        "大塘村3组 2号户，3 件"
    )
    assert fields("{place}到{due}") == {"place", "due"}


def test_a_missing_field_is_an_error_that_names_it() -> None:
    with pytest.raises(MissingWords, match="缺少 due、place"):
        fill("{place}到{due}", {"household": "2号户"})


def test_words_with_braces_are_taken_as_they_are() -> None:
    assert fill("{words}", {"words": "{due}"}) == "{due}"
