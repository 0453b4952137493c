"""What is gathered ahead lands whole, with the keys it counted on, or not at all."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.inserting import insert_rows, keep
from storage.register import Clue
from storage.work import Audit

DAY = date(2026, 3, 12)
AT = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    use_vault(Vault(new_secret()))
    database = Database(database_url)
    yield database
    await database.close()


def clue(number: int) -> Clue:
    return Clue(signal_id=f"YB-{number}", dept="医保", rule="not_insured", received_on=DAY, note="新增大病")


def line(number: int) -> dict[str, object]:
    return {"at": AT, "action": "noted", "case_id": number, "detail": {"nth": number}}


async def kept(database: Database) -> list[tuple[int, str, str | None]]:
    async with database.reading() as session:
        clues = await session.scalars(select(Clue).order_by(Clue.id))
        return [(one.id, one.signal_id, one.note) for one in clues]


async def test_nothing_is_there_before_it_lands_and_all_of_it_after(database: Database) -> None:
    first, second = [clue(1), clue(2)], [clue(3)]
    async with database.gathering() as gathering:
        await keep(gathering, first)
        await insert_rows(gathering, Audit, [line(1), line(2)])
        await keep(gathering, second)
        sheaf = gathering.sheaf
    assert await kept(database) == []
    async with database.writing() as session:
        assert await sheaf.land(session)
        await session.commit()
    assert await kept(database) == [(one.id, one.signal_id, "新增大病") for one in (*first, *second)]
    async with database.reading() as session:
        noted = (await session.scalars(select(Audit).order_by(Audit.id))).all()
    assert [(one.at, one.case_id, one.detail) for one in noted] == [(AT, n, {"nth": n}) for n in (1, 2)]


async def test_keys_are_never_used_twice_whoever_comes_between(database: Database) -> None:
    """A sequence gives keys for good; without one, what counted on the same keys does not land."""
    async with database.gathering() as gathering:
        await keep(gathering, [clue(1), clue(2)])
        sheaf = gathering.sheaf
    async with database.writing() as session:
        session.add(clue(9))
        await session.commit()
    async with database.writing() as session:
        assert await sheaf.land(session) is not database.embedded
        await session.commit()
    names = [name for _, name, _ in await kept(database)]
    assert sorted(names) == (["YB-9"] if database.embedded else ["YB-1", "YB-2", "YB-9"])


async def test_a_row_that_is_there_already_is_left_out_where_that_was_said(database: Database) -> None:
    rows = [{"signal_id": f"YB-{n}", "dept": "医保", "rule": "r", "received_on": DAY} for n in (1, 2)]
    async with database.writing() as session:
        await insert_rows(session, Clue, rows[:1])
        await insert_rows(session, Clue, rows, unless_there=True)
        await session.commit()
    assert [name for _, name, _ in await kept(database)] == ["YB-1", "YB-2"]
