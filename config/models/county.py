"""Levels, department rules, windows, lines, texts, and the whole policy of a county."""

from datetime import date, time
from functools import cached_property
from typing import Any

from pydantic import Field

from config.models.deadlines import Profile
from config.models.forms import Form
from config.models.part import Name, Part, PolicyFile
from config.models.people import PostRule
from config.models.procedures import Procedure
from config.models.telling import RungRule, Told


class Level(Part):
    label: str
    mark: str
    every_days: int = Field(ge=1)
    words: str


class LevelsFile(PolicyFile):
    levels: dict[Name, Level]
    on_recognition: Name
    on_danger: Name


class ClueRule(Part):
    """One department rule: which urgency, which words (domain §3.2)."""

    dept: str
    rule: str
    words: str = Field(description="卡片上的短语，不写病名金额")
    risk: str | None = None
    urgent_bands: tuple[str, ...] = ()
    muted: bool = False


class ClueRulesFile(PolicyFile):
    suppress_days: int = 90
    bands: tuple[str, ...] = Field(description="由低到高")
    risks: dict[str, str]
    rules: tuple[ClueRule, ...]

    @cached_property
    def by_name(self) -> dict[tuple[str, str], ClueRule]:
        """Each rule by its department and its code."""
        return {(rule.dept, rule.rule): rule for rule in self.rules}

    @cached_property
    def depts(self) -> tuple[str, ...]:
        """The departments that have rules, in their order."""
        return tuple(dict.fromkeys(rule.dept for rule in self.rules))


class Window(Part):
    opens: time
    closes: time


class QuietFile(PolicyFile):
    """Open windows of a working day, budget and morning list (domain §7.2 R3, R4)."""

    windows: tuple[Window, ...] = Field(min_length=1)
    morning: time
    daily_budget: int = 3
    urgent_budget: int = 2
    last_call_minutes: int = Field(default=30, description="窗口关闭前多少分钟发最后一批")


class IncomeLine(Part):
    province: str
    year: int
    effective_from: date
    value: int
    document: str


class IncomeFile(PolicyFile):
    lines: tuple[IncomeLine, ...] = ()


class CalendarFile(PolicyFile):
    """Years whose holidays the State Council has announced; other years are 暂估."""

    announced: tuple[int, ...]


class TextsFile(PolicyFile):
    texts: dict[Name, str]


class CountyFile(PolicyFile):
    """The county's choices among what the other files offer."""

    name: str
    label: str
    province: str
    profile: str
    procedure: Name
    four_together: bool = Field(description="四个同步")


class Policy(Part):
    """Everything a county has decided, read and checked; `digest` is the hash of the content."""

    digest: str
    county: CountyFile
    posts: dict[str, PostRule]
    profiles: dict[str, Profile]
    procedures: dict[str, Procedure]
    forms: dict[str, Form]
    routing: dict[str, tuple[Told, ...]]
    ladders: dict[str, tuple[RungRule, ...]]
    levels: LevelsFile
    clues: ClueRulesFile
    quiet: QuietFile
    income: IncomeFile
    calendar: CalendarFile
    texts: dict[str, str]

    @property
    def profile(self) -> Profile:
        return self.profiles[self.county.profile]

    @property
    def procedure(self) -> Procedure:
        return self.procedures[self.county.procedure]

    def dumped(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
