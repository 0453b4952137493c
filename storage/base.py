"""The declarative base and the naming of constraints, so that migrations can name them."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Date, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, orm_insert_sentinel

from storage.types import Instant

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        date: Date,
        str: String(64),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Flowing:
    """Rows that come by the hundred: an insert sentinel lets SQLite insert them in one statement.

    Without it every row whose key the database makes is a statement of its own, and an import of
    ten thousand signals takes several times as long.
    """

    insert_order: Mapped[int | None] = orm_insert_sentinel(omit_from_statements=True)
