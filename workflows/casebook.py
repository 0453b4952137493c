"""A case as its people see it: where it stands, what is open, what has happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from storage.people import Region
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.authority import Person
from workflows.desk import Desk
from workflows.words import case_facts, place, task_day

STAGES = {"verifying": "核实中", "recognising": "认定中", "following": "已录入，跟踪走访", "closed": "已办结"}
RESULTS = {
    "no_risk": "没风险",
    "solved": "已就地解决",
    "refused": "农户不愿申请",
    "not_recognised": "未认定",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A case on the table."""

    case: Case
    text: str
    tasks: Sequence[Task]


async def open_case(session: AsyncSession, desk: Desk, case: Case) -> Opened:
    """The case in words: household, signals, stage, open steps, what was done."""
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code})
    policy = await desk.policy_of(session, case.policy_digest)
    facts = case_facts(desk, household, case)
    stage = STAGES[case.stage] + (f"：{RESULTS.get(case.result or '', '')}" if case.result else "")
    about = f"{facts['who']}，{facts['kind']}"
    lines = [f"📁 {case.number}", about, f"提示：{case.words}（{case.sources}）", stage]
    if case.closed_on is None and case.recognised_on is None:
        lines.append(f"受理 {facts['start']}，总期限 {facts['limit']}")
    query = select(Task).where(Task.case_id == case.id).order_by(Task.id)
    tasks = (await session.scalars(query)).all()
    lines += [line for task in tasks if (line := _line(desk, policy, case, task))]
    elsewhere = (Clue.case_id == case.id) & Clue.other_address.is_not(None)
    for clue in await session.scalars(select(Clue).where(elsewhere)):
        lines.append(f"另报地址：{await _address(session, desk, clue.other_address or '')}（{clue.dept}）")
    return Opened(case, "\n".join(lines), [task for task in tasks if task.state == "open"])


async def _address(session: AsyncSession, desk: Desk, code: str) -> str:
    if await session.get(Region, code) is None:
        return "不在本县"
    await desk.areas.learn(session, {code})
    return place(desk.areas, code)


def _line(desk: Desk, policy: Policy, case: Case, task: Task) -> str | None:
    step = policy.procedures[task.procedure].steps[task.step]
    if task.state == "open":
        late = "，已过期限" if desk.today() > task.due_on else ""
        due = task_day(desk, policy, task, case, task.due_on)
        return f"▸ {step.label}：{desk.policy.posts[task.post].label}，{due}前{late}"
    if task.state in ("done", "returned") and task.outcome in step.outcomes and task.happened_on:
        return f"✓ {step.label}：{step.outcomes[task.outcome].label}（{_day(task.happened_on)}）"
    return None


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


async def households_of(
    session: AsyncSession, desk: Desk, person: Person, regions: set[str]
) -> list[Household]:
    """The households of these regions and those the person helps."""
    inside = Household.region_code.in_(regions) | Household.village_code.in_(regions)
    query = select(Household).where(inside | (Household.helper_id.in_(person.acts_for)))
    households = (await session.scalars(query.order_by(Household.region_code, Household.number))).all()
    await desk.areas.learn(session, {household.region_code for household in households})
    return list(households)
