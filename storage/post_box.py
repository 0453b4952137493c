"""Words on their way in and out: Notice, Delivery, Pace, Inbox (design §4, promises 1, 2 and 6).

`retry_at`, `leased_until` and the paces are real time; everything else is policy time (design §5).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Flowing
from storage.states import index_of, index_where
from storage.types import SealedJson

QUEUED_STATES = ("planned", "deferred", "leased")  # on their way out
QUEUED = text(f"state IN {QUEUED_STATES}")
TO_PERSONS, TO_CHATS = "official_id IS NOT NULL AND chat_id IS NULL", "chat_id IS NOT NULL"


def _queue(name: str, *columns: str, whose: str = "") -> Index:
    """An index of what is on its way out only, so that what has arrived costs nothing."""
    return index_where(f"{QUEUED.text} AND {whose}" if whose else QUEUED.text, name, *columns)


class Notice(Flowing, Base):
    """What one post, or one chat, is to be told; `state` is one of `notifications.states.State`."""

    __tablename__ = "notices"
    __table_args__ = (
        index_of("pending", "ix_notices_pending", "not_before"),
        index_of("held", "ix_notices_held", "id"),
        index_of("parked", "ix_notices_parked", "id"),
        index_of("staged", "ix_notices_staged", "batch", "region_code"),
        index_where("sent_on IS NOT NULL", "ix_notices_sent_on", "sent_on"),
        _queue("ix_notices_queue", "lane", "id"),
        _queue("ix_notices_queue_person", "official_id", "lane", "id", whose=TO_PERSONS),
        _queue("ix_notices_queue_chat", "chat_id", "lane", "id", whose=TO_CHATS),
        Index("ix_notices_person_day", "official_id", "sent_on"),
        Index("uq_notices_once", "once", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    once: Mapped[str | None] = mapped_column(String(160))
    kind: Mapped[str]
    event: Mapped[str | None] = mapped_column(String(80))
    batch: Mapped[str | None] = mapped_column(String(80))
    post: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(String(20))
    official_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"), index=True)
    facts: Mapped[dict[str, Any]]
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    lane: Mapped[int] = mapped_column(default=3)
    urgent: Mapped[bool] = mapped_column(default=False)
    collapse: Mapped[bool] = mapped_column(default=False)
    moved: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(20), default="pending")
    not_before: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    useless_after: Mapped[datetime | None]
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"), index=True)
    edits_message: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    resent: Mapped[bool] = mapped_column(default=False)
    spoken: Mapped[list[Any]] = mapped_column(default=list)
    not_to: Mapped[list[Any]] = mapped_column(default=list)
    bot_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_on: Mapped[date | None]
    sent_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    accepted_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt to hand a notice to a channel."""

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(Text)


WAITING = text("state = 'waiting'")


class Pace(Base):
    """How fast one bot, or one chat of it, is written to; shared by all senders.

    `next_at` is when it is even again with its rate, `paused_until` what a 429 has asked for.
    """

    __tablename__ = "paces"
    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    of: Mapped[str] = mapped_column(String(32), primary_key=True)
    next_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]


class Inbox(Base):
    """An update as it came in, written before it is acknowledged; emptied once handled."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("uq_inbox_once", "bot_id", "update_id", unique=True),
        Index("ix_inbox_waiting", "chat_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any] | None] = mapped_column(SealedJson)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
