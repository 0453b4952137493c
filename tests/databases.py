"""Where a test gets its database from: a file of its own, or a database of its own on a server.

A prepared county is copied for each test: a file by copying it, a database by making it the template.
"""

import itertools
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from storage.engine import Base, Database

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)
SERVER = os.environ.get("JINTANG_TEST_POSTGRESQL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
_numbers = itertools.count(1)
_kind = SQLITE


def use(kind: str) -> None:
    """From now on databases are of this kind."""
    global _kind
    _kind = kind


def kind() -> str:
    return _kind


async def new(folder: Path, name: str = "county") -> str:
    """The address of an empty database."""
    if _kind == SQLITE:
        return f"sqlite+aiosqlite:///{folder}/{name}.sqlite3"
    return await _create("template0")


async def copy(source: str, folder: Path, name: str = "county") -> str:
    """The address of a copy; nobody may be connected to `source`."""
    if _kind == SQLITE:
        file = folder / f"{name}.sqlite3"
        shutil.copyfile(str(make_url(source).database), file)
        return f"sqlite+aiosqlite:///{file}"
    return await _create(str(make_url(source).database))


async def drop(url: str) -> None:
    """Takes a database off the server; a file goes with its folder."""
    if make_url(url).get_backend_name() == POSTGRESQL:
        await _command(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


async def cut(url: str) -> None:
    """Ends every connection to a database of the server, as a restart would."""
    name = make_url(url).database
    others = f"datname = '{name}' AND pid <> pg_backend_pid()"
    await _command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@asynccontextmanager
async def copied(source: str, folder: Path, name: str = "county") -> AsyncIterator[str]:
    """A copy for as long as the block runs."""
    url = await copy(source, folder, name)
    try:
        yield url
    finally:
        await drop(url)


@asynccontextmanager
async def fresh(folder: Path, name: str = "county") -> AsyncIterator[str]:
    """An empty database with all its tables, for as long as the block runs."""
    url = await new(folder, name)
    try:
        await create_tables(url)
        yield url
    finally:
        await drop(url)


async def create_tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()


async def settle(database: Database) -> None:
    """Everything is in the file, and nobody is connected."""
    if database.embedded:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await database.close()


async def everything(session: AsyncSession) -> str:
    """All rows of all tables as they are kept, in one text to be searched."""
    tables = [await session.execute(text(f'SELECT * FROM "{name}"')) for name in Base.metadata.tables]
    return "\n".join(str(row) for rows in tables for row in rows)


async def _create(template: str) -> str:
    name = f"jintang_test_{os.getpid()}_{next(_numbers)}"
    await _command(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


async def _command(words: str) -> None:
    engine = create_async_engine(SERVER, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(words))
    await engine.dispose()


async def drop_all() -> None:
    """Takes everything off the server that this process has made there."""
    engine = create_async_engine(SERVER, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        like = {"name": f"jintang_test_{os.getpid()}_%"}
        names = await connection.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE :name"), like
        )
        for name in names.all():
            await connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    await engine.dispose()


async def check_server() -> None:
    """Raises what the server, or its absence, has to say."""
    await _command("SELECT 1")
