"""Where one must lead: an advisory lock of PostgreSQL, or a locked file beside an embedded database.

Either is given back by the database or the kernel when its holder dies; another then takes over.
"""

import asyncio
import fcntl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database, is_away
from storage.listening import pause

log = structlog.get_logger(__name__)
LEAD = 0x6A740002  # the class of these advisory locks
TRY_SECONDS = 1.0

Work = Callable[[asyncio.Event], Awaitable[None]]


async def lead(database: Database, name: str, stop: asyncio.Event, work: Work) -> None:
    """Works while leading, again and again; `work` is given the event that tells it to end."""
    while not stop.is_set():
        try:
            async with _leading(database, name) as lost:
                if lost is not None:
                    await _work(work, stop, lost)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("lead_lost", name=name, error=type(error).__name__)
        await pause(stop, TRY_SECONDS)


async def _work(work: Work, stop: asyncio.Event, lost: asyncio.Event) -> None:
    """Works until told to stop or the lead is lost."""
    end = asyncio.Event()
    waits = [asyncio.create_task(event.wait()) for event in (stop, lost)]
    for wait in waits:
        wait.add_done_callback(lambda _: end.set())
    try:
        await work(end)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


@asynccontextmanager
async def _leading(database: Database, name: str) -> AsyncIterator[asyncio.Event | None]:
    """The event of losing the lead; None where another leads."""
    if database.embedded:
        with file_lock(database, name) as mine:
            yield asyncio.Event() if mine else None
        return
    async with database.engine.connect() as raw:
        connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
        keys = {"lead": LEAD, "name": zlib.crc32(name.encode()) - 2**31}
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(:lead, :name)"), keys):
            yield None
            return
        async with _watched(connection) as lost:
            yield lost
        with suppress(Exception):  # a connection that is gone has given it back
            await connection.scalar(text("SELECT pg_advisory_unlock(:lead, :name)"), keys)


@asynccontextmanager
async def _watched(connection: AsyncConnection) -> AsyncIterator[asyncio.Event]:
    """The event that is set when the connection, and the lead with it, is gone."""
    lost, stop = asyncio.Event(), asyncio.Event()

    async def watch() -> None:
        try:
            while not await pause(stop, TRY_SECONDS):
                await connection.scalar(text("SELECT 1"))
        except Exception:
            lost.set()

    watching = asyncio.create_task(watch())
    try:
        yield lost
    finally:
        stop.set()
        await watching


@contextmanager
def file_lock(database: Database, name: str) -> Iterator[bool]:
    """Whether the lock is ours; a database in memory has no rival."""
    file = database.url.database
    if not file or file == ":memory:":
        yield True
        return
    with open(f"{file}.{name.replace(':', '-')}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
