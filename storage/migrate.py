"""Bringing a database to the shape of the models: migrations run by code, on either database."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database

FOLDER = Path(__file__).parent / "migrations"
HEAD = "head"
BASE = "base"


async def upgrade(url: str, revision: str = HEAD) -> None:
    """Migrates upward in one transaction: at any error nothing has changed."""
    await _within(url, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> None:
    """Migrates downward; `BASE` leaves an empty database."""
    await _within(url, lambda config: command.downgrade(config, revision))


async def current(url: str) -> str | None:
    """The revision a database stands at; None before its first migration."""
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await database.close()


def head() -> str:
    """The revision of the models as they are."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None, "there is no migration"
    return found


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _within(url: str, act: Callable[[Config], Any]) -> None:
    database = Database(url)
    try:
        async with database.engine.execution_options(writing=True).connect() as connection:
            if database.embedded:
                await _let_go(connection)
            async with connection.begin():
                await connection.run_sync(lambda sync: act(_config(sync)))
                if database.embedded:
                    await _check_keys(connection)
    finally:
        await database.close()


async def _let_go(connection: AsyncConnection) -> None:
    """SQLite changes a table by making it anew; meanwhile nothing may hold on to the old one."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.execute("PRAGMA foreign_keys=OFF")


async def _check_keys(connection: AsyncConnection) -> None:
    lost = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
    if lost:
        raise CommandError(f"{len(lost)} rows would point nowhere, the first in {lost[0][0]}")


async def revise(url: str, message: str) -> None:
    """Writes the next revision: what the models have and the database at `url`, at head, has not."""
    await upgrade(url)
    await _within(url, lambda config: command.revision(config, message, autogenerate=True))


if __name__ == "__main__":
    import asyncio
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        asyncio.run(revise(f"sqlite+aiosqlite:///{folder}/now.sqlite3", " ".join(sys.argv[1:])))
