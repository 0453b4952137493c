"""How many days are left or over: counted on the day it is told, not when it was noted (domain §8.4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.calendar import Calendar
from config.wording import fill

AHEAD, LATE = "line_day_before", "line_overdue"
DUE, LAST, LINE = "due_on", "last_on", "line_of"
Facts = Mapping[str, Any]


def counted(due: date, line: str, last: date | None = None) -> dict[str, str]:
    """What has to be known for counting anew: the days left to `last`, or those that are over since `due`."""
    days = {DUE: due.isoformat(), LINE: line}
    return {**days, LAST: last.isoformat()} if last else days


def as_of(facts: Facts, today: date, calendar: Calendar, texts: Mapping[str, str]) -> dict[str, Any]:
    """The facts of a notice as they are on `today`, with its line; days over are working days."""
    if DUE not in facts:
        return dict(facts)
    due = date.fromisoformat(facts[DUE])
    over = calendar.working_between(due, today)
    left = max((date.fromisoformat(facts[LAST]) - today).days, 0) if LAST in facts else over
    name = LATE if today > due and facts[LINE] == AHEAD else facts[LINE]
    line = fill(texts[name], {**facts, "days": over}).replace("\n", " ")
    return {**facts, "days": left, "line": line}
