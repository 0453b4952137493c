"""A signal whose household nobody knows yet: it has a holder at the county, and two working days."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.inserting import keep, made
from storage.people import Region
from storage.register import Clue
from storage.work import Task
from workflows.desk import Desk
from workflows.tasks import add_rungs, days_from, retire

MATCHING = "matching"


async def await_matching(session: AsyncSession, desk: Desk, clues: Sequence[Clue]) -> None:
    """Every unmatched signal has a holder at the county and two working days."""
    if not clues:
        return
    county = await county_code(session)
    await desk.areas.learn(session, {county})
    step = desk.policy.procedures[MATCHING].steps["match"]
    due = days_from(desk, desk.today(), step)
    tasks = [
        made(
            Task,
            clue_id=clue.id,
            procedure=MATCHING,
            step="match",
            post=step.post,
            region_code=county,
            opened_at=desk.now(),
            opens_on=desk.today(),
            planned_on=due,
            latest_on=due,
            due_on=due,
            due_version=1,
            state="open",
        )
        for clue in clues
    ]
    await keep(session, tasks)
    await add_rungs(session, desk, desk.policy, [(task, None) for task in tasks])


async def county_code(session: AsyncSession) -> str:
    code = await session.scalar(select(Region.code).where(Region.level == "county").order_by(Region.code))
    if code is None:
        raise LookupError("还没有导入行政区划，请先 jintang import regions")
    return code


async def end_matching(session: AsyncSession, desk: Desk, clue: Clue) -> None:
    """The register has settled it: nobody need look for the household any more."""
    query = select(Task).where(Task.clue_id == clue.id, Task.state == "open")
    for task in (await session.scalars(query)).all():
        task.state, task.outcome = "done", "matched"
        task.happened_on, task.recorded_at = desk.today(), desk.now()
        await retire(session, desk, [task.id])
