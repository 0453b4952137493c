"""Who is told what, and the rungs of the ladder (domain §5.2, §9.1)."""

from datetime import time
from enum import StrEnum

from pydantic import Field

from config.models.deadlines import DayKind
from config.models.part import Name, Part, PolicyFile


class Mode(StrEnum):
    now = "now"  # a message of its own, in the next open window
    list = "list"  # a line of the next morning list
    line = "line"  # one line per batch
    count = "count"  # type: ignore[assignment]  # a count per batch, never a case (hides str.count)


class Told(Part):
    post: str = Field(description="岗位名，或 holder、helper")
    mode: Mode


class RoutingFile(PolicyFile):
    """Who is told of which event (domain §5.2)."""

    events: dict[Name, tuple[Told, ...]]


class Anchor(StrEnum):
    created = "created"
    week = "week"  # the Monday of the week of the due date
    half = "half"
    latest = "latest"
    due = "due"
    due_end = "due_end"  # 24:00 of the due day


class Relative(StrEnum):
    """A recipient seen from the task: whoever holds it, and the desks and leads above."""

    holder = "holder"
    head = "head"  # the lead of the holder's own tier
    above_desk = "above_desk"
    above_lead = "above_lead"
    county_desk = "county_desk"


class RungTo(Part):
    post: Relative
    mode: Mode


class RungRule(Part):
    """One rung of the ladder (domain §9.1): a moment counted from an anchor, and who hears."""

    name: Name
    anchor: Anchor
    days: int = 0
    day_kind: DayKind = DayKind.natural
    at: time | None = None
    unless_started: bool = False
    escalates: bool = False
    before_limit: bool = Field(default=False, description="不晚于总期限前最后一个工作时段")
    per_town: bool = False
    to: tuple[RungTo, ...] = Field(min_length=1)


class LadderFile(PolicyFile):
    ladders: dict[Name, tuple[RungRule, ...]]
