"""A household that did not want to apply is asked once more when its term is over (domain §2.1 REFUSED)."""

from datetime import date, datetime, time

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.register import Batch, Household
from storage.work import Case
from workflows.batches import finish_batch
from workflows.desk import Desk
from workflows.intake import take_in
from workflows.signals import Signal

DEPT, RULE = "回访", "ask_again"


async def ask_again(session: AsyncSession, desk: Desk) -> int:
    """From the morning of the day on: a signal of our own for each such household. The caller commits."""
    if not desk.calendar.is_working(desk.today()) or desk.now() < desk.hours.morning(desk.today()):
        return 0
    due = (await session.execute(asked_by(desk.today()))).all()
    if due:
        await _ask(session, desk, [_signal(desk, case, household) for case, household in due])
    for case, _ in due:
        case.ask_again_on = None
    return len(due)


def asked_by(day: date) -> Select[Case, Household]:
    """Cases whose household is to be asked again by `day`, in the order of their index."""
    query = select(Case, Household).join(Household, Household.id == Case.household_id)
    return query.where(Case.ask_again_on <= day).order_by(Case.ask_again_on, Case.id)


def _signal(desk: Desk, case: Case, household: Household) -> Signal:
    return Signal(
        signal_id=f"HF-{case.number}",
        dept=DEPT,
        rule=RULE,
        received_on=desk.today(),
        village_code=household.village_code,
        household_number=household.number,
        insists=True,
    )


async def _ask(session: AsyncSession, desk: Desk, signals: list[Signal]) -> None:
    now = desk.now()
    batch = Batch(kind="again", content_hash=f"again:{now.isoformat()}", imported_at=now, rows=len(signals))
    session.add(batch)
    await session.flush()
    await take_in(session, desk, signals, batch.id)
    await finish_batch(session, desk, batch.id)


async def next_asking(session: AsyncSession, desk: Desk) -> datetime | None:
    """The morning on which the next household is asked again, if there is one."""
    day = await session.scalar(select(func.min(Case.ask_again_on)))
    return None if day is None else desk.hours.morning_from(max(desk.hours.at(day, time(0)), desk.now()))
