"""What is known and need not be asked again: last time's answers, other forms, the register (promise 9)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Question, QuestionType
from storage.register import Household
from storage.work import Case, Submission, Task
from workflows.forms import Sheet
from workflows.open_form import OpenForm, parted

REGISTER = "household"
LOOK_BACK = 20


@dataclass(frozen=True, slots=True)
class Known:
    """Answers known before, by the names of the questions; `said_on` is when, None for the register."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    said_on: date | None = None


async def last_time(session: AsyncSession, form: OpenForm, sheet: Sheet, task: Task | None) -> Known:
    """What is known of the open question, or of its group, where it asks for it."""
    if sheet.at is None or task is None or task.case_id is None:
        return Known()
    if task.asks is not None and sheet.at in sheet.asking:
        return await sent_back(session, task)
    question = form.question(sheet.at)
    part = form.part_of(question)
    if question.recall or (part is not None and part.group.recall):
        return await _of_form(session, task, form.form.name, _recalled(form))
    return await _from_elsewhere(session, task, question)


async def sent_back(session: AsyncSession, task: Task) -> Known:
    """What was answered in the step before it was sent back."""
    same = (Task.case_id == task.case_id) & (Task.step == task.step) & (Task.state == "returned")
    query = select(Submission).join(Task, Task.id == Submission.task_id).where(same)
    before = (await session.scalars(query.order_by(Submission.id.desc()))).first()
    return Known(before.answers, before.happened_on) if before else Known()


def _recalled(form: OpenForm) -> set[str]:
    groups = {group.name for group in form.form.groups if group.recall}
    return {one.name for one in form.form.questions if one.recall or one.group in groups}


async def _of_form(session: AsyncSession, task: Task, form: str, wanted: Set[str]) -> Known:
    """The latest sheet of that form about the household that answers one of these questions.

    A sheet that ended before them, such as 改天去, has nothing to say.
    """
    household = select(Case.household_id).where(Case.id == task.case_id).scalar_subquery()
    same = (Submission.household_id == household) & (Submission.form == form)
    query = select(Submission).where(same).order_by(Submission.id.desc()).limit(LOOK_BACK)
    for last in await session.scalars(query):
        said = {name: value for name, value in last.answers.items() if value is not None}
        if any(parted(name)[2] in wanted for name in said):
            return Known(said, last.happened_on)
    return Known()


async def _from_elsewhere(session: AsyncSession, task: Task, question: Question) -> Known:
    """The answer under the question's own name, in its own choices; what has no place there is left out."""
    if question.recall_from is None:
        return Known()
    source, name = question.recall_from.split(".")
    if source == REGISTER:
        case = await session.get_one(Case, task.case_id)
        household = await session.get_one(Household, case.household_id)
        value, said_on = getattr(household, name), None
    else:
        known = await _of_form(session, task, source, {name})
        value, said_on = known.answers.get(name), known.said_on
    fitting = _fitting(question, value)
    return Known() if fitting is None else Known({question.name: fitting}, said_on)


def _fitting(question: Question, value: Any) -> Any:
    """The value as an answer: the choices of that name, or the choice with that label."""
    names = {choice.name for choice in question.choices}
    if isinstance(value, list):
        return [one for one in value if one in names] or None
    if isinstance(value, str) and question.type is QuestionType.select_one and value not in names:
        return next((choice.name for choice in question.choices if choice.label == value), None)
    return value
