"""现在情况: open, due today, overdue by step, reasons, by area in area-code order; never a ranking (R1)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from storage.work import Case, Task
from workflows.desk import Desk
from workflows.due import Due, due_state
from workflows.words import place

BELOW = {
    Tier.city: Tier.county,
    Tier.county: Tier.township,
    Tier.township: Tier.village,
    Tier.village: Tier.grid,
}


@dataclass(slots=True)
class Situation:
    """The numbers of an area as of today."""

    region: str
    name: str
    tier: Tier
    cases: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    due_today: int = 0
    overdue: int = 0
    overdue_by_step: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    areas: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


async def situation(session: AsyncSession, desk: Desk, region: str) -> Situation:
    """The open cases and tasks of `region`, counted by the next area below."""
    await desk.areas.learn(session, {region})
    found = Situation(region, place(desk.areas, region), desk.areas.tier(region))
    cases = (await session.scalars(select(Case).where(Case.closed_on.is_(None)))).all()
    await desk.areas.learn(session, {case.region_code for case in cases})
    inside = {case.id: case for case in cases if _within(desk, case.region_code, region)}
    for case in inside.values():
        found.cases += 1
        found.stages[case.stage] += 1
        found.areas[_below(desk, case.region_code, found.tier)]["cases"] += 1
    tasks = await session.scalars(select(Task).where(Task.state == "open", Task.case_id.in_(inside)))
    for task in tasks:
        _count(desk, found, inside[task.case_id or 0], task)
    return found


def _within(desk: Desk, code: str, region: str) -> bool:
    return any(at == region for _, at in desk.areas.lineage(code))


def _below(desk: Desk, code: str, tier: Tier) -> str:
    """The area of the next tier down in which `code` lies."""
    return desk.areas.above(code, BELOW.get(tier, Tier.grid)) or code


def _count(desk: Desk, found: Situation, case: Case, task: Task) -> None:
    state = due_state(task.state, task.opens_on, task.due_on, desk.today())
    area = found.areas[_below(desk, case.region_code, found.tier)]
    if state is Due.today:
        found.due_today += 1
    if state is not Due.overdue:
        return
    found.overdue += 1
    area["overdue"] += 1
    found.overdue_by_step[desk.policy.procedures[task.procedure].steps[task.step].label] += 1
    if task.excuse:
        found.reasons[task.excuse] += 1
