"""A finished sheet of a step: it is kept, and its outcome moves the case, in one commit (promise 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Outcome
from storage.work import Case, Submission, Task
from workflows import cases
from workflows.authority import Person, may_finish
from workflows.desk import Desk
from workflows.due import entered_late


@dataclass(frozen=True, slots=True)
class Finished:
    """A complete sheet: its form, its answers, how it ends, the day it states, what it marks."""

    form: str
    answers: Mapping[str, Any]
    outcome: str
    happened_on: date
    marks: tuple[str, ...] = ()
    draft_id: int | None = None


async def finish_step(
    session: AsyncSession, desk: Desk, person: Person, task: Task, sheet: Finished
) -> tuple[Outcome, Submission]:
    """The outcome as the step settles it, and the row that keeps the sheet; the caller commits."""
    case = await session.get_one(Case, task.case_id)
    _, on_behalf = await may_finish(session, desk, person, task)
    submission = Submission(
        draft_id=sheet.draft_id,
        form=sheet.form,
        task_id=task.id,
        case_id=case.id,
        household_id=case.household_id,
        official_id=person.id,
        answers=dict(sheet.answers),
        outcome=sheet.outcome,
        happened_on=sheet.happened_on,
        recorded_at=desk.now(),
        on_behalf=on_behalf,
        late_entry=entered_late(task.due_on, sheet.happened_on, desk.today()),
    )
    session.add(submission)
    act = cases.Act(sheet.outcome, sheet.happened_on, dict(sheet.answers), person.id, sheet.marks)
    await cases.drop_other_drafts(session, task.id, sheet.draft_id)
    return await cases.apply(session, desk, task, act), submission
