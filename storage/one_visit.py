"""SQLite at one visit to its thread for each statement.

aiosqlite keeps a connection in a thread of its own. SQLAlchemy's cursor goes there four times for a
statement: to make a cursor, to execute, to fetch, to close. Each time it waits for the loop to come
round again, which on a busy loop is most of what a statement costs. Here one visit does all four.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

Executed = tuple[Any, list[Any], int, int | None]


def _execute(connection: sqlite3.Connection, operation: str, parameters: Sequence[Any]) -> Executed:
    return _all_of(connection.execute(operation, parameters))


def _execute_many(connection: sqlite3.Connection, operation: str, parameters: Sequence[Any]) -> Executed:
    return _all_of(connection.executemany(operation, parameters))


def _all_of(cursor: sqlite3.Cursor) -> Executed:
    """What a statement came to; its cursor is closed."""
    found = cursor.description, cursor.fetchall(), cursor.rowcount, cursor.lastrowid
    cursor.close()
    return found


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what the one visit has brought."""

    __slots__ = ("_description", "_last_row", "_row_count")

    def __init__(self, adapt_connection: "_Connection") -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows: deque[Any] = deque()
        self._description: Any = None
        self._row_count = -1
        self._last_row: int | None = None

    @property
    def description(self) -> Any:
        return self._description

    @property
    def rowcount(self) -> int:
        return self._row_count

    @property
    def lastrowid(self) -> Any:
        return self._last_row

    def execute(self, operation: Any, parameters: Any = ()) -> None:
        self._visit(_execute, operation, parameters)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._visit(_execute_many, operation, seq_of_parameters)

    def _visit(self, act: Callable[..., Executed], operation: str, parameters: Any) -> None:
        try:
            found = await_(self._there(act, operation, parameters or ()))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._description, rows, self._row_count, self._last_row = found
        self._rows = deque(rows)

    async def _there(self, act: Callable[..., Executed], operation: str, parameters: Any) -> Executed:
        there: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            found: Executed = await there._execute(act, there._conn, operation, parameters)
            return found

    async def _async_soft_close(self) -> None:
        """Closed already."""

    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls: Any = _Cursor


class OneVisit(AsyncAdapt_aiosqlite_dbapi):
    """The module SQLAlchemy's SQLite dialect is to use, see `create_async_engine(module=…)`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> _Connection:
        return _Connection(self, super().connect(*arg, **kw)._connection)
