"""States written out in a query, so that SQLite sees that an index of just those rows fits."""

from sqlalchemy import ColumnElement, Index, bindparam, text
from sqlalchemy.orm import InstrumentedAttribute


def being(column: InstrumentedAttribute[str], state: str) -> ColumnElement[bool]:
    """The column holds this state; a parameter would hide from SQLite which one."""
    return column == bindparam(None, str(state), literal_execute=True)


def index_of(state: str, name: str, *columns: str) -> Index:
    """An index of the rows in one state: what is over costs nothing, however much it is."""
    return index_where(f"state = '{state}'", name, *columns)


def index_where(condition: str, name: str, *columns: str) -> Index:
    """An index of the rows for which the condition holds."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))
