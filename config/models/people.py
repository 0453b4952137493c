"""Posts and tiers (domain §5.1)."""

from enum import StrEnum

from pydantic import Field

from config.models.part import Name, Part, PolicyFile


class Tier(StrEnum):
    grid = "grid"
    village = "village"
    township = "township"
    county = "county"
    city = "city"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {tier: rank for rank, tier in enumerate(Tier)}


class PostRule(Part):
    """A role of officials: its Chinese name, its tier, and whether two may hold it at one place."""

    label: str
    tier: Tier
    single_holder: bool = False
    stands_in: int = Field(default=0, description="同级代办顺序，小的先找；0 表示不代办")


class PostsFile(PolicyFile):
    posts: dict[Name, PostRule]
