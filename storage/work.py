"""The work: Case, Task, Rung, FollowUp, Draft, Submission, the frozen policy and the audit rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, Flowing
from storage.states import index_of, index_where
from storage.types import Sealed, SealedJson


class PolicyVersion(Base):
    """A policy as it stood, by the hash of its content (promise 4)."""

    __tablename__ = "policy_versions"
    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    stored_at: Mapped[datetime]


class Case(Flowing, Base):
    """The one open matter of a household (一户一案); its number never changes."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open_household",
            "household_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        index_where("ask_again_on IS NOT NULL", "ix_cases_ask_again", "ask_again_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"), index=True)
    policy_digest: Mapped[str] = mapped_column(ForeignKey("policy_versions.digest"))
    profile: Mapped[str]
    procedure: Mapped[str]
    start_on: Mapped[date]
    opened_on: Mapped[date] = mapped_column(index=True)
    limit_on: Mapped[date]
    urgent: Mapped[bool] = mapped_column(default=False)
    level: Mapped[str | None] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(String(20), default="verifying")
    words: Mapped[str] = mapped_column(String(80), default="")
    sources: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[str | None] = mapped_column(String(32))
    candidate_on: Mapped[date | None]
    recognised_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    ask_again_on: Mapped[date | None]
    clock_stopped_on: Mapped[date | None]
    income_line: Mapped[str | None] = mapped_column(String(80))
    category: Mapped[str | None] = mapped_column(String(32))


class Task(Flowing, Base):
    """A step waiting for a post, on a case or on an unmatched clue.

    `due_on` is the date that counts, `latest_on` the last feasible one; both are local dates.
    `asks`: the groups and questions a step was sent back for; None where it is asked whole.
    `state`: open, done, cancelled, returned.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "uq_tasks_open_step",
            "case_id",
            "step",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_tasks_holder", "state", "post", "region_code"),
        Index("ix_tasks_due", "state", "due_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    clue_id: Mapped[int | None] = mapped_column(ForeignKey("clues.id"), index=True)
    procedure: Mapped[str]
    step: Mapped[str]
    round: Mapped[int] = mapped_column(default=1)
    post: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("regions.code"))
    assigned_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="open")
    opened_at: Mapped[datetime]
    opens_on: Mapped[date]
    planned_on: Mapped[date]
    latest_on: Mapped[date]
    due_on: Mapped[date]
    due_version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime | None]
    expected_on: Mapped[date | None]
    attempts: Mapped[int] = mapped_column(default=0)
    asks: Mapped[list[Any] | None]
    excuse: Mapped[str | None] = mapped_column(String(32))
    assisted_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    happened_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None]


class Rung(Base):
    """One reminder or escalation; `state`: pending, fired, born_late, superseded."""

    __tablename__ = "rungs"
    __table_args__ = (
        Index("uq_rungs_once", "task_id", "due_version", "name", "post", "region_code", unique=True),
        index_of("pending", "ix_rungs_due", "fires_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    due_version: Mapped[int]
    name: Mapped[str]
    to: Mapped[str] = mapped_column(String(16))
    post: Mapped[str]
    region_code: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(8))
    escalates: Mapped[bool] = mapped_column(default=False)
    per_town: Mapped[bool] = mapped_column(default=False)
    unless_started: Mapped[bool] = mapped_column(default=False)
    fires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="pending")
    fired_at: Mapped[datetime | None]


class FollowUp(Base):
    """One open visit per household, its cadence by level (domain §2.5)."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "uq_follow_ups_open_household",
            "household_id",
            unique=True,
            sqlite_where=text("done_on IS NULL"),
            postgresql_where=text("done_on IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    due_on: Mapped[date]
    done_on: Mapped[date | None]


class Draft(Base):
    """An unfinished answer sheet, saved after each answer; `revision` guards every press."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_holder", "official_id", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str]
    policy_digest: Mapped[str] = mapped_column(ForeignKey("policy_versions.digest"))
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    answers: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    marked: Mapped[list[Any]] = mapped_column(default=list)
    asking: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[str | None] = mapped_column(String(64))
    editing: Mapped[bool] = mapped_column(default=False)
    confirming: Mapped[str | None] = mapped_column(String(160))
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(12), default="open")
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]


class Submission(Base):
    """A finished answer sheet; `happened_on` is stated, `recorded_at` is measured."""

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"), unique=True)
    form: Mapped[str]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    outcome: Mapped[str] = mapped_column(String(32))
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
    on_behalf: Mapped[bool] = mapped_column(default=False)
    late_entry: Mapped[bool] = mapped_column(default=False)


class Feedback(Base):
    """投诉建议, to the county's desk; the sender may stay unnamed (R12)."""

    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    official_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    words: Mapped[str] = mapped_column(Sealed)
    sent_at: Mapped[datetime]


class Audit(Flowing, Base):
    """Who did what when, written in the commit that did it; rows are never changed or removed."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(index=True)
    task_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]


class Marker(Base):
    """A named fact about the installation: 演练, the morning already told, the poll offset."""

    __tablename__ = "markers"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
