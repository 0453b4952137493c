"""Due state is one rule, in Python and in SQL (promise 3); timeliness is judged by the act (promise 7)."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from storage.engine import Database
from storage.people import Region
from storage.work import Task
from tests import databases
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


class Tasks:
    """One database for all examples, with the region that their tasks lie in."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.runner = runner
        self.database = database

    def states(self, facts: Sequence[tuple[str, date, date]], today: date) -> list[str]:
        """The due state that the database finds for each of these facts."""
        return self.runner.run(self._states(facts, today))

    async def _states(self, facts: Sequence[tuple[str, date, date]], today: date) -> list[str]:
        async with self.database.writing() as session:
            await session.execute(delete(Task))
            await session.execute(insert(Task), [row(nth, *fact) for nth, fact in enumerate(facts, 1)])
            return [*await session.scalars(select(due_column(today)).order_by(Task.id))]


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tasks]:
    with asyncio.Runner() as runner:
        url = runner.run(databases.new(tmp_path_factory.mktemp("due")))
        runner.run(databases.create_tables(url))
        database = Database(url)
        runner.run(_with_region(database))
        yield Tasks(runner, database)
        runner.run(database.close())
        runner.run(databases.drop(url))


async def _with_region(database: Database) -> None:
    async with database.writing() as session:
        session.add(Region(code=VILLAGE, name="下三合义村", level="village"))
        await session.commit()


@settings(max_examples=40, deadline=None)
@given(facts=st.lists(FACTS, min_size=1, max_size=60), today=NEAR)
def test_python_and_sql_agree_for_any_facts(
    tasks: Tasks, facts: list[tuple[str, date, date]], today: date
) -> None:
    assert [Due(state) for state in tasks.states(facts, today)] == [due_state(*fact, today) for fact in facts]


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
