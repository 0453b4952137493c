"""Days, places and templates in the words cadres use (domain §7.2 R18)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from string import Formatter

_WEEKDAYS = "一二三四五六日"
_COMMITTEES = (
    (re.compile(r"(村民委员会|村民委会|村委会)$"), "村"),
    (re.compile(r"(居民委员会|居委会)$"), "社区"),
    (re.compile(r"(街道委员会)$"), "街"),
)
_PLACES = ("村", "社区", "街")


class MissingWords(LookupError):
    """A template asks for a field that nobody filled."""


def day_text(day: date) -> str:
    """3月12日(周四)."""
    return f"{day.month}月{day.day}日(周{_WEEKDAYS[day.weekday()]})"


def moment_text(moment: datetime) -> str:
    """3月12日(周四) 08:30, as the clock of `moment` shows it."""
    return f"{day_text(moment.date())} {moment:%H:%M}"


@lru_cache(maxsize=100_000)
def village_name(official: str) -> str:
    """The everyday name of a village or a community: 下三合义村民委员会 is 下三合义村.

    A name that no rule knows stays as it is.
    """
    for committee, word in _COMMITTEES:
        name, found = committee.subn("", official)
        if found and name:
            return name if name.endswith(_PLACES) else name + word
    return official


@cache
def fields(template: str) -> frozenset[str]:
    """The names in braces; raises `ValueError` for a template that cannot be read."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def fill(template: str, values: Mapping[str, object]) -> str:
    """The template with its fields filled; raises `MissingWords` naming those without a value."""
    if missing := fields(template) - set(values):
        raise MissingWords(f"{template!r} 缺少 {'、'.join(sorted(missing))}")
    return template.format_map(values)
