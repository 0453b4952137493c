"""250 read-modify-writes of one row at once, without and with a writing unit; see decision 0003."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Database

WRITERS = 250
Unit = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def add_one(unit: Unit) -> None:
    async with unit() as session:
        count = await session.scalar(text("SELECT n FROM counted"))
        await asyncio.sleep(0.001)
        await session.execute(text("UPDATE counted SET n = :n"), {"n": (count or 0) + 1})
        await session.commit()


async def measured(url: str, name: str) -> None:
    database = Database(url)
    async with database.writing() as session:
        await session.execute(text("DROP TABLE IF EXISTS counted"))
        await session.execute(text("CREATE TABLE counted AS SELECT 0 AS n"))
        await session.commit()
    unit: Unit = getattr(database, name)
    done = await asyncio.gather(*(add_one(unit) for _ in range(WRITERS)), return_exceptions=True)
    refused = sum(isinstance(one, DBAPIError) for one in done)
    async with database.reading() as session:
        kept = await session.scalar(text("SELECT n FROM counted"))
    print(f"{name}(): {kept} of {WRITERS} kept, {refused} refused")
    await database.close()


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("reading", "writing"):
            await measured(f"sqlite+aiosqlite:///{folder}/counted.sqlite3", name)


asyncio.run(main())
