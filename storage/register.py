"""Households and the signals about them: Household, Member, Clue, Batch (design §3)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Flowing
from storage.states import index_of
from storage.types import Sealed


class Household(Base):
    """A household of the register; `number` is unique in the county and never shown with a name."""

    __tablename__ = "households"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), index=True)
    village_code: Mapped[str] = mapped_column(String(20), index=True)
    group: Mapped[str | None] = mapped_column(String(12))
    head_name: Mapped[str | None] = mapped_column(Sealed)
    members: Mapped[int | None]
    kind: Mapped[str | None]
    labour: Mapped[str | None]
    level: Mapped[str | None] = mapped_column(String(12))
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    provisional: Mapped[bool] = mapped_column(default=False)


class Member(Base):
    """A person of a household, found by the keyed hash of the ID number."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(Sealed)
    id_hash: Mapped[str | None] = mapped_column(index=True)


class Batch(Base):
    """One import of a file: the same file twice changes nothing."""

    __tablename__ = "batches"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(index=True)
    imported_at: Mapped[datetime]
    rows: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    told: Mapped[bool] = mapped_column(default=False)


class Clue(Flowing, Base):
    """One signal; it always gets its own result (domain §3.3a).

    `state`: waiting (no household yet), open (with a case), suppressed (R16), done.
    """

    __tablename__ = "clues"
    __table_args__ = (
        index_of("waiting", "ix_clues_waiting", "id"),
        Index("ix_clues_received_on", "received_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    dept: Mapped[str]
    rule: Mapped[str]
    event_on: Mapped[date | None]
    received_on: Mapped[date]
    village_code: Mapped[str | None] = mapped_column(String(20))
    household_number: Mapped[str | None]
    id_hash: Mapped[str | None] = mapped_column(index=True)
    person_role: Mapped[str | None] = mapped_column(String(20))
    risk: Mapped[str | None] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(8), default="漏")
    band: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Sealed)
    urgent: Mapped[bool] = mapped_column(default=False)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    other_address: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    result: Mapped[str | None] = mapped_column(String(32))
    result_on: Mapped[date | None]
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
