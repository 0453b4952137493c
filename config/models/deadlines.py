"""Deadline profiles (domain §2.4)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.models.part import Misplaced, Name, Part, PolicyFile


class DayKind(StrEnum):
    natural = "natural"
    working = "working"


class Profile(Part):
    """A deadline profile: total, kind of days, and the planned day of each step (domain §2.4)."""

    label: str
    total: int = Field(ge=1)
    days: DayKind
    publicity_days: int = Field(default=5, ge=1, description="公示整天数，张贴当天不算")
    plan: dict[Name, int] = Field(description="环节 → 第几天办完，受理当天为 0")

    @model_validator(mode="after")
    def _within_total(self) -> Self:
        for step, day in self.plan.items():
            if day > self.total:
                raise Misplaced(f"环节 {step} 排在总期限 {self.total} 天之后，请改天数", "plan", step)
        return self


class ProfilesFile(PolicyFile):
    profiles: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Profile]
