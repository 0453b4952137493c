"""The county's morning numbers (domain §8.2): counts of cases and steps, never an order of persons (R1)."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config.wording import day_text
from storage.register import Clue
from storage.work import Case, Task
from workflows.desk import Desk
from workflows.due import Due, due_state


async def county_digest(session: AsyncSession, desk: Desk) -> dict[str, Any]:
    """The facts of `digest_county`: what came since the last working day, what is open, what is late."""
    today = desk.today()
    since = desk.calendar.last_working_on_or_before(today - timedelta(days=1))
    clues = await _since(session, since)
    month = await _since(session, today.replace(day=1))
    tasks = (await session.scalars(select(Task).where(Task.state == "open", Task.opens_on <= today))).all()
    states = [(task, due_state(task.state, task.opens_on, task.due_on, today)) for task in tasks]
    late = Counter(_label(desk, task) for task, state in states if state is Due.overdue)
    steps = Counter(task.step for task in tasks)
    entered = Case.recognised_on >= today.replace(day=1)
    return {
        "date": day_text(today),
        "clues": len(clues),
        "households": len({clue.household_id for clue in clues if clue.household_id}),
        "sources": _counted(Counter(clue.dept for clue in clues)) or "没有",
        "checking": steps["visit"] + steps["recheck"],
        "publicity": steps["review"] + steps["posting"] + await _in_publicity(session),
        "county": steps["county"],
        "due_today": sum(state is Due.today for _, state in states),
        "overdue": sum(late.values()),
        "stuck": _counted(late) or "没有",
        "month_clues": len(month),
        "month_entered": await session.scalar(select(func.count()).select_from(Case).where(entered)),
        "returned": await _returned(session, desk),
    }


async def _since(session: AsyncSession, day: date) -> list[Clue]:
    return list((await session.scalars(select(Clue).where(Clue.received_on >= day))).all())


async def _in_publicity(session: AsyncSession) -> int:
    open_ = (Task.state == "open") & (Task.step == "publicity")
    return await session.scalar(select(func.count()).select_from(Task).where(open_)) or 0


async def _returned(session: AsyncSession, desk: Desk) -> int:
    """Steps that wait a second time because they were sent back."""
    again = (Task.state == "open") & (Task.round > 1)
    return await session.scalar(select(func.count()).select_from(Task).where(again)) or 0


def _label(desk: Desk, task: Task) -> str:
    return desk.policy.procedures[task.procedure].steps[task.step].label


def _counted(numbers: Counter[str]) -> str:
    return "、".join(f"{name}{count}" for name, count in sorted(numbers.items()))
