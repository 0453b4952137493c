"""Who has done a step does not check it: somebody else at that desk does, or the desk above.

The county has no desk above it that sees a case: where one person is all there is, that person decides.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy, Tier
from storage.people import Duty
from storage.work import Case, Submission, Task
from workflows.desk import Desk
from workflows.tasks import open_tasks_of


async def may_check(session: AsyncSession, desk: Desk, person_id: int, task: Task) -> bool:
    """Whether the person has no part in what this task checks, or nobody else is there to check it."""
    if task.case_id is None:
        return True
    case = await session.get_one(Case, task.case_id)
    did = await _doers(session, await desk.policy_of(session, case.policy_digest), task)
    return person_id not in did or await _nobody_else(session, desk, task, did)


async def in_the_same_hands(session: AsyncSession, desk: Desk, policy: Policy, case: Case) -> Sequence[Task]:
    """The open checks that everybody at their desk has a part in; those of the county stay where they are."""
    found = []
    for task in await open_tasks_of(session, case.id):
        did = await _doers(session, policy, task)
        if did and not _at_the_top(desk, task):
            there = await _at_the_desk(session, desk, task)
            if there and there <= did:
                found.append(task)
    return found


async def _nobody_else(session: AsyncSession, desk: Desk, task: Task, did: set[int]) -> bool:
    return _at_the_top(desk, task) and not await _at_the_desk(session, desk, task) - did


def _at_the_top(desk: Desk, task: Task) -> bool:
    return desk.policy.posts[task.post].tier is Tier.county


async def _doers(session: AsyncSession, policy: Policy, task: Task) -> set[int]:
    """Who filled in the sheets that this task checks, as far as they stand."""
    checked = policy.procedures[task.procedure].steps[task.step].checks
    if not checked:
        return set()
    same = (Task.case_id == task.case_id) & (Task.procedure == task.procedure) & (Task.state == "done")
    query = select(Submission.official_id).join(Task, Task.id == Submission.task_id)
    return set(await session.scalars(query.where(same, Task.step.in_(checked))))


async def _at_the_desk(session: AsyncSession, desk: Desk, task: Task) -> set[int]:
    """Who is on duty at the tier and the place that hold the task."""
    tier, today = desk.policy.posts[task.post].tier, desk.today()
    peers = [name for name, rule in desk.policy.posts.items() if rule.tier is tier]
    there = select(Duty.official_id).where(Duty.region_code == task.region_code, Duty.post.in_(peers))
    today_on = (Duty.from_on <= today) & or_(Duty.to_on.is_(None), Duty.to_on >= today)
    return set(await session.scalars(there.where(today_on)))
