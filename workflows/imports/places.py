"""The area tree as a list sees it: which code is known, what it became, which group is meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.imports.cells import Unfit, code, group_number

LEVELS = {"city": "市", "county": "县", "township": "乡镇", "village": "村", "group": "组"}
RANKS = {level: rank for rank, level in enumerate(LEVELS)}
CODE = re.compile(r"[0-9]{12}")
GROUP_CODE = re.compile(r"([0-9]{12})-([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class RegionFact:
    """A region as it is kept."""

    code: str
    name: str
    parent_code: str | None
    level: str
    valid_to: date | None = None
    successor: str | None = None

    def gone(self, today: date) -> bool:
        return self.valid_to is not None and self.valid_to < today


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household lives or a post is held; a group may yet have to be made."""

    code: str
    level: str
    village_code: str | None = None
    group: str | None = None


def group_place(village_code: str, number: str) -> Place:
    return Place(f"{village_code}-{number}", "group", village_code, f"{int(number)}组")


def place_of(region_code: str, level: str) -> Place:
    """The place of a region that is kept."""
    parts = GROUP_CODE.fullmatch(region_code)
    if parts:
        return group_place(parts[1], parts[2])
    return Place(region_code, level, region_code if level == "village" else None)


def group_region(place: Place) -> RegionFact:
    """The region of a group, to be created where it does not exist."""
    return RegionFact(place.code, place.group or "", place.village_code, "group")


class Tree:
    """All regions by code on a given day."""

    def __init__(self, regions: Mapping[str, RegionFact], today: date) -> None:
        self.regions = regions
        self.today = today

    def current(self, text: str) -> RegionFact:
        """The region of a 12-digit code; a merged one is followed to what it became."""
        found = self.regions.get(text)
        if found is None:
            raise Unfit(_unknown(text))
        seen = {text}
        while found.gone(self.today):
            following = self.regions.get(found.successor or "")
            if following is None or following.code in seen:
                raise Unfit(f"{text} 已撤销，请改写现在的代码")
            seen.add(following.code)
            found = following
        return found

    def place(self, text: str, group: str | None = None) -> Place:
        """The place named by a region code and, for a village, the two digits of the group beside it."""
        parts = GROUP_CODE.fullmatch(code(text))
        if parts:
            return self._group(parts[1], parts[2], group)
        region = self.current(code(text))
        if group and region.level == "village":
            return group_place(region.code, group)
        if group:
            raise Unfit(f"{region.code} 是{LEVELS[region.level]}代码，写了组就要写到村")
        return Place(region.code, region.level, region.code if region.level == "village" else None)

    def _group(self, village: str, number: str, beside: str | None) -> Place:
        region = self.current(village)
        if region.level != "village":
            raise Unfit(f"{village} 不是村代码，组要挂在村下面")
        place = group_place(region.code, group_number(number))
        if beside and beside != place.code[-2:]:
            raise Unfit("里的组和“组”一列不一样，请改成一样的")
        return place

    def village(self, text: str) -> str:
        """The 12-digit code of a village; a group's code counts for its village."""
        place = self.place(text)
        if place.village_code is None:
            raise Unfit(f"{place.code} 是{LEVELS[place.level]}代码，请写村代码")
        return place.village_code


def _unknown(text: str) -> str:
    if not CODE.fullmatch(text):
        return "不是 12 位行政区划代码，请核对"
    return f"{text} 不在行政区划里，请核对，或先导入行政区划"
