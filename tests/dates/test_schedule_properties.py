"""What holds for every profile and every start."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar import Calendar
from config.loader import load_policy
from config.models import DayKind, Profile
from workflows.dates import Schedule, expected_finish, feasible, schedule

POLICY = load_policy("hebei")
PROCEDURE = POLICY.procedure
CALENDAR = Calendar(POLICY.calendar.announced)
DAY = timedelta(days=1)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """The shipped profiles, and others a county could write."""
    if draw(st.booleans()):
        return draw(st.sampled_from(list(POLICY.profiles.values())))
    publicity = draw(st.integers(1, 9))
    posting = draw(st.integers(0, 8))
    visit = draw(st.integers(0, posting))
    ends = posting + publicity
    town, county, entry = sorted(draw(st.tuples(*[st.integers(ends + 1, ends + 9)] * 3)))
    plan = {"dispatch": 0, "visit": visit, "authorise": visit, "review": posting, "posting": posting}
    plan |= {"comparison": draw(st.integers(visit, county)), "publicity": ends}
    plan |= {"town": town, "county": county, "entry": entry}
    days = draw(st.sampled_from(DayKind))
    return Profile(label="县定", total=entry, days=days, publicity_days=publicity, plan=plan)


STARTS = st.dates(date(2017, 6, 1), date(2032, 6, 1))


def of(profile: Profile, start: date) -> Schedule:
    return schedule(profile, PROCEDURE, start, CALENDAR)


@given(profiles(), STARTS)
def test_planned_is_never_after_latest_nor_latest_after_the_limit(profile: Profile, start: date) -> None:
    found = of(profile, start)
    assert all(one.planned <= one.latest <= found.limit for one in found.steps.values())


@given(profiles(), STARTS)
def test_no_step_is_dated_before_what_it_waits_for(profile: Profile, start: date) -> None:
    steps = of(profile, start).steps
    for name, one in steps.items():
        for other in PROCEDURE.steps[name].after:
            assert steps[other].planned <= one.planned
            assert steps[other].latest <= one.latest


@given(profiles(), STARTS)
def test_the_publicity_has_all_its_whole_days(profile: Profile, start: date) -> None:
    steps = of(profile, start).steps
    days = timedelta(days=profile.publicity_days)
    for which in ("planned", "latest"):
        posting, publicity, town = (getattr(steps[name], which) for name in ("posting", "publicity", "town"))
        assert publicity - posting >= days
        assert town > publicity


@given(profiles(), STARTS)
def test_office_steps_fall_on_working_days(profile: Profile, start: date) -> None:
    for name, one in of(profile, start).steps.items():
        if PROCEDURE.steps[name].office:
            assert CALENDAR.is_working(one.planned)
            assert CALENDAR.is_working(one.latest)


@given(profiles(), STARTS)
def test_later_starts_have_later_dates(profile: Profile, start: date) -> None:
    today, tomorrow = of(profile, start), of(profile, start + DAY)
    assert today.limit <= tomorrow.limit
    assert all(today.steps[name].latest <= tomorrow.steps[name].latest for name in today.steps)


@settings(max_examples=300)
@given(profiles(), STARTS, st.integers(-5, 15))
def test_the_limit_can_be_kept_exactly_until_the_latest_days(
    profile: Profile, start: date, after: int
) -> None:
    """Forward and backward agree: with nothing done, the earliest latest day is the last chance."""
    found, today = of(profile, start), start + after * DAY
    last_chance = min(one.latest for one in found.steps.values())
    can = feasible(profile, PROCEDURE, {}, today, found.limit, CALENDAR)
    assert can is (today <= last_chance)


@given(profiles(), STARTS, st.integers(0, 9))
def test_what_is_done_brings_the_finish_nearer(profile: Profile, start: date, count: int) -> None:
    order = ["visit", "authorise", "comparison", "review", "posting", "publicity", "town", "county", "entry"]
    today = start + timedelta(days=40)
    none = expected_finish(profile, PROCEDURE, {}, today, CALENDAR)
    some = expected_finish(profile, PROCEDURE, dict.fromkeys(order[:count], start), today, CALENDAR)
    assert some <= none
