"""Drafts on the table: opened, resumed, saved after each answer, beside what is known (promises 8, 9)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from storage.register import Clue, Household
from storage.work import Case, Draft, FollowUp, Submission, Task
from workflows import actions, forms
from workflows.apart import may_check
from workflows.authority import Person, may_finish
from workflows.brief import brief
from workflows.choices import Asker, offered
from workflows.desk import Desk
from workflows.forms import Sheet
from workflows.income import line_in_force
from workflows.open_form import OpenForm, parted, shows
from workflows.recall import Known, last_time, sent_back
from workflows.record import record_of
from workflows.tasks import task_form
from workflows.together import SHOWN, STEPS, ready_for
from workflows.words import case_facts, clue_words, place

KEPT_HOURS = 72
BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class Page:
    """A draft opened on the table: its form, its sheet, and what was said last time."""

    draft: Draft
    form: OpenForm
    sheet: Sheet
    last: Known
    task: Task | None
    person: Person


class Stale(Exception):
    """The press belongs to a question that is no longer the open one."""


class NotYours(Exception):
    """The person may not act on this task today."""


class OwnWork(NotYours):
    """The person has done what this task checks."""


class NotYet(Exception):
    """The step opens on a later day: publicity is registered when its days are full."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


class Over(Exception):
    """The task is done, cancelled or gone; `by` is who finished it."""

    def __init__(self, by: str | None = None) -> None:
        super().__init__(by)
        self.by = by


async def open_sheet(
    session: AsyncSession,
    desk: Desk,
    person: Person,
    form_name: str,
    task: Task | None,
    preset: dict[str, Any] | None = None,
) -> Page:
    """The person's draft of this form for this task, resumed or begun; presets answer ahead."""
    if task is not None:
        await _check_task(session, desk, person, form_name, task)
    draft = await _open_draft(session, desk, person, form_name, task)
    if draft is None:
        draft = await _begin(session, desk, person, form_name, task)
    page = await open_page(session, desk, draft, person)
    if preset:
        kept = {**page.sheet.answers, **preset}
        page = await turn(session, desk, page, forms.begin(page.form, kept), page.draft.revision)
    return page


async def _check_task(session: AsyncSession, desk: Desk, person: Person, form_name: str, task: Task) -> None:
    if task.state != "open":
        raise Over(await done_by(session, desk, task))
    if task.opens_on > desk.today() and form_name == task_form(desk.policy, task):
        raise NotYet(task.opens_on)
    await desk.areas.learn(session, {task.region_code})
    if form_name in actions.NEEDS_COMMAND:
        allowed = actions.permitted(desk, form_name, person, task)
    else:
        allowed, _ = await may_finish(session, desk, person, task)
    if not allowed:
        raise NotYours
    if form_name == task_form(desk.policy, task) and not await may_check(session, desk, person.id, task):
        raise OwnWork


async def done_by(session: AsyncSession, desk: Desk, task: Task) -> str | None:
    """The post that finished the task, in words; None while it is open or was never finished."""
    if task.state == "open":
        return None
    query = select(Submission).where(Submission.task_id == task.id).order_by(Submission.id.desc())
    last = (await session.scalars(query)).first()
    return None if last is None else desk.policy.posts[task.post].label


async def _open_draft(
    session: AsyncSession, desk: Desk, person: Person, form_name: str, task: Task | None
) -> Draft | None:
    mine = (Draft.official_id == person.id) & (Draft.form == form_name) & (Draft.state == "open")
    same_task = Draft.task_id == task.id if task is not None else Draft.task_id.is_(None)
    recent = Draft.touched_at >= desk.now() - timedelta(hours=KEPT_HOURS)
    query = select(Draft).where(mine, same_task, recent).order_by(Draft.id.desc())
    return (await session.scalars(query)).first()


async def _begin(
    session: AsyncSession, desk: Desk, person: Person, form_name: str, task: Task | None
) -> Draft:
    await desk.keep_policy(session)
    facts = await _facts(session, desk, task) if task is not None else _no_facts()
    if form_name in STEPS:
        facts[SHOWN] = [one.name for one in await ready_for(session, desk, person, form_name)]
    draft = Draft(
        form=form_name,
        policy_digest=desk.policy.digest,
        official_id=person.id,
        task_id=task.id if task is not None else None,
        facts=facts,
        answers={},
        marked=[],
        revision=1,
        state="open",
        opened_at=desk.now(),
        touched_at=desk.now(),
    )
    opened = OpenForm(desk.policy.forms[form_name], facts)
    begun = await _first_sheet(session, desk, opened, task)
    draft.answers, draft.at = dict(begun.answers), begun.at
    draft.marked, draft.asking = list(begun.marked), list(begun.asking)
    session.add(draft)
    if task is not None and task.started_at is None and form_name == task_form(desk.policy, task):
        task.started_at = desk.now()
    await session.flush()
    return draft


async def _first_sheet(session: AsyncSession, desk: Desk, form: OpenForm, task: Task | None) -> Sheet:
    """An empty one; for a step that was sent back, what was answered, with what it was sent back for open."""
    if task is None or task.asks is None or form.form.name != task_form(desk.policy, task):
        return forms.begin(form)
    before = await sent_back(session, task)
    asked = {*task.asks}
    asking = [one.name for one in form.every(before.answers) if {one.group, parted(one.name)[2]} & asked]
    return forms.begin(form, before.answers, asking)


def _no_facts() -> dict[str, Any]:
    empty = dict.fromkeys(("place", "household", "words", "source", "due", "limit", "last", BRIEF), "")
    return {**empty, "income_line": 0}


async def _facts(session: AsyncSession, desk: Desk, task: Task) -> dict[str, Any]:
    """What labels and conditions of a form may name; days in ISO form."""
    await desk.areas.learn(session, {task.region_code})
    line = line_in_force(desk.policy, desk.today())
    value = line.value if line else 0
    facts = {**_no_facts(), "due": task.due_on.isoformat(), "income_line": value}
    if task.case_id is None:
        clue = await session.get_one(Clue, task.clue_id)
        words, source = clue_words(desk.policy, [clue])
        where = place(desk.areas, task.region_code)
        return {**facts, "place": where, "household": clue.signal_id, "words": words, "source": source}
    case = await session.get_one(Case, task.case_id)
    household = await session.get_one(Household, case.household_id)
    await desk.areas.learn(session, {case.region_code})
    about = case_facts(desk, household, case)
    named = {key: about[key] for key in ("place", "household", "words", "source")}
    visits = select(FollowUp.done_on).where(
        FollowUp.household_id == household.id, FollowUp.done_on.is_not(None)
    )
    last = (await session.scalars(visits.order_by(FollowUp.done_on.desc()))).first() or case.recognised_on
    return {**facts, **named, "limit": case.limit_on.isoformat(), "last": last.isoformat() if last else ""}


async def open_page(session: AsyncSession, desk: Desk, draft: Draft, person: Person) -> Page:
    """A draft with its form as frozen when it began, and last time's answers."""
    policy = await desk.policy_of(session, draft.policy_digest)
    task = await session.get_one(Task, draft.task_id) if draft.task_id is not None else None
    if task is not None:
        await desk.areas.learn(session, {task.region_code})
    chosen = await offered(session, desk, policy.forms[draft.form], Asker(person, task))
    form = OpenForm(policy.forms[draft.form], draft.facts, chosen)
    return await completed(session, desk, Page(draft, form, _sheet(draft), Known(), task, person))


async def _brief(session: AsyncSession, desk: Desk, page: Page) -> list[str]:
    """What is known of the case, or of all those that may be agreed to together."""
    if page.draft.form in STEPS:
        ready = await ready_for(session, desk, page.person, page.draft.form)
        ready = [one for one in ready if one.name in page.draft.facts[SHOWN]]
        return [f"没有疑点、可以一起办的 {len(ready)} 户：", *(f"・{one.line}" for one in ready)]
    if page.task is None or page.task.case_id is None:
        return []
    case = await session.get_one(Case, page.task.case_id)
    return brief(await record_of(session, desk, case), line_in_force(desk.policy, desk.today()))


async def completed(session: AsyncSession, desk: Desk, page: Page) -> Page:
    """The page with what its open question wants to show: last time's answers, or a brief of the case."""
    form, task = page.form, page.task
    if page.sheet.at and shows(form.form, page.sheet.at, BRIEF):
        told = await _brief(session, desk, page)
        form = replace(form, facts={**form.facts, BRIEF: "\n".join(told)})
    return replace(page, form=form, last=await last_time(session, form, page.sheet, task))


def _sheet(draft: Draft) -> Sheet:
    confirming = draft.answers.get(CONFIRMING)
    answers = {name: value for name, value in draft.answers.items() if name != CONFIRMING}
    return Sheet(answers, draft.at, tuple(draft.marked), tuple(draft.asking or ()), confirming, draft.editing)


CONFIRMING = "?"


async def load_page(session: AsyncSession, desk: Desk, person: Person, draft_id: int) -> Page:
    """The person's own open draft. Raises `Stale`, `Over` or `NotYours`."""
    draft = await session.get(Draft, draft_id)
    if draft is None or draft.official_id != person.id:
        raise NotYours
    task = await session.get_one(Task, draft.task_id) if draft.task_id is not None else None
    if draft.state != "open":
        raise Over(await done_by(session, desk, task) if task is not None else None)
    if task is not None:
        await _check_task(session, desk, person, draft.form, task)
    return await open_page(session, desk, draft, person)


async def turn(session: AsyncSession, desk: Desk, page: Page, sheet: Sheet, revision: int) -> Page:
    """Saves the sheet if the revision is still the one pressed on; raises `Stale` otherwise."""
    answers = dict(sheet.answers)
    if sheet.confirming is not None:
        answers[CONFIRMING] = sheet.confirming
    turned = {
        "answers": answers,
        "at": sheet.at,
        "marked": list(sheet.marked),
        "asking": list(sheet.asking),
        "editing": sheet.editing,
        "revision": revision + 1,
        "touched_at": desk.now(),
    }
    result: Any = await session.execute(
        update(Draft)
        .where(Draft.id == page.draft.id, Draft.revision == revision, Draft.state == "open")
        .values(**turned)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise Stale
    for name, value in turned.items():
        set_committed_value(page.draft, name, value)
    return await completed(session, desk, replace(page, sheet=sheet))


async def drafts_of(session: AsyncSession, desk: Desk, person: Person) -> list[Draft]:
    """The person's unfinished sheets, the latest first."""
    since = desk.now() - timedelta(hours=KEPT_HOURS)
    mine = (Draft.official_id == person.id) & (Draft.state == "open") & (Draft.touched_at >= since)
    return list((await session.scalars(select(Draft).where(mine).order_by(Draft.touched_at.desc()))).all())
