"""Inserting by the hundred: the objects have their keys, and what is changed later is kept like any other."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from storage.inserting import insert_rows, keep, take_keys
from storage.register import Clue
from storage.work import Audit

DAY = date(2026, 3, 12)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    use_vault(Vault(new_secret()))
    database = Database(database_url)
    yield database
    await database.close()


def clue(number: int) -> Clue:
    return Clue(signal_id=f"YB-{number}", dept="医保", rule="not_insured", received_on=DAY, note="新增大病")


async def test_kept_objects_have_their_keys_and_are_tracked(database: Database) -> None:
    clues = [clue(number) for number in range(300)]
    async with database.writing() as session:
        await keep(session, clues)
        clues[7].state = "open"
        await session.commit()
    async with database.reading() as session:
        found = (await session.scalars(select(Clue).order_by(Clue.id))).all()
    assert [(one.id, one.signal_id) for one in found] == [(one.id, one.signal_id) for one in clues]
    assert [one.signal_id for one in found if one.state == "open"] == ["YB-7"]


async def test_what_is_not_named_has_its_default(database: Database) -> None:
    async with database.writing() as session:
        await keep(session, [clue(1)])
        await session.commit()
    async with database.reading() as session:
        found = (await session.scalars(select(Clue))).one()
    assert (found.state, found.direction, found.urgent, found.case_id) == ("waiting", "漏", False, None)
    assert found.note == "新增大病"


async def test_keys_go_on_beside_rows_that_were_added_one_by_one(database: Database) -> None:
    async with database.writing() as session:
        session.add(clue(1))
        await keep(session, [clue(2), clue(3)])
        session.add(clue(4))
        await session.flush()
        ids = (await session.scalars(select(Clue.id).order_by(Clue.signal_id))).all()
        assert ids == sorted(set(ids))
        assert min(await take_keys(session, Clue, 2)) > max(ids)


async def test_rows_go_in_without_becoming_objects(database: Database) -> None:
    at = datetime(2026, 3, 12, 9, tzinfo=UTC)
    row = {
        "at": at,
        "actor_id": None,
        "action": "case.opened",
        "task_id": None,
        "detail": {"clues": ["YB-1"]},
    }
    async with database.writing() as session:
        await insert_rows(session, Audit, [])
        await insert_rows(session, Audit, [{**row, "case_id": number} for number in range(3)])
        await session.commit()
    async with database.reading() as session:
        found = (await session.scalars(select(Audit).order_by(Audit.id))).all()
    assert [(one.case_id, one.at, one.detail) for one in found] == [(n, at, row["detail"]) for n in range(3)]
