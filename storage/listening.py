"""Rings of other processes: heard by LISTEN, or seen by what SQLite says of its file.

Beside an embedded database one process does the work, and `jintang import` is another.
"""

import asyncio
from typing import Any

import structlog
from sqlalchemy import text

from storage.bells import Work
from storage.engine import CHANNEL, Database, is_away

log = structlog.get_logger(__name__)
CHECK_SECONDS = 5.0
AGAIN_SECONDS = 1.0
LOOK_SECONDS = 0.2
VERSION = text("PRAGMA data_version")  # changes with every commit of any other connection


async def listen(database: Database, stop: asyncio.Event) -> None:
    """Hears until told to stop; after a lost connection every bell rings: nobody knows what was missed."""
    hear = _watch if database.embedded else _hear
    while not stop.is_set():
        try:
            await hear(database, stop)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("listening_again", error=type(error).__name__)
            await pause(stop, AGAIN_SECONDS)


async def _watch(database: Database, stop: asyncio.Event) -> None:
    """Every bell rings a moment after a commit, whoever made it: a look more costs little."""
    async with database.standing() as connection:
        before = None
        while True:
            if (version := await connection.scalar(VERSION)) != before:
                before = version
                database.bells.ring_all()
            if await pause(stop, LOOK_SECONDS):
                return


async def _hear(database: Database, stop: asyncio.Event) -> None:
    async with database.engine.connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = (await connection.get_raw_connection()).driver_connection

        def heard(_connection: Any, _process: int, _channel: str, kind: str) -> None:
            database.bells.ring(Work(kind))

        await raw.add_listener(CHANNEL, heard)
        database.bells.ring_all()
        try:
            while not await pause(stop, CHECK_SECONDS):
                await connection.scalar(text("SELECT 1"))
        finally:
            if not raw.is_closed():
                await raw.remove_listener(CHANNEL, heard)


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Waits so long, or until told to stop; whether it was told to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
