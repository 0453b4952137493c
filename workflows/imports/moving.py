"""A household that moved keeps its case; its open tasks go to the posts of the new place (design §3)."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.register import Household
from storage.work import Case, Task
from workflows import events
from workflows.desk import Desk
from workflows.events import Subject
from workflows.recipients import post_place
from workflows.tasks import open_tasks_of, renew_rungs

REGISTER = "农户名册更新后"


async def follow_moves(session: AsyncSession, desk: Desk, homes: Mapping[int, str]) -> None:
    """Open cases go where their households now live; `homes`: household id → region code."""
    query = select(Case).where(Case.household_id.in_(homes), Case.closed_on.is_(None))
    for case in (await session.scalars(query)).all():
        if case.region_code != homes[case.household_id]:
            await _follow(session, desk, case, homes[case.household_id])


async def _follow(session: AsyncSession, desk: Desk, case: Case, home: str) -> None:
    policy = await desk.policy_of(session, case.policy_digest)
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code, home})
    desk.record(session, "case.moved", case_id=case.id, come_from=case.region_code, gone_to=home)
    case.region_code = home
    for task in await open_tasks_of(session, case.id):
        _, region = post_place(desk.areas, policy.posts, task.post, home)
        if region != task.region_code:
            await _rebind(session, desk, Subject(policy, case, household, task), task, region)


async def _rebind(session: AsyncSession, desk: Desk, subject: Subject, task: Task, region: str) -> None:
    """The dates stay; who held it hears nothing more, who holds it now is told."""
    task.region_code, task.assigned_id = region, None
    await renew_rungs(session, desk, subject.policy, task, subject.case.limit_on)
    await events.tell(session, desk, subject, "reassigned", {"post": REGISTER})
