"""What the auditor puts right by itself, by the rules that should have done it; the caller commits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.outbox import set_free
from notifications.states import Change, State, before
from storage.post_box import Notice
from storage.register import Clue, Household
from storage.work import Case, FollowUp, Task
from workflows.cases import onward, settle_clues
from workflows.desk import Desk
from workflows.followups import begin_follow_up
from workflows.sweep import fire_due
from workflows.tasks import add_rungs, retire

Mend = Callable[[AsyncSession, Desk, Sequence[int]], Awaitable[None]]


async def _fire(session: AsyncSession, desk: Desk, _ids: Sequence[int]) -> None:
    """No scheduler has: what is due is fired here, the oldest first."""
    await fire_due(session, desk)


async def _release(session: AsyncSession, _desk: Desk, ids: Sequence[int]) -> None:
    """Neither a morning list nor the end of a batch has taken them: they go by themselves."""
    waiting = Notice.id.in_(ids) & Notice.state.in_(before(Change.release))
    await session.execute(update(Notice).where(waiting).values(state=State.pending))


async def _free(session: AsyncSession, _desk: Desk, ids: Sequence[int]) -> None:
    carriers = await session.scalars(select(Notice.carrier_id).where(Notice.id.in_(ids)).distinct())
    await set_free(session, [carrier for carrier in carriers if carrier is not None])


async def _go_on(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> None:
    """What the procedure lets open is opened; a household under watch gets its next visit."""
    for case in await session.scalars(select(Case).where(Case.id.in_(ids))):
        if case.recognised_on is None:
            await onward(session, desk, case)
        else:
            await _visit_again(session, desk, case)


async def _visit_again(session: AsyncSession, desk: Desk, case: Case) -> None:
    household = await session.get_one(Household, case.household_id)
    policy = await desk.policy_of(session, case.policy_digest)
    await desk.areas.learn(session, {case.region_code})
    left = (FollowUp.household_id == household.id) & FollowUp.done_on.is_(None)
    await session.execute(update(FollowUp).where(left).values(done_on=desk.today()))
    await begin_follow_up(session, desk, policy, case, household, desk.today())


async def _ladders(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> None:
    rows = await session.execute(
        select(Task, Case).outerjoin(Case, Case.id == Task.case_id).where(Task.id.in_(ids))
    )
    for task, case in rows.all():
        policy = await desk.policy_of(session, case.policy_digest) if case else desk.policy
        await desk.areas.learn(session, {task.region_code})
        await add_rungs(session, desk, policy, [(task, case.limit_on if case else None)])


async def _end(session: AsyncSession, desk: Desk, ids: Sequence[int]) -> None:
    """Their case is closed."""
    await session.execute(update(Task).where(Task.id.in_(ids)).values(state="cancelled"))
    await retire(session, desk, ids)


async def _settle(session: AsyncSession, _desk: Desk, ids: Sequence[int]) -> None:
    """The result of the case is that of the signal."""
    closed = select(Case).join(Clue, Clue.case_id == Case.id).where(Clue.id.in_(ids)).distinct()
    for case in await session.scalars(closed):
        if case.closed_on is not None:
            await settle_clues(session, case, case.result or "closed", case.closed_on)


MENDS: Mapping[str, Mend] = {
    "rungs_unfired": _fire,
    "notices_unlisted": _release,
    "notices_unreleased": _release,
    "notices_stranded": _free,
    "cases_standing": _go_on,
    "tasks_silent": _ladders,
    "tasks_outliving": _end,
    "clues_unanswered": _settle,
}
