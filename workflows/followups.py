"""Follow-up visits: one open per household, its cadence by level, any contact sets it anew (domain §2.5)."""

from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from storage.register import Household
from storage.work import Case, FollowUp
from workflows.desk import Desk
from workflows.tasks import Opening, open_tasks

PROCEDURE = STEP = "followup"


class Visited(Protocol):
    """A visit that took place: its day and its answers."""

    @property
    def happened_on(self) -> date: ...
    @property
    def answers(self) -> Any: ...


async def begin_follow_up(
    session: AsyncSession,
    desk: Desk,
    policy: Policy,
    case: Case,
    household: Household,
    last: date,
    sooner: date | None = None,
) -> None:
    """The next visit after the contact of `last`, or `sooner`; its task opens now, its reminders later."""
    levels = desk.policy.levels
    at_first = levels.on_danger if case.urgent else household.level or levels.on_recognition
    case.level = case.level or at_first
    due = last + timedelta(days=levels.levels[case.level].every_days)
    due = min(due, sooner or due)
    opening = Opening(case, household, STEP, PROCEDURE, kind=None, due_on=due)
    (task,) = await open_tasks(session, desk, policy, [opening])
    session.add(
        FollowUp(household_id=household.id, case_id=case.id, task_id=task.id, level=case.level, due_on=due)
    )


async def end_follow_up(
    session: AsyncSession, desk: Desk, policy: Policy, case: Case, household: Household, visit: Visited
) -> None:
    """Closes the open visit and begins the next; a household in urgent trouble turns red."""
    query = select(FollowUp).where(FollowUp.household_id == household.id, FollowUp.done_on.is_(None))
    follow_up = (await session.scalars(query)).one()
    follow_up.done_on = visit.happened_on
    await session.flush()
    if visit.answers.get("serious") == "urgent":
        case.level = desk.policy.levels.on_danger
    stated = visit.answers.get("sooner")
    sooner = date.fromisoformat(stated) if stated else None
    await begin_follow_up(session, desk, policy, case, household, visit.happened_on, sooner)
