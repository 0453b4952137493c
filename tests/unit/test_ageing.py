"""Days left and days over, counted on the day they are told."""

from datetime import date

import pytest

from config.calendar import Calendar
from notifications.ageing import AHEAD, LATE, as_of, counted

CALENDAR = Calendar([2026])
TEXTS = {AHEAD: "到期", LATE: "已过 {days} 个工作日", "line_half": "时间过半"}
FRIDAY, SATURDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 16)
TUESDAY = date(2026, 3, 17)


@pytest.mark.parametrize(
    ("told_on", "line", "last", "days", "words"),
    [
        (SATURDAY, LATE, None, 0, "已过 0 个工作日"),
        (MONDAY, LATE, None, 1, "已过 1 个工作日"),
        (TUESDAY, LATE, None, 2, "已过 2 个工作日"),
        (FRIDAY, AHEAD, TUESDAY, 4, "到期"),
        (MONDAY, AHEAD, TUESDAY, 1, "已过 1 个工作日"),
        (MONDAY, AHEAD, SATURDAY, 0, "已过 1 个工作日"),
        (MONDAY, "line_half", TUESDAY, 1, "时间过半"),
    ],
)
def test_due_on_friday(told_on: date, line: str, last: date | None, days: int, words: str) -> None:
    """Of a step that was due on Friday, and may be done until `last` at the latest."""
    noted = as_of(counted(FRIDAY, line, last), FRIDAY, CALENDAR, TEXTS)
    told = as_of(noted, told_on, CALENDAR, TEXTS)
    assert (told["days"], told["line"]) == (days, words)


def test_what_has_no_day_stays_as_it_is() -> None:
    assert as_of({"line": "已过"}, MONDAY, CALENDAR, TEXTS) == {"line": "已过"}
