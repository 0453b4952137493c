"""Due state is one rule, in Python and in SQL (promise 3); timeliness is judged by the act (promise 7)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, delete, insert, select

from storage.engine import Base
from storage.people import Region
from storage.work import Task
from tests.unit.county import VILLAGE
from workflows.due import Due, due_column, due_state, entered_late, on_time

THURSDAY = date(2026, 3, 12)
DAY = timedelta(days=1)

STATES = [
    # state, opens, due, due state on 12 March
    ("open", THURSDAY - DAY, THURSDAY - DAY, Due.overdue),
    ("open", THURSDAY, THURSDAY, Due.today),
    ("open", THURSDAY, THURSDAY + DAY, Due.tomorrow),
    ("open", THURSDAY, THURSDAY + 2 * DAY, Due.on_time),
    ("open", THURSDAY + DAY, THURSDAY + DAY, Due.waiting),
    ("open", THURSDAY + 3 * DAY, THURSDAY + 5 * DAY, Due.waiting),
    # a date moved before its opening: overdue all the same
    ("open", THURSDAY + DAY, THURSDAY - DAY, Due.overdue),
    ("done", THURSDAY, THURSDAY - DAY, Due.closed),
    ("cancelled", THURSDAY, THURSDAY, Due.closed),
]


@pytest.mark.parametrize(("state", "opens", "due", "expected"), STATES)
def test_due_state(state: str, opens: date, due: date, expected: Due) -> None:
    assert due_state(state, opens, due, THURSDAY) is expected


def row(number: int, state: str, opens: date, due: date) -> dict[str, object]:
    opened = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "id": number,
        "procedure": "recognition",
        "step": "visit",
        "post": "grid_worker",
        "region_code": VILLAGE,
        "state": state,
        "opened_at": opened,
        "opens_on": opens,
        "planned_on": due,
        "latest_on": due,
        "due_on": due,
    }


NEAR = st.integers(-4, 4).map(lambda days: THURSDAY + days * DAY)
FACTS = st.tuples(st.sampled_from(["open", "done", "cancelled"]), NEAR, NEAR)


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    """One database for all examples, with the region that their tasks lie in."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(Region).values(code=VILLAGE, name="下三合义村", level="village"))
    yield engine
    engine.dispose()


@settings(max_examples=40)
@given(facts=st.lists(FACTS, min_size=1, max_size=60), today=NEAR)
def test_python_and_sql_agree_for_any_facts(
    database: Engine, facts: list[tuple[str, date, date]], today: date
) -> None:
    with database.begin() as connection:
        connection.execute(delete(Task))
        connection.execute(insert(Task), [row(nth, *fact) for nth, fact in enumerate(facts, 1)])
        found = connection.execute(select(Task.id, due_column(today)).order_by(Task.id)).all()
    assert [Due(state) for _, state in found] == [due_state(*fact, today) for fact in facts]


ENTRIES = [
    # happened, recorded, on time, entered late; due on 12 March
    (THURSDAY - DAY, THURSDAY, True, False),
    (THURSDAY, THURSDAY, True, False),
    (THURSDAY, THURSDAY + DAY, True, True),
    (THURSDAY - 5 * DAY, THURSDAY + 9 * DAY, True, True),
    (THURSDAY + DAY, THURSDAY + DAY, False, False),
    (THURSDAY + DAY, THURSDAY + 9 * DAY, False, False),
]


@pytest.mark.parametrize(("happened", "recorded", "timely", "late_entry"), ENTRIES)
def test_timeliness_is_judged_by_the_day_of_the_act(
    happened: date, recorded: date, timely: bool, late_entry: bool
) -> None:
    assert on_time(THURSDAY, happened) is timely
    assert entered_late(THURSDAY, happened, recorded) is late_entry
