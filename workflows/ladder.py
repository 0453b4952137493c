"""The ladder, pure: from the dates of a task to the moments of its rungs (domain §9.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.models import Anchor, DayKind, Mode, Relative, RungRule, RungTo
from notifications.quiet import Hours

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a task that its rungs hang on; local dates. `limit` is the total one, if there is any."""

    opened: date
    due: date
    latest: date
    limit: date | None


@dataclass(frozen=True, slots=True)
class PlannedRung:
    rule: RungRule
    to: Relative
    mode: Mode
    fires_at: datetime
    born_late: bool


def rungs(rules: Iterable[RungRule], dates: Dates, hours: Hours, now: datetime) -> Iterator[PlannedRung]:
    """Every rung of a task as of `now`; a moment already past is there, but born late (promise 3)."""
    for rule in rules:
        moment = _moment(rule, dates, hours)
        if moment is None:
            continue
        for to in rule.to:
            fires_at, mode = _placed(rule, to, moment, dates, hours, now)
            late = moment <= now or (fires_at < now and not rule.escalates)
            yield PlannedRung(rule, to.post, mode, max(fires_at, now) if not late else fires_at, late)


def _moment(rule: RungRule, dates: Dates, hours: Hours) -> datetime | None:
    day = _day(rule, dates, hours)
    if day is None:
        return None
    default = MIDNIGHT if rule.anchor is Anchor.due_end else hours.quiet.morning
    return hours.at(day, rule.at or default)


def _day(rule: RungRule, dates: Dates, hours: Hours) -> date | None:
    if rule.anchor is Anchor.half:
        length = (dates.due - dates.opened).days
        return dates.opened + timedelta(days=(length + 1) // 2) if length >= 2 else None
    start = {
        Anchor.created: dates.opened,
        Anchor.week: dates.due - timedelta(days=dates.due.weekday()),
        Anchor.latest: dates.latest,
        Anchor.due: dates.due,
        Anchor.due_end: dates.due,
    }[rule.anchor]
    if rule.day_kind is DayKind.working and rule.days > 0:
        return hours.calendar.add_working(start, rule.days)
    return start + timedelta(days=rule.days + (1 if rule.anchor is Anchor.due_end else 0))


def _placed(
    rule: RungRule, to: RungTo, moment: datetime, dates: Dates, hours: Hours, now: datetime
) -> tuple[datetime, Mode]:
    """A reminder in quiet time goes out before it, an escalation after it (R4, promise 5).

    What tells that a date is past is never told before, whether it escalates or not.
    """
    if not rule.escalates and rule.anchor is not Anchor.due_end:
        listed = to.mode is Mode.list
        return (hours.morning_on_or_before(moment.date()) if listed else hours.last_open(moment)), to.mode
    limit = dates.limit if rule.escalates and rule.before_limit else None
    must_by = limit if limit is not None and limit >= now.date() else None
    placed = hours.place(moment, must_by=must_by, now=now)
    morning = hours.morning_from(moment)
    if to.mode is Mode.list and placed >= moment and (must_by is None or morning.date() <= must_by):
        return morning, Mode.list
    return placed, Mode.now
