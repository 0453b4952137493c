"""The piece every policy file is made of: what it may hold, what it states about itself."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.expressions import compiled


def _readable(source: str) -> str:
    compiled(source)
    return source


Expression = Annotated[str, AfterValidator(_readable)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Misplaced(ValueError):
    """A mistake that belongs to a part of the model: `place` leads there from the model itself."""

    def __init__(self, message: str, *place: str | int) -> None:
        super().__init__(message)
        self.place = place


class Part(BaseModel):
    """A piece of a policy file: unknown words are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyFile(Part):
    """What every policy file states about itself."""

    version: int = Field(ge=1)
    effective_from: date
    source: str = Field(min_length=2, description="文号或出处")
