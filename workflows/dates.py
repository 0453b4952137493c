"""Back-scheduling, pure: the planned and the latest feasible day of every step (domain §2.4).

All days are local dates. The publicity step is the one that opens on its last day; the day of
posting is not counted, its whole days are natural days in every profile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import TopologicalSorter

from config.calendar import Calendar
from config.models import DayKind, Procedure, Profile, StepKind

DISPATCH = "dispatch"
LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class StepDates:
    """When a step is planned to be done, and the last day on which the limit can still be kept."""

    planned: date
    latest: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """The dates of one case; a `latest` before the start means that the limit cannot be kept."""

    limit: date
    dispatch: date
    steps: Mapping[str, StepDates]
    provisional: bool


def schedule(
    profile: Profile, procedure: Procedure, start: date, calendar: Calendar, limit: date | None = None
) -> Schedule:
    """The dates of a case accepted on `start`, which is day 0 and not counted.

    `limit`: the total limit where the county has moved it; otherwise the profile's.
    """
    road = _Road.of(profile, procedure)
    limit = limit or _offset(profile, start, profile.total, calendar)
    latest = _latest(road, limit, calendar)
    plan = {name: _offset(profile, start, profile.plan.get(name, profile.total), calendar) for name in latest}
    planned = _planned(road, plan, latest, calendar)
    steps = {name: StepDates(planned[name], latest[name]) for name in road.shown}
    dispatch = _offset(profile, start, profile.plan.get(DISPATCH, 0), calendar)
    return Schedule(limit, dispatch, steps, calendar.provisional(start, limit))


def expected_finish(
    profile: Profile, procedure: Procedure, done: Mapping[str, date], today: date, calendar: Calendar
) -> date:
    """The earliest day on which the last step can be done, `done` being the steps done and when."""
    road = _Road.of(profile, procedure)
    finish: dict[str, date] = {}
    for name in road.order:
        ready = max((finish[other] + road.gap(other, name) for other in road.before[name]), default=today)
        if name == road.publicity:  # days pass by themselves; registered late, they were over all the same
            finish[name] = min(done.get(name, ready), ready)
        else:
            finish[name] = done.get(name) or _on_duty(road, name, max(ready, today), calendar)
    return max(finish.values(), default=today)


def feasible(
    profile: Profile,
    procedure: Procedure,
    done: Mapping[str, date],
    today: date,
    limit: date,
    calendar: Calendar,
) -> bool:
    """Whether a case with these steps done can still be finished by `limit`."""
    return expected_finish(profile, procedure, done, today, calendar) <= limit


def as_rows(dates: Schedule) -> list[dict[str, str]]:
    """The schedule as ISO dates: dispatch, the steps of the procedure in order, the limit."""
    rows = [_row(DISPATCH, dates.dispatch, dates.dispatch)]
    rows += [_row(name, one.planned, one.latest) for name, one in dates.steps.items()]
    return [*rows, _row(LIMIT, dates.limit, dates.limit)]


def _row(step: str, planned: date, latest: date) -> dict[str, str]:
    return {"step": step, "planned": planned.isoformat(), "latest": latest.isoformat()}


@dataclass(frozen=True, slots=True)
class _Road:
    """The main steps that lead to the last one, and how many days lie between two of them."""

    shown: tuple[str, ...]
    order: tuple[str, ...]
    before: Mapping[str, tuple[str, ...]]
    office: frozenset[str]
    publicity: str | None
    publicity_days: int

    @classmethod
    def of(cls, profile: Profile, procedure: Procedure) -> "_Road":
        main = {name: step for name, step in procedure.steps.items() if step.kind is StepKind.main}
        wanted = _leading_to(procedure, main) if procedure.last else set(main)
        shown = tuple(name for name in main if name in wanted)
        before = {name: tuple(other for other in main[name].after if other in wanted) for name in shown}
        publicity = next((name for name in shown if main[name].opens_on == "last_publicity_day"), None)
        return cls(
            shown=shown,
            order=tuple(TopologicalSorter(before).static_order()),
            before=before,
            office=frozenset(name for name in shown if main[name].office),
            publicity=publicity,
            publicity_days=profile.publicity_days,
        )

    def gap(self, first: str, second: str) -> timedelta:
        """The least distance of two steps: whole publicity days, then the office from the day after."""
        if second == self.publicity:
            return timedelta(days=self.publicity_days)
        return timedelta(days=int(first == self.publicity))


def _leading_to(procedure: Procedure, main: Iterable[str]) -> set[str]:
    """The main steps without which the last cannot be done, itself included."""
    found: set[str] = set()
    waiting = [procedure.last] if procedure.last else []
    while waiting:
        name = waiting.pop()
        if name in main and name not in found:
            found.add(name)
            waiting.extend(procedure.steps[name].after)
    return found


def _latest(road: _Road, limit: date, calendar: Calendar) -> dict[str, date]:
    """Backward from the limit; office steps may share a day."""
    latest = dict.fromkeys(road.order, limit)
    for name in reversed(road.order):
        if name in road.office:
            latest[name] = calendar.last_working_on_or_before(latest[name])
        for other in road.before[name]:
            latest[other] = min(latest[other], latest[name] - road.gap(other, name))
    return latest


def _planned(
    road: _Road, plan: Mapping[str, date], latest: Mapping[str, date], calendar: Calendar
) -> dict[str, date]:
    """Forward along the plan: never before what a step waits for, never after its latest day."""
    planned: dict[str, date] = {}
    for name in road.order:
        in_office = name in road.office
        wanted = calendar.last_working_on_or_before(plan[name]) if in_office else plan[name]
        ready = (planned[other] + road.gap(other, name) for other in road.before[name])
        planned[name] = min(_on_duty(road, name, max([wanted, *ready]), calendar), latest[name])
    return planned


def _on_duty(road: _Road, name: str, day: date, calendar: Calendar) -> date:
    """`day`, or for an office step the first working day from it on."""
    return calendar.first_working_on_or_after(day) if name in road.office else day


def _offset(profile: Profile, start: date, days: int, calendar: Calendar) -> date:
    if profile.days is DayKind.working:
        return calendar.add_working(start, days)
    return start + timedelta(days=days)
