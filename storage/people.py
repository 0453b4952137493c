"""Regions and those responsible for them: Region, Official, Duty, LinkToken (design §3)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import Sealed


class Region(Base):
    """A node of the 12-digit area tree; a group is a child `village_code-NN`."""

    __tablename__ = "regions"
    __table_args__ = (Index("ix_regions_level", "level", "code"),)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    valid_to: Mapped[date | None]
    successor: Mapped[str | None] = mapped_column(String(20))


class Official(Base):
    """A responsible person; reachable when linked and not blocked, through the bot they linked with."""

    __tablename__ = "officials"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Sealed)
    phone: Mapped[str] = mapped_column(Sealed)
    phone_hash: Mapped[str] = mapped_column(index=True)
    chat_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    bot_id: Mapped[int | None] = mapped_column(BigInteger)
    linked_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]


class Duty(Base):
    """Who holds which post at which region from when to when; both days count."""

    __tablename__ = "duties"
    __table_args__ = (
        Index("ix_duties_post_region", "post", "region_code"),
        Index("ix_duties_deputy", "deputy_id"),
        Index("uq_duties_once", "official_id", "post", "region_code", "from_on", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), index=True)
    post: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))


class Leave(Base):
    """Days on which a person is away, both counted, and who stands in."""

    __tablename__ = "leaves"
    __table_args__ = (Index("ix_leaves_to_on", "to_on", "from_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    deputy_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))


class LinkToken(Base):
    """A single-use invitation to link, kept as a hash."""

    __tablename__ = "link_tokens"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Linking(Base):
    """A chat that opened an invitation and has yet to share its own contact."""

    __tablename__ = "linkings"
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(ForeignKey("link_tokens.token_hash"))
    wrong: Mapped[int] = mapped_column(default=0)
