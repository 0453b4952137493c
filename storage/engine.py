"""The engine and the unit of work: a transaction that forgets everything unless told to commit.

Work on cases is done by one writer at a time, on either database: under SQLite's own write lock, or
under an advisory lock of PostgreSQL. Whoever only moves rows it has claimed (senders, the inbox)
needs no such turn on PostgreSQL and works beside the others.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, Row, Select, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from storage import gate, people, post_box, register, work
from storage.base import Base
from storage.bells import Bells, Work
from storage.gathering import Gathering, Sheaf
from storage.one_visit import OneVisit

__all__ = ["Base", "Database", "Unit", "gate", "is_away", "later", "people", "post_box", "register", "work"]

BUSY_MILLISECONDS = 30_000
TURN = 0x6A740001  # the advisory lock of the one writer
CHANNEL = "jintang"
WRITTEN = "written"
READS = ("SELECT", "BEGIN", "PRAGMA")  # what else a statement begins with, a CTE too, may write
POOL = {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}
LOOKING: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
PLAINLY = {"server_settings": {"jit": "off"}}  # compiling a query of ours takes longer than it does
CUT = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError)
OUR_FAULT = (DataError, IntegrityError, ProgrammingError)


def is_away(error: BaseException) -> bool:
    """Whether the database could not do it now (restart, full disk, deadlock): to be tried again."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, OUR_FAULT)
    return isinstance(error, (OSError, *CUT))


@contextmanager
def later(log: Any, event: str, **about: Any) -> Iterator[None]:
    """What the database cannot do now is logged, and left for the next look: the rows keep it."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        log.warning(event, error=type(error).__name__, **about)


@contextmanager
def _cut_is_away() -> Iterator[None]:
    """A connection that is cut while it is used may end as a cancellation nobody asked for.

    A task would end of it without a word; so it is raised as what it is.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionResetError("the connection to the database was cut") from error


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, see _begin
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writing unit takes the write lock at once: read-modify-write is then never lost."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _nothing_written(connection: Connection) -> None:
    connection.info[WRITTEN] = False


def _note_writing(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if not statement.startswith(READS):
        connection.info[WRITTEN] = True


class Unit(AsyncSession):
    """A unit of work; once it is committed, whoever waits for what it made is woken.

    One that has written nothing wakes nobody: who looks for work in a unit, finds none and commits
    would wake itself and others for ever.
    """

    database: "Database"
    rings: Work | None = None

    async def commit(self) -> None:
        rings = self.rings if await self._written() else None
        if rings is not None and not self.database.embedded:
            await self.execute(text("SELECT pg_notify(:channel, :kind)"), {"channel": CHANNEL, "kind": rings})
        await super().commit()
        if rings is not None:
            self.database.bells.ring(rings)

    async def _written(self) -> bool:
        await self.flush()
        if not self.in_transaction():
            return False
        return bool(await (await self.connection()).run_sync(lambda connection: connection.info[WRITTEN]))


class Database:
    """One database: `reading()` for a look, `writing()` for work, `claiming()` for rows one claims."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.bells = Bells()
        how: dict[str, Any] = {"hide_parameters": True}  # an error names no values
        how |= {"module": OneVisit()} if self.embedded else {**POOL, "connect_args": PLAINLY}
        self.engine: AsyncEngine = create_async_engine(self.url, **how)
        self._looking = create_async_engine(self.url, **how, **LOOKING)
        self._turn = asyncio.Lock()
        event.listen(self.engine.sync_engine, "begin", _nothing_written)
        event.listen(self.engine.sync_engine, "before_cursor_execute", _note_writing)
        if self.embedded:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(self.engine.sync_engine, "connect", _pragmas)
            event.listen(self._looking.sync_engine, "connect", _pragmas)
            event.listen(self.engine.sync_engine, "begin", _begin)
        writer = self.engine.execution_options(writing=True)
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(writer, class_=Unit, expire_on_commit=False)
        self._gather = async_sessionmaker(self.engine, class_=Gathering, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        with _cut_is_away():
            async with self._read() as session:
                yield session

    async def look(self, query: Select[Any], given: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """The rows of one query that shares no snapshot with another: a third of what a unit costs."""
        with _cut_is_away():
            async with self._looking.connect() as connection:
                found: Sequence[Row[Any]] = (await connection.execute(query, given)).all()
                return found

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[AsyncConnection]:
        """A connection to keep, each statement by itself."""
        with _cut_is_away():
            async with self._looking.connect() as connection:
                yield connection

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[Gathering]:
        """A look that gathers what writing units shall insert."""
        with _cut_is_away():
            async with self._gather() as session:
                session.sheaf = Sheaf(self.engine.dialect)
                yield session

    @asynccontextmanager
    async def writing(self, rings: Work | None = Work.notices) -> AsyncIterator[Unit]:
        """Work, one unit at a time; the caller commits, leaving without a commit forgets everything."""
        async with self._turn, self._unit(rings) as session:
            if not self.embedded:
                await session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
            yield session

    @asynccontextmanager
    async def claiming(self, rings: Work | None = None) -> AsyncIterator[Unit]:
        """A unit that changes only rows it locks as it reads them, or adds new ones."""
        async with AsyncExitStack() as stack:
            if self.embedded:
                await stack.enter_async_context(self._turn)
            yield await stack.enter_async_context(self._unit(rings))

    @asynccontextmanager
    async def _unit(self, rings: Work | None) -> AsyncIterator[Unit]:
        with _cut_is_away():
            async with self._write() as session:
                session.database, session.rings = self, rings
                yield session

    async def close(self) -> None:
        await self.engine.dispose()
        await self._looking.dispose()
