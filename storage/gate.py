"""Programs that hand in clues over HTTP: their keys, and what they were answered (design §7)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import SealedJson

LIVE = text("revoked_at IS NULL")


class ApiKey(Base):
    """A key of a department's program; `mark` is its public beginning, of the rest there is only a digest.

    `dept` None: it may hand in clues of every department. `expires_on` is the last day it is good.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_live_name", "name", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    dept: Mapped[str | None]
    mark: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    made_at: Mapped[datetime]
    expires_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]


class Answer(Base):
    """What a request under an Idempotency-Key was answered; `name` is the key's digest.

    `said` None: it is not answered yet.
    """

    __tablename__ = "answers"
    __table_args__ = (Index("uq_answers_once", "key_id", "name", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    name: Mapped[str]
    content_hash: Mapped[str]
    said: Mapped[dict[str, Any] | None] = mapped_column(SealedJson)
    kept_at: Mapped[datetime] = mapped_column(index=True)
