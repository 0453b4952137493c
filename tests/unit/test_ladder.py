"""The moments of every rung, worked out by hand, and what no ladder may do (domain §9.1)."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Anchor, DayKind, Mode, Relative, RungRule, RungTo
from tests.unit.county import HOURS, POLICY, ZONE, midnight_after, moment, short
from workflows.ladder import Dates, PlannedRung, rungs

MARCH = Dates(date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 18), date(2026, 3, 24))


def planned(ladder: str, dates: Dates, now: str) -> list[PlannedRung]:
    return list(rungs(POLICY.ladders[ladder], dates, HOURS, moment(now)))


def table(ladder: str, dates: Dates, now: str) -> list[str]:
    """Each rung as a line; born late ones are marked."""
    return [
        f"{one.rule.name} {one.to.value} {one.mode.value} "
        + ("born late" if one.born_late else short(one.fires_at))
        for one in planned(ladder, dates, now)
    ]


def test_the_step_ladder_of_the_rules() -> None:
    """The example of docs/rules.md §4."""
    assert table("step", MARCH, "2026-03-09 09:10") == [
        "half holder list 03-10 08:30",
        "three_days holder now 03-13 19:30",
        "day_before holder list 03-10 08:30",
        "due_day holder now 03-11 15:00",
        "overdue holder now 03-12 08:30",
        "overdue head now 03-12 08:30",
        "overdue above_desk list 03-12 08:30",
        "overdue_3 above_lead now 03-16 08:30",
        "overdue_3 county_desk list 03-16 08:30",
        "overdue_7 county_desk now 03-20 08:30",
    ]


def test_a_task_of_one_day_has_no_half_and_its_day_before_is_past() -> None:
    dates = Dates(date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 18), date(2026, 3, 24))
    found = table("step", dates, "2026-03-09 09:10")
    assert found[0] == "three_days holder now 03-13 19:30"
    assert found[1] == "day_before holder list born late"


def test_the_publicity_ladder() -> None:
    dates = Dates(date(2026, 3, 18), date(2026, 3, 23), date(2026, 3, 23), date(2026, 3, 27))
    assert table("publicity", dates, "2026-03-18 10:00") == [
        "last_steps above_desk now 03-20 19:30",
        "last_steps county_desk now 03-20 19:30",
        "overdue holder now 03-24 08:30",
        "overdue head now 03-24 08:30",
        "overdue above_desk list 03-24 08:30",
        "overdue_3 above_lead now 03-26 08:30",
        "overdue_3 county_desk list 03-26 08:30",
    ]


def test_the_measures_ladder_over_labour_day() -> None:
    """Due on Friday 1 May, a holiday until the 5th: overdue is told afterwards, never before."""
    dates = Dates(date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 1), None)
    assert table("measures", dates, "2026-04-01 10:00") == [
        "day_20 holder now 04-21 08:30",
        "day_20 county_desk list 04-21 08:30",
        "overdue holder list 05-06 08:30",
        "overdue above_desk list 05-06 08:30",
    ]


def test_the_followup_ladder() -> None:
    dates = Dates(date(2026, 3, 1), date(2026, 3, 20), date(2026, 3, 20), None)
    assert table("followup", dates, "2026-03-01 10:00") == [
        "week holder list 03-16 08:30",
        "overdue holder list 03-23 08:30",
        "overdue above_desk list 03-23 08:30",
        "overdue_7 above_lead list 03-31 08:30",
    ]


def test_a_week_that_begins_in_the_festival_is_told_before_it() -> None:
    """Monday 16 February 2026 is a holiday; Saturday the 14th is worked."""
    dates = Dates(date(2026, 2, 1), date(2026, 2, 20), date(2026, 2, 20), None)
    assert table("followup", dates, "2026-02-01 10:00")[0] == "week holder list 02-14 08:30"


LIMITS = [
    # due, limit, now, overdue of the holder, of the desk above
    (date(2026, 3, 13), date(2026, 3, 24), "2026-03-09 09:00", "now 03-16 08:30", "list 03-16 08:30"),
    # due on Friday, the limit on Sunday: pulled into Friday, and said at once to the desk too
    (date(2026, 3, 13), date(2026, 3, 15), "2026-03-09 09:00", "now 03-13 19:30", "now 03-13 19:30"),
    # Friday's last call has gone
    (date(2026, 3, 13), date(2026, 3, 15), "2026-03-13 19:45", "now 03-13 19:45", "now 03-13 19:45"),
    # the whole festival lies between
    (date(2026, 2, 14), date(2026, 2, 20), "2026-02-10 09:00", "now 02-14 19:30", "now 02-14 19:30"),
    # a limit that is past already holds nothing back
    (date(2026, 3, 13), date(2026, 3, 8), "2026-03-09 09:00", "now 03-16 08:30", "list 03-16 08:30"),
    (date(2026, 3, 13), None, "2026-03-09 09:00", "now 03-16 08:30", "list 03-16 08:30"),
]


@pytest.mark.parametrize(("due", "limit", "now", "holder", "desk"), LIMITS)
def test_overdue_stays_within_the_limit(
    due: date, limit: date | None, now: str, holder: str, desk: str
) -> None:
    dates = Dates(due - timedelta(days=9), due, due, limit)
    found = [line for line in table("step", dates, now) if line.startswith("overdue ")]
    assert found == [f"overdue holder {holder}", f"overdue head {holder}", f"overdue above_desk {desk}"]


def test_a_list_that_would_come_after_the_limit_is_a_message_of_its_own() -> None:
    """The moment is Friday 15:00, the limit too, the next list on Monday."""
    to = (RungTo(post=Relative.above_desk, mode=Mode.list),)
    facts = {"anchor": Anchor.due_end, "at": time(15), "escalates": True, "before_limit": True}
    dates = Dates(date(2026, 3, 9), date(2026, 3, 12), date(2026, 3, 12), date(2026, 3, 13))
    (found,) = rungs([RungRule(name="rung", to=to, **facts)], dates, HOURS, moment("2026-03-09 09:00"))
    assert (found.mode, short(found.fires_at)) == (Mode.now, "03-13 15:00")


def test_the_end_of_the_due_day_is_its_end_in_working_days_too() -> None:
    to = (RungTo(post=Relative.holder, mode=Mode.now),)
    rule = RungRule(name="rung", anchor=Anchor.due_end, day_kind=DayKind.working, escalates=True, to=to)
    (found,) = rungs([rule], MARCH, HOURS, moment("2026-03-09 09:00"))
    assert short(found.fires_at) == "03-12 08:30"


def test_what_was_overdue_at_birth_is_all_born_late() -> None:
    dates = Dates(date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 3), None)
    assert all(one.born_late for one in planned("step", dates, "2026-03-30 09:00"))


def test_an_extension_past_the_first_dates_leaves_only_what_is_to_come() -> None:
    found = planned("step", MARCH, "2026-03-13 10:00")
    assert [one.rule.name for one in found if not one.born_late] == [
        "three_days",
        "overdue_3",
        "overdue_3",
        "overdue_7",
    ]


# --- any ladder a county could write -----------------------------------------------------------

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 1))
MOMENTS = st.builds(datetime.combine, DAYS, st.times(), st.just(ZONE))
RULES = st.builds(
    RungRule,
    name=st.just("rung"),
    anchor=st.sampled_from(Anchor),
    days=st.integers(0, 8),
    day_kind=st.sampled_from(DayKind),
    at=st.none() | st.times(time(0), time(23, 59)),
    escalates=st.booleans(),
    before_limit=st.booleans(),
    to=st.just(tuple(RungTo(post=Relative.holder, mode=mode) for mode in (Mode.now, Mode.list))),
)


@st.composite
def dates(draw: st.DrawFn) -> Dates:
    opened = draw(DAYS)
    due, latest, limit = (opened + timedelta(days=draw(st.integers(0, 20))) for _ in range(3))
    return Dates(opened, due, max(due, latest), draw(st.sampled_from([None, limit])))


@given(RULES, dates(), MOMENTS)
def test_a_rung_is_never_in_quiet_time_unless_at_once(rule: RungRule, of: Dates, now: datetime) -> None:
    for one in rungs([rule], of, HOURS, now):
        assert one.born_late or one.fires_at == now or HOURS.is_open(one.fires_at)
        assert one.born_late or one.fires_at >= now


@given(RULES, dates(), MOMENTS)
def test_nothing_is_called_past_before_it_is_but_for_the_limit(
    rule: RungRule, of: Dates, now: datetime
) -> None:
    """Promise 5: an escalation may be pulled forward only where the limit leaves no later window."""
    for one in rungs([rule], of, HOURS, now):
        kept = rule.escalates and rule.before_limit and of.limit is not None
        if rule.anchor is Anchor.due_end and not kept:
            assert one.born_late or one.fires_at > midnight_after(of.due)


@given(RULES, dates(), MOMENTS)
def test_an_escalation_within_the_limit_is_not_after_it(rule: RungRule, of: Dates, now: datetime) -> None:
    if rule.escalates and rule.before_limit and of.limit is not None and of.limit >= now.date():
        for one in rungs([rule], of, HOURS, now):
            assert one.born_late or one.fires_at.date() <= of.limit or one.fires_at == now


@given(dates(), MOMENTS)
def test_the_step_ladder_climbs_in_order(of: Dates, now: datetime) -> None:
    fired: dict[str, datetime] = {}
    for one in rungs(POLICY.ladders["step"], of, HOURS, now):
        if not one.born_late:
            fired[one.rule.name] = min(one.fires_at, fired.get(one.rule.name, one.fires_at))
    overdue = [fired[name] for name in ("overdue", "overdue_3", "overdue_7") if name in fired]
    assert overdue == sorted(overdue)
