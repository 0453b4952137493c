"""Rings of other processes, heard by LISTEN; an embedded database has no other process."""

import asyncio
from typing import Any

import structlog
from sqlalchemy import text

from storage.bells import Work
from storage.engine import CHANNEL, Database, is_away

log = structlog.get_logger(__name__)
CHECK_SECONDS = 5.0
AGAIN_SECONDS = 1.0


async def listen(database: Database, stop: asyncio.Event) -> None:
    """Hears until told to stop; after a lost connection every bell rings: nobody knows what was missed."""
    while not database.embedded and not stop.is_set():
        try:
            await _hear(database, stop)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("listening_again", error=type(error).__name__)
            await pause(stop, AGAIN_SECONDS)


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
