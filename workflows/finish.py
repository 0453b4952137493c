"""The day on which a case can be finished at the earliest, as things stand (domain §2.4)."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from storage.work import Case, Task
from workflows.dates import expected_finish
from workflows.desk import Desk


async def finish_of(session: AsyncSession, desk: Desk, policy: Policy, case: Case) -> date:
    """The earliest possible day of the last step, by the steps that are done."""
    profile, procedure = policy.profiles[case.profile], policy.procedures[case.procedure]
    return expected_finish(profile, procedure, await _done(session, case), desk.today(), desk.calendar)


async def _done(session: AsyncSession, case: Case) -> dict[str, date]:
    done = (Task.case_id == case.id) & (Task.state == "done") & Task.happened_on.is_not(None)
    rows = await session.execute(
        select(Task.step, func.max(Task.happened_on)).where(done).group_by(Task.step)
    )
    return {step: day for step, day in rows if day is not None}
