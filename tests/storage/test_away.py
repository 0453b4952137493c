"""A database that is away, or a connection that is cut, is left for the next look; nothing else is."""

import asyncio

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.engine import Database, is_away, later
from tests import databases

log = structlog.get_logger(__name__)


def test_what_is_our_own_fault_is_not_put_off() -> None:
    with structlog.testing.capture_logs() as said:
        with later(log, "later", what="x"):
            raise OperationalError("", None, Exception("disk is full"))
        with later(log, "later", what="x"):
            raise ConnectionRefusedError
        with pytest.raises(ValueError, match="wrong"), later(log, "later"):
            raise ValueError("wrong")
    assert [one["error"] for one in said] == ["OperationalError", "ConnectionRefusedError"]


async def test_a_cancellation_nobody_asked_for_is_a_connection_that_was_cut(database_url: str) -> None:
    database = Database(database_url)

    async def cut() -> None:
        async with database.reading():
            raise asyncio.CancelledError

    with pytest.raises(ConnectionResetError):
        await asyncio.create_task(cut())
    await database.close()


async def test_one_that_was_asked_for_stays_one(database_url: str) -> None:
    database, begun = Database(database_url), asyncio.Event()

    async def wait() -> None:
        async with database.reading():
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.close()


@pytest.mark.postgresql_only(reason="an embedded database has no connection to be cut")
async def test_after_every_connection_was_cut_work_goes_on(database_url: str) -> None:
    database = Database(database_url)

    async def cut() -> None:
        async with database.writing() as session:
            await databases.cut(database_url)
            await session.execute(text("SELECT 1"))

    with pytest.raises((DBAPIError, OSError)) as error:
        await cut()
    assert is_away(error.value)
    async with database.writing() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()
