"""Dates counted back from the limit: tables worked out by hand (domain §2.4)."""

from datetime import date

import pytest

from config.calendar import Calendar
from config.loader import load_policy
from workflows.dates import Schedule, as_rows, expected_finish, feasible, schedule

POLICY = load_policy("xinfeng")
CALENDAR = Calendar(POLICY.calendar.announced)


def dates_of(profile: str, start: date) -> Schedule:
    return schedule(POLICY.profiles[profile], POLICY.procedure, start, CALENDAR)


def latest(profile: str, start: date) -> dict[str, str]:
    found = dates_of(profile, start)
    return {name: f"{one.latest:%m-%d}" for name, one in found.steps.items()} | {
        "limit": f"{found.limit:%m-%d}"
    }


def planned(profile: str, start: date) -> dict[str, str]:
    return {name: f"{one.planned:%m-%d}" for name, one in dates_of(profile, start).steps.items()}


def test_ten_days_from_a_thursday_in_march() -> None:
    """The handbook's own example: the review must happen by Saturday the 14th."""
    assert latest("ten-days", date(2026, 3, 12)) == {
        "visit": "03-14",
        "authorise": "03-14",
        "comparison": "03-20",
        "review": "03-14",
        "posting": "03-14",
        "publicity": "03-19",
        "town": "03-20",
        "county": "03-20",
        "entry": "03-20",
        "limit": "03-22",
    }


def test_fifteen_days_are_planned_by_the_handbook_table() -> None:
    assert planned("national-15", date(2026, 3, 12)) == {
        "visit": "03-14",
        "authorise": "03-15",
        "comparison": "03-17",
        "review": "03-18",
        "posting": "03-18",
        "publicity": "03-23",
        "town": "03-24",
        "county": "03-26",
        "entry": "03-27",
    }


LATEST = [
    # profile, start, visit/review, publicity, office, limit
    ("national-15", date(2026, 3, 12), "03-21", "03-26", "03-27", "03-27"),
    # 调休: Saturday 14 February 2026 is an office day
    ("ten-days", date(2026, 2, 4), "02-08", "02-13", "02-14", "02-14"),
    # the limit falls into the Spring Festival, 15 to 23 February 2026
    ("national-15", date(2026, 2, 3), "02-08", "02-13", "02-14", "02-18"),
    ("national-15", date(2026, 2, 10), "02-19", "02-24", "02-25", "02-25"),
    # National Day, 1 to 7 October 2026: the limit of Sunday the 4th goes back to 30 September
    ("ten-days", date(2026, 9, 24), "09-24", "09-29", "09-30", "10-04"),
    ("ten-days", date(2026, 9, 28), "10-02", "10-07", "10-08", "10-08"),
    # 20 working days over Mid-Autumn and National Day, with Saturday 10 October worked
    ("twenty-working-days", date(2026, 9, 21), "10-20", "10-25", "10-26", "10-26"),
    ("twenty-working-days", date(2026, 3, 2), "03-24", "03-29", "03-30", "03-30"),
    # over Labour Day, 1 to 5 May, with Saturday 9 May worked
    ("ten-working-days", date(2026, 4, 27), "05-07", "05-12", "05-13", "05-13"),
]


@pytest.mark.parametrize(("profile", "start", "review", "publicity", "office", "limit"), LATEST)
def test_latest_days(profile: str, start: date, review: str, publicity: str, office: str, limit: str) -> None:
    found = latest(profile, start)
    assert [found[name] for name in ("visit", "authorise", "review", "posting")] == [review] * 4
    assert found["publicity"] == publicity
    assert [found[name] for name in ("comparison", "town", "county", "entry")] == [office] * 4
    assert found["limit"] == limit


def test_comparison_before_the_review_where_the_procedure_says_so() -> None:
    review = POLICY.procedure.steps["review"].model_copy(update={"after": ("comparison",)})
    steps = {**POLICY.procedure.steps, "review": review}
    procedure = POLICY.procedure.model_copy(update={"steps": steps})
    found = schedule(POLICY.profiles["ten-days"], procedure, date(2026, 3, 12), CALENDAR)
    assert found.steps["comparison"].latest == date(2026, 3, 14)


def test_a_town_planned_on_a_sunday_waits_for_the_end_of_the_publicity() -> None:
    """Going back to Friday would put the town before the publicity is over."""
    found = dates_of("ten-days", date(2026, 3, 14)).steps
    assert found["publicity"].planned == date(2026, 3, 21)
    assert found["town"].planned == date(2026, 3, 23)


def test_ten_working_days_in_december_are_provisional() -> None:
    assert dates_of("ten-working-days", date(2026, 12, 21)).provisional
    assert not dates_of("ten-working-days", date(2026, 12, 1)).provisional


def test_a_moved_limit_moves_the_latest_days_only() -> None:
    start, later = date(2026, 3, 12), date(2026, 3, 27)
    profile = POLICY.profiles["ten-days"]
    found = schedule(profile, POLICY.procedure, start, CALENDAR, later)
    assert found.limit == later
    assert found.steps["review"].latest == date(2026, 3, 21)
    assert found.steps["review"].planned == date(2026, 3, 14)


def test_rows_run_from_dispatch_over_the_steps_to_the_limit() -> None:
    rows = as_rows(dates_of("ten-days", date(2026, 3, 12)))
    assert [row["step"] for row in rows] == ["dispatch", *latest("ten-days", date(2026, 3, 12))]
    assert rows[0] == {"step": "dispatch", "planned": "2026-03-12", "latest": "2026-03-12"}
    assert rows[4] == {"step": "review", "planned": "2026-03-14", "latest": "2026-03-14"}
    assert rows[-1] == {"step": "limit", "planned": "2026-03-22", "latest": "2026-03-22"}


def test_a_procedure_without_a_total_limit_has_dates_too() -> None:
    profile, procedure = POLICY.profiles["ten-days"], POLICY.procedures["matching"]
    found = schedule(profile, procedure, date(2026, 3, 12), CALENDAR)
    assert found.steps["match"].latest == date(2026, 3, 22)


# --- the earliest finish from today ------------------------------------------------------------

POSTED = {name: date(2026, 3, 14) for name in ("visit", "authorise", "review", "posting")}

FINISH = [
    # done, today, finish
    ({}, date(2026, 3, 12), date(2026, 3, 18)),
    ({}, date(2026, 3, 14), date(2026, 3, 20)),
    ({}, date(2026, 3, 15), date(2026, 3, 23)),
    ({}, date(2026, 3, 17), date(2026, 3, 23)),
    (POSTED, date(2026, 3, 16), date(2026, 3, 20)),
    # the whole days are over, only nobody has registered it
    (POSTED, date(2026, 3, 24), date(2026, 3, 24)),
    # registered the day after its last day, the publicity was over all the same
    (POSTED | {"publicity": date(2026, 3, 20)}, date(2026, 3, 20), date(2026, 3, 20)),
    # registered on its last day: the office starts on the day after
    (POSTED | {"publicity": date(2026, 3, 19)}, date(2026, 3, 19), date(2026, 3, 20)),
    (POSTED | {"publicity": date(2026, 3, 19)}, date(2026, 3, 21), date(2026, 3, 23)),
]


@pytest.mark.parametrize(("done", "today", "finish"), FINISH)
def test_expected_finish(done: dict[str, date], today: date, finish: date) -> None:
    profile = POLICY.profiles["ten-days"]
    assert expected_finish(profile, POLICY.procedure, done, today, CALENDAR) == finish
    limit = date(2026, 3, 22)
    assert feasible(profile, POLICY.procedure, done, today, limit, CALENDAR) is (finish <= limit)


def test_a_finished_case_finished_when_it_was_entered() -> None:
    done = POSTED | {
        name: date(2026, 3, 20) for name in ("comparison", "publicity", "town", "county", "entry")
    }
    profile = POLICY.profiles["ten-days"]
    assert expected_finish(profile, POLICY.procedure, done, date(2026, 4, 1), CALENDAR) == date(2026, 3, 20)
