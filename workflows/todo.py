"""What waits for a person: the tasks of their posts, the most pressing first (promise 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from config.wording import day_text
from storage.people import Region
from storage.register import Clue, Household
from storage.work import Case, Task
from workflows.authority import Person
from workflows.desk import Desk
from workflows.due import Due, due_state
from workflows.words import household_facts

MARKS = {Due.overdue: "⚠️", Due.today: "📌", Due.tomorrow: "⏳", Due.on_time: "・", Due.waiting: "・"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task as a line: where, which step, until when."""

    task: Task
    case: Case | None
    who: str
    step: str
    state: Due

    @property
    def line(self) -> str:
        return f"{MARKS[self.state]} {self.who} {self.step}，{day_text(self.task.due_on)}前"


async def waiting_for(session: AsyncSession, desk: Desk, person: Person) -> list[Waiting]:
    """The open tasks of the person's posts and those assigned to them; the earliest due first."""
    mine = [Task.assigned_id == person.id]
    for post, region in person.held:
        tier = desk.policy.posts[post].tier
        peers = [name for name, rule in desk.policy.posts.items() if rule.tier is tier]
        regions = [region, *await _groups(session, region)] if tier is Tier.grid else [region]
        if tier is not Tier.city:
            mine.append(Task.post.in_(peers) & Task.region_code.in_(regions) & Task.assigned_id.is_(None))
    query = (
        select(Task, Case, Household, Clue)
        .outerjoin(Case, Case.id == Task.case_id)
        .outerjoin(Household, Household.id == Case.household_id)
        .outerjoin(Clue, Clue.id == Task.clue_id)
        .where(Task.state == "open", Task.opens_on <= desk.today(), or_(*mine))
        .order_by(Task.due_on, Task.id)
    )
    rows = (await session.execute(query)).all()
    return await waiting_rows(session, desk, rows)


async def _groups(session: AsyncSession, village: str) -> Sequence[str]:
    return (await session.scalars(select(Region.code).where(Region.parent_code == village))).all()


async def waiting_rows(
    session: AsyncSession, desk: Desk, rows: Sequence[tuple[Task, Case, Household, Clue]]
) -> list[Waiting]:
    """Rows of tasks as lines."""
    await desk.areas.learn(session, {case.region_code for _, case, _, _ in rows if case})
    return [_waiting(desk, *row) for row in rows]


def _waiting(
    desk: Desk, task: Task, case: Case | None, household: Household | None, clue: Clue | None
) -> Waiting:
    step = desk.policy.procedures[task.procedure].steps[task.step].label
    who = str(household_facts(desk.areas, household)["who"]) if household else "未配户线索"
    if clue is not None:
        who = f"未配户线索（{clue.dept}）"
    return Waiting(task, case, who, step, due_state(task.state, task.opens_on, task.due_on, desk.today()))
