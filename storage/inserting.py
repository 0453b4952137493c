"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_for(session: AsyncSession, entity: Any) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what happens to a row that is there already."""
    embedded = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(entity) if embedded else postgresql.insert(entity)
