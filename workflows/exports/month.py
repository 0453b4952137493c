"""The numbers of a month by village, once, so that nobody below is asked for them (domain §7.2 R10).

Villages stand in the order of their codes; no person is in it, and no order of merit (R1).
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from config.models import Tier
from config.wording import village_name
from notifications.roster import Areas
from storage.people import Region
from storage.register import Clue, Household
from storage.work import Case, FollowUp, Task

PLACE = ("区划代码", "乡镇", "村")
NUMBERS = ("新线索", "涉及户", "核实", "没有风险", "就地解决", "拟纳入", "纳入监测", "走访", "月末在办")
HEADER = (*PLACE, *NUMBERS)
CHECKS = ("visit", "recheck")
VILLAGE = func.coalesce(Household.village_code, Clue.village_code)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; both days count."""

    first: date

    @property
    def last(self) -> date:
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    def holds(self, day: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return day.between(self.first, self.last)


async def by_village(session: AsyncSession, areas: Areas, month: Month) -> AsyncIterator[Sequence[str]]:
    """The rows of `HEADER`, every village of the tree, also those where nothing happened."""
    counted = await _counted(session, month)
    there = Region.valid_to.is_(None) | Region.code.in_(counted)
    query = select(Region.code).where(Region.level == "village", there).order_by(Region.code)
    villages = (await session.scalars(query)).all()
    await areas.learn(session, villages)
    for code in villages:
        town = areas.above(code, Tier.township)
        numbers = counted.get(code, {})
        shown = [str(numbers.get(name, 0)) for name in NUMBERS]
        yield code, areas.name(town) if town else "", village_name(areas.name(code)), *shown


async def _counted(session: AsyncSession, month: Month) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, query in _queries(month).items():
        for village, number in await session.execute(query):
            if village is not None:
                found[village][name] = number
    return found


def _queries(month: Month) -> dict[str, Select[Any, int]]:
    """A number for each village, by the heading of its column."""
    clues = (
        select(VILLAGE, func.count(Clue.id))
        .select_from(Clue)
        .outerjoin(Household, Household.id == Clue.household_id)
        .where(month.holds(Clue.received_on))
        .group_by(VILLAGE)
    )
    households = clues.with_only_columns(VILLAGE, func.count(distinct(Clue.household_id)))
    checks = (
        select(Household.village_code, func.count(Task.id))
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .join(Household, Household.id == Case.household_id)
        .where(Task.step.in_(CHECKS), Task.state == "done", month.holds(Task.happened_on))
        .group_by(Household.village_code)
    )
    visits = (
        select(Household.village_code, func.count(FollowUp.id))
        .join(Household, Household.id == FollowUp.household_id)
        .where(month.holds(FollowUp.done_on))
        .group_by(Household.village_code)
    )
    return {
        "新线索": clues,
        "涉及户": households,
        "核实": checks,
        "没有风险": checks.where(Task.outcome == "no_risk"),
        "就地解决": checks.where(Task.outcome == "solved"),
        "拟纳入": checks.where(Task.outcome == "candidate"),
        "纳入监测": _cases(month.holds(Case.recognised_on)),
        "走访": visits,
        "月末在办": _cases(
            Case.opened_on <= month.last,
            or_(Case.closed_on.is_(None), Case.closed_on > month.last),
            or_(Case.recognised_on.is_(None), Case.recognised_on > month.last),
        ),
    }


def _cases(*conditions: ColumnElement[bool]) -> Select[str, int]:
    return (
        select(Household.village_code, func.count(Case.id))
        .join(Household, Household.id == Case.household_id)
        .where(*conditions)
        .group_by(Household.village_code)
    )
