"""还剩N天: what must still fit in before the limit, the whole days of publicity among it (domain §8.3)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy, Procedure
from config.wording import day_text
from storage.work import Case, Task
from workflows.desk import Desk
from workflows.procedure import ancestors
from workflows.tasks import case_schedule

LAST_STEPS = "reminder_last_steps"
TEXTS = ("reminder_publicity", LAST_STEPS)


def reminder(procedure: Procedure, step: str) -> str:
    """The text that fits a step: before publicity it counts its days, the offices hear when it ends."""
    publicity = _publicity(procedure)
    if publicity and step in ancestors(procedure, publicity):
        return "reminder_publicity"
    after = procedure.steps[step].office and publicity and publicity in ancestors(procedure, step)
    return LAST_STEPS if after or step == publicity else "reminder_three_days"


def _publicity(procedure: Procedure) -> str | None:
    steps = procedure.steps.items()
    return next((name for name, step in steps if step.opens_on == "last_publicity_day"), None)


async def remaining(session: AsyncSession, desk: Desk, policy: Policy, case: Case) -> dict[str, Any]:
    """The days of publicity, those already fixed by the posting if it is up, and the last office day."""
    procedure = policy.procedures[case.procedure]
    publicity = _publicity(procedure) or ""
    dates = case_schedule(desk, policy, case).steps
    posted = select(func.max(Task.opens_on)).where(Task.case_id == case.id, Task.step == publicity)
    end = await session.scalar(posted) or dates[publicity].latest
    whole = policy.profiles[case.profile].publicity_days
    office = dates[procedure.last or publicity].latest
    return {
        "whole": whole,
        "first": day_text(end - timedelta(days=whole - 1)),
        "end": day_text(end),
        "office": day_text(office),
        "left": max((office - desk.today()).days, 0),
    }
