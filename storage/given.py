"""Rows handed to a statement as one parameter, as JSON: one step for the database, however many they are.

`json_each` makes the same table of an object on both databases: a key and a value for each member.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, bindparam, cast, column, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.types import Instant

GIVEN = func.json_each(bindparam("given", type_=JSON)).table_valued(column("value", JSON)).alias("given")


def rows(given: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The parameter `given` of a statement that takes rows."""
    return {str(nth): one for nth, one in enumerate(given)}


def whole(name: str) -> ColumnElement[int]:
    """A whole number of each row."""
    return cast(words(name), BigInteger)


def words(name: str) -> ColumnElement[str]:
    found: ColumnElement[str] = GIVEN.c.value[name].as_string()
    return found


class instant(FunctionElement[datetime]):
    """An instant of each row, packed by `packed_instant`."""

    type = Instant()
    inherit_cache = True

    def __init__(self, name: str) -> None:
        super().__init__(words(name))


@compiles(instant)
def _cast(element: instant, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AS TIMESTAMP WITH TIME ZONE)"


@compiles(instant, "sqlite")
def _as_it_stands(element: instant, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.clauses, **how)


def packed_instant(moment: datetime, dialect: str) -> str:
    """As SQLite keeps it, and as PostgreSQL reads it."""
    plain = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return plain if dialect == "sqlite" else plain + "+00"
