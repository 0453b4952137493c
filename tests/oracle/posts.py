"""Who hears it (rules §5): the posts, the area tree, and the people who can be reached on a day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .lists import County, Row

LADDER_OF_TIERS = ("grid", "village", "township", "county")
TIER = {
    "grid_worker": "grid",
    "village_clerk": "village",
    "village_head": "village",
    "first_secretary": "village",
    "township_clerk": "township",
    "township_lead": "township",
    "county_clerk": "county",
    "county_lead": "county",
    "city_lead": "city",
}
STANDING_IN = {
    "grid": ("grid_worker",),
    "village": ("village_clerk", "village_head", "first_secretary"),
    "township": ("township_clerk", "township_lead"),
    "county": ("county_clerk", "county_lead"),
}
Place = tuple[str, str]  # post, region


@dataclass(frozen=True, slots=True)
class Heard:
    people: frozenset[str]
    moved: bool = False


class Areas:
    """The tree: which township a village is in, where a post is held seen from a place."""

    def __init__(self, regions: list[Row]) -> None:
        self.parent = {row["code"]: row["parent_code"] for row in regions}
        self.level = {row["code"]: row["level"] for row in regions}

    def up(self, region: str, level: str) -> str:
        """The region of `level` that holds `region`, itself included; a group is not in the list."""
        region = region.split("-")[0]
        while self.level[region] != level:
            region = self.parent[region]
        return region

    def place(self, post: str, region: str) -> Place:
        tier = TIER[post]
        return post, region if tier == "grid" else self.up(region, tier)


class People:
    """The duties of the roster, and who of those on duty can be reached."""

    def __init__(self, county: County, areas: Areas) -> None:
        self.areas = areas
        self.linked = county.linked - county.blocked
        self.duties: dict[Place, list[Row]] = defaultdict(list)
        for row in county.officials:
            self.duties[row["post"], row["region_code"]].append(row)

    def hear(self, place: Place, today: date) -> Heard:
        """Whom a notice for this post at this place reaches."""
        people = self._at(place, today)
        if people or place[0] == "city_lead":
            return Heard(people)
        for other in self._standing_in(place):
            people = self._at(other, today)
            if people:
                return Heard(people, moved=True)
        return Heard(frozenset())

    def _standing_in(self, place: Place) -> list[Place]:
        post, region = place
        tiers = LADDER_OF_TIERS[LADDER_OF_TIERS.index(TIER[post]) :]
        posts = [other for tier in tiers for other in STANDING_IN[tier] if other != post]
        return [self.areas.place(other, region) for other in posts]

    def _at(self, place: Place, today: date) -> frozenset[str]:
        """The holders there who can be reached, or their deputies; a group's own before the village's."""
        for spot in self._spots(place):
            rows = [row for row in self.duties[spot] if _covers(row, today)]
            for column in ("staff_no", "deputy_staff_no"):
                reached = frozenset(row.get(column, "") for row in rows) & self.linked
                if reached:
                    return reached
        return frozenset()

    def _spots(self, place: Place) -> list[Place]:
        post, region = place
        village = region.split("-")[0]
        return [place] if village == region else [place, (post, village)]


def _covers(row: Row, today: date) -> bool:
    ends = row.get("to", "")
    return date.fromisoformat(row["from"]) <= today and (not ends or today <= date.fromisoformat(ends))
