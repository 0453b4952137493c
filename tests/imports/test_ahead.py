"""Signals worked out ahead of their commit: what comes between is noticed, nothing lost or opened twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from county_lists import VILLAGE, clue, household, id_number
from sqlalchemy import func, select, update

from storage.engine import Database
from storage.gathering import Gathering
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.ahead import work_out
from workflows.desk import Desk
from workflows.imports import import_rows
from workflows.intake import take_in
from workflows.signals import Signal

Between = Callable[[Database, Desk], Awaitable[None]]


@pytest.fixture
async def register(county: Database, desk: Desk) -> Database:
    await import_rows("households", "农户.csv", [household(1), household(2)], county, desk)
    await import_rows("clues", "先前.csv", [clue(2, signal_id="先前")], county, desk)
    return county


def signal(name: str, desk: Desk, **named: str | None) -> Signal:
    return Signal(name, "医保", "not_insured", desk.today(), village_code=VILLAGE, **named)  # type: ignore[arg-type]


async def a_case_is_opened(database: Database, desk: Desk) -> None:
    async with database.writing() as session:
        await take_in(session, desk, [signal("别处", desk, household_number="H1")], None)
        await session.commit()


async def a_case_is_opened_elsewhere(database: Database, desk: Desk) -> None:
    await import_rows("households", "农户.csv", [household(3)], database, desk)
    async with database.writing() as session:
        await take_in(session, desk, [signal("别处", desk, household_number="H3")], None)
        await session.commit()


async def the_household_moves(database: Database, desk: Desk) -> None:
    await import_rows("households", "农户.csv", [household(1, group="4")], database, desk)


async def the_unknown_one_is_registered(database: Database, desk: Desk) -> None:
    await import_rows("households", "农户.csv", [household(9)], database, desk)


async def an_earlier_check_ends(database: Database, desk: Desk) -> None:
    async with database.writing() as session:
        home = await session.scalar(select(Household.id).where(Household.number == "H1"))
        done = {"household_id": home, "state": "done", "case_id": None, "result_on": desk.today()}
        await session.execute(update(Clue).where(Clue.signal_id == "先前").values(done))
        await session.commit()


async def counted(database: Database) -> list[int | None]:
    async with database.reading() as session:
        return [await session.scalar(select(func.count()).select_from(one)) for one in (Clue, Case, Task)]


@pytest.mark.parametrize(
    "between",
    [
        a_case_is_opened,
        a_case_is_opened_elsewhere,
        the_household_moves,
        the_unknown_one_is_registered,
        an_earlier_check_ends,
    ],
)
async def test_what_was_looked_at_has_changed_so_nothing_lands(
    register: Database, desk: Desk, between: Between
) -> None:
    names = {"household_number": "H1", "id_hash": None}, {"household_number": "H9"}
    signals = [signal(f"新{nth}", desk, **some) for nth, some in enumerate(names)]
    async with register.gathering() as gathering:
        (part,) = await work_out(gathering, desk, signals, 1, len(signals))
    await between(register, desk)
    before = await counted(register)
    async with register.writing() as session:
        assert not await part.land(session, desk)
        await session.commit()
    assert await counted(register) == before


async def test_undisturbed_everything_lands_but_what_joins_an_open_case(
    register: Database, desk: Desk
) -> None:
    names = [{"household_number": "H1"}, {"household_number": "H9"}, {"household_number": "H2"}]
    signals = [signal(f"新{nth}", desk, **some) for nth, some in enumerate(names)]
    async with register.gathering() as gathering:
        (part,) = await work_out(gathering, desk, signals, 1, len(signals))
    assert (part.words, [one.household_number for one in part.joining]) == (["open", "waiting"], ["H2"])
    clues, cases, tasks = await counted(register)
    async with register.writing() as session:
        assert await part.land(session, desk)
        await session.commit()
    assert await counted(register) == [(clues or 0) + 2, (cases or 0) + 1, (tasks or 0) + 2]


async def test_parts_worked_out_at_once_land_one_after_the_other(county: Database, desk: Desk) -> None:
    """Each counts on the keys and case numbers of those before it, and no household is divided."""
    await import_rows("households", "农户.csv", [household(n) for n in range(1, 5)], county, desk)
    numbers = "H1", "H1", "H2", "H8", "H3", "H4"
    signals = [signal(f"新{nth}", desk, household_number=home) for nth, home in enumerate(numbers)]
    async with county.writing() as session:
        await desk.keep_policy(session)
        await session.commit()
    async with county.gathering() as gathering:
        parts = await work_out(gathering, desk, signals, 1, 1)
    assert [len(part.signals) for part in parts] == [2, 1, 1, 1, 1]
    for part in parts:
        async with county.writing() as session:
            assert await part.land(session, desk)
            await session.commit()
    async with county.reading() as session:
        given = [number.rpartition("-")[2] for number in await session.scalars(select(Case.number))]
    assert sorted(given) == ["01", "02", "03", "04"]
    assert await counted(county) == [6, 4, 5]


async def test_a_part_before_which_another_was_lost_does_not_land(county: Database, desk: Desk) -> None:
    await import_rows("households", "农户.csv", [household(1), household(2)], county, desk)
    signals = [signal(f"新{nth}", desk, household_number=f"H{nth}") for nth in (1, 2)]
    async with county.writing() as session:
        await desk.keep_policy(session)
        await session.commit()
    async with county.gathering() as gathering:
        _, second = await work_out(gathering, desk, signals, 1, 1)
    async with county.writing() as session:
        assert not await second.land(session, desk)


class Crowded(Database):
    """Somebody opens a case for the first household whenever a list has been worked out."""

    desk: Desk

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[Gathering]:
        async with super().gathering() as session:
            yield session
        await a_case_is_opened(self, self.desk)


async def test_a_list_come_between_lands_all_the_same(register: Database, desk: Desk) -> None:
    crowded = Crowded(register.url.render_as_string(hide_password=False))
    crowded.desk = desk
    rows = [clue(1), clue(2, household_no="", id_number=id_number(2)), clue(9)]
    report = await import_rows("clues", "线索.csv", rows, crowded, desk)
    await crowded.close()
    assert dict(report.states) == {"merged": 2, "waiting": 1}
    async with register.reading() as session:
        per_case = select(func.count(Clue.id)).where(Clue.case_id.is_not(None)).group_by(Clue.case_id)
        assert sorted(await session.scalars(per_case)) == [2, 2]
