"""Answering on a draft: each press carries the revision it was made on; submitted once (promise 2)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Policy
from storage.work import Case, Task
from workflows import actions, forms
from workflows.authority import Person
from workflows.desk import Desk
from workflows.forms import Refused
from workflows.open_form import OpenForm, PartOfForm
from workflows.pages import Page, Stale, turn
from workflows.submitting import Finished, finish_step
from workflows.tasks import open_tasks_of, task_form
from workflows.words import task_day


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a finished sheet did, nothing where it was `tried`; `following` are the steps still open."""

    form: OpenForm
    outcome: str
    step: str
    following: list[str]
    case: Case | None
    late_entry: bool
    tried: bool = False


async def give(session: AsyncSession, desk: Desk, page: Page, value: Any, revision: int) -> Page | Refused:
    """The page after an answer to its open question; `revision` is the one the press carried."""
    answered = forms.answer(page.form, page.sheet, value, today=desk.today())
    return answered if isinstance(answered, Refused) else await turn(session, desk, page, answered, revision)


async def mark(session: AsyncSession, desk: Desk, page: Page, choice: str, *, wanted: bool) -> Page | Refused:
    """One option of a multiple choice put as wanted; the question stays open, so does the revision."""
    toggled = forms.toggle(page.form, page.sheet, choice, wanted=wanted)
    if isinstance(toggled, Refused):
        return toggled
    page.draft.marked, page.draft.touched_at = list(toggled.marked), desk.now()
    return replace(page, sheet=toggled)


async def step_back(session: AsyncSession, desk: Desk, page: Page, revision: int) -> Page:
    return await turn(session, desk, page, forms.back(page.form, page.sheet), revision)


async def reopen(session: AsyncSession, desk: Desk, page: Page, question: str, revision: int) -> Page:
    """改 beside a line of the summary."""
    return await turn(session, desk, page, forms.open_at(page.form, page.sheet, question), revision)


async def as_last_time(
    session: AsyncSession, desk: Desk, page: Page, part: PartOfForm, revision: int
) -> Page | Refused:
    """都没变 at the beginning of a group: every answer of it as it was last time."""
    return await turn(
        session, desk, page, forms.again(page.form, page.sheet, part, page.last.answers), revision
    )


async def add_another(
    session: AsyncSession, desk: Desk, page: Page, part: PartOfForm, revision: int
) -> Page | Refused:
    """再加一个 on the summary."""
    added = forms.another(page.form, page.sheet, part.group)
    return added if isinstance(added, Refused) else await turn(session, desk, page, added, revision)


async def take_out(
    session: AsyncSession, desk: Desk, page: Page, part: PartOfForm, revision: int
) -> Page | Refused:
    """去掉 on the card of one of several."""
    left = forms.without(page.form, page.sheet, part.group, part.nth)
    return left if isinstance(left, Refused) else await turn(session, desk, page, left, revision)


async def submit(session: AsyncSession, desk: Desk, person: Person, page: Page, revision: int) -> Submitted:
    """The sheet is finished: outcome, audit and what follows are one commit (promise 1)."""
    outcome = forms.outcome(page.form, page.sheet)
    if outcome is None or page.draft.revision != revision:
        raise Stale
    page.draft.state = "submitted"
    page.draft.revision += 1
    task, answers = page.task, dict(page.sheet.answers)
    if task is None or page.draft.form != task_form(desk.policy, task) or task.case_id is None:
        label = page.form.form.title
        if not actions.known(page.draft.form):
            return Submitted(page.form, outcome, label, [], None, late_entry=False, tried=True)
        await actions.do(session, desk, actions.Deed(page.form, answers, person, task))
        return Submitted(page.form, outcome, label, [], None, late_entry=False)
    return await _finish(session, desk, person, page, task, outcome, answers)


async def _finish(
    session: AsyncSession,
    desk: Desk,
    person: Person,
    page: Page,
    task: Task,
    outcome: str,
    answers: dict[str, Any],
) -> Submitted:
    case = await session.get_one(Case, task.case_id)
    policy = await desk.policy_of(session, case.policy_digest)
    before = {one.id for one in await open_tasks_of(session, case.id)}
    day, marks = _happened_on(page, desk.today()), tuple(forms.marks(page.form, answers))
    sheet = Finished(page.draft.form, answers, outcome, day, marks, page.draft.id)
    settled, kept = await finish_step(session, desk, person, task, sheet)
    left = await open_tasks_of(session, case.id)
    fresh = [one for one in left if one.id not in before and one.id != task.id]
    again = [task] if task.state == "open" else []
    following = [_named(desk, policy, one, case) for one in fresh or again or left]
    step = policy.procedures[task.procedure].steps[task.step].label
    return Submitted(page.form, settled.label, step, following, case, kept.late_entry)


def _named(desk: Desk, policy: Policy, task: Task, case: Case) -> str:
    """民主评议（村支书，3月14日(周六)前）"""
    step = policy.procedures[task.procedure].steps[task.step].label
    due = task_day(desk, policy, task, case, task.due_on)
    return f"{step}（{policy.posts[task.post].label}，{due}前）"


def _happened_on(page: Page, today: date) -> date:
    name = page.form.form.happened_on
    stated = page.sheet.answers.get(name) if name else None
    return date.fromisoformat(stated) if stated else today
