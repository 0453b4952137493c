"""Looking: a task, a case, a list, an area, what a card means."""

from collections.abc import Sequence

from aiogram import F, Router
from aiogram.types import CallbackQuery
from sqlalchemy import select

from bot import lists
from bot.context import Context
from notifications.channel import Button
from storage.people import Region
from storage.register import Clue
from storage.work import Case, Task
from workflows import cards
from workflows.authority import commands, may_finish, sees
from workflows.casebook import STAGES, open_case
from workflows.pages import drafts_of
from workflows.tasks import task_form

LONGEST = 17  # digits; no row has a longer number


def make() -> Router:
    router = Router(name="views")
    for prefix, handler in (
        ("open:", task_card),
        ("case:", case_card),
        ("why:", why),
        ("area:", area),
        ("cases:", area_cases),
    ):
        router.callback_query.register(handler, F.data.startswith(prefix))
    router.callback_query.register(todo, F.data.startswith("todo"))
    router.callback_query.register(mine, F.data.startswith("mine"))
    router.callback_query.register(drafts, F.data == "drafts")
    router.callback_query.register(now, F.data == "now")
    return router


def number(press: CallbackQuery, nth: int = 1) -> int:
    """The number in a press; a forged one is nobody's."""
    part = [*(press.data or "").split(":"), *("" for _ in range(nth))][nth]
    return int(part) if part.isdecimal() and len(part) <= LONGEST else 0


async def todo(press: CallbackQuery, context: Context) -> None:
    text, buttons = await lists.todo(context, number(press))
    (context.answer.show if ":" in (press.data or "") else context.answer.say)(text, buttons)


async def mine(press: CallbackQuery, context: Context) -> None:
    context.answer.show(*await lists.households(context, number(press)))


async def drafts(_press: CallbackQuery, context: Context) -> None:
    context.answer.say(*lists.drafts(context, await drafts_of(context.session, context.desk, context.me)))


async def now(_press: CallbackQuery, context: Context) -> None:
    for text, buttons in await lists.situations(context):
        context.answer.say(text, buttons)


async def task_card(press: CallbackQuery, context: Context) -> None:
    """A task with its case and with what this person may do."""
    task = await context.session.get(Task, number(press))
    if task is None or not await _sees_task(context, task):
        context.answer.hint(context.text("not_yours"), alert=True)
        return
    if task.case_id is None:
        await _clue_card(context, task)
        return
    opened = await open_case(context.session, context.desk, await context.session.get_one(Case, task.case_id))
    context.answer.say(opened.text, await _buttons(context, [t for t in opened.tasks if t.id == task.id]))


async def _sees_task(context: Context, task: Task) -> bool:
    await context.desk.areas.learn(context.session, {task.region_code})
    allowed, _ = await may_finish(context.session, context.desk, context.me, task)
    return allowed or await _sees_case(context, task.case_id)


async def _sees_case(context: Context, case_id: int | None) -> bool:
    case = await context.session.get(Case, case_id) if case_id else None
    if case is None:
        return False
    await context.desk.areas.learn(context.session, {case.region_code})
    return sees(context.desk.areas, context.me.held, case.region_code, context.desk.policy.posts)


async def _clue_card(context: Context, task: Task) -> None:
    clue = await context.session.get_one(Clue, task.clue_id)
    number = clue.household_number or "没有"
    text = context.text("clue_card", code=clue.signal_id, source=clue.dept, number=number)
    context.answer.say(text, await _buttons(context, [task]))


async def case_card(press: CallbackQuery, context: Context) -> None:
    case_id = number(press)
    if not await _sees_case(context, case_id):
        context.answer.hint(context.text("not_yours"), alert=True)
        return
    opened = await open_case(context.session, context.desk, await context.session.get_one(Case, case_id))
    context.answer.say(opened.text, await _ways(context, opened.tasks))


async def _ways(context: Context, tasks: Sequence[Task]) -> list[list[Button]]:
    """A button for each open task of a case: its holder fills it in, others look what can be done."""
    rows = []
    for task in tasks:
        allowed, on_behalf = await may_finish(context.session, context.desk, context.me, task)
        if allowed and not on_behalf and task.opens_on <= context.desk.today():
            title = context.desk.policy.forms[task_form(context.desk.policy, task)].title
            rows.append([cards.fill_in(task.id, title)])
        else:
            step = context.desk.policy.procedures[task.procedure].steps[task.step].label
            rows.append([Button(f"看 {step}", f"open:{task.id}")])
    return rows


async def _buttons(context: Context, tasks: Sequence[Task]) -> list[list[Button]]:
    """For each open task: fill it in where allowed, help where in command."""
    desk = context.desk
    rows: list[list[Button]] = []
    for task in tasks:
        if task.state != "open" or task.opens_on > desk.today():
            continue
        await desk.areas.learn(context.session, {task.region_code})
        allowed, _ = await may_finish(context.session, desk, context.me, task)
        if allowed:
            rows.append([cards.fill_in(task.id, desk.policy.forms[task_form(desk.policy, task)].title)])
        lineage = desk.areas.lineage(task.region_code)
        if commands(context.me.held, task.post, lineage, desk.policy.posts) and task.case_id is not None:
            rows += cards.overdue_above(task)
    return rows


async def why(press: CallbackQuery, context: Context) -> None:
    """这是什么意思: where the alert comes from and what is expected, in plain words."""
    task = await context.session.get(Task, number(press))
    if task is None or task.case_id is None or not await _sees_task(context, task):
        context.answer.hint(context.text("not_yours"), alert=True)
        return
    case = await context.session.get_one(Case, task.case_id)
    context.answer.say(context.text("alert_meaning", words=case.words, source=case.sources))


async def area(press: CallbackQuery, context: Context) -> None:
    """A township of the county."""
    code = (press.data or "").partition(":")[2]
    if await _answers_for(context, code):
        context.answer.say(*await lists.situation_card(context, code))


async def area_cases(press: CallbackQuery, context: Context) -> None:
    """The open cases of an area, in order of their numbers."""
    code = (press.data or "").partition(":")[2]
    if not await _answers_for(context, code):
        return
    desk = context.desk
    query = select(Case).where(Case.closed_on.is_(None)).order_by(Case.number)
    every = (await context.session.scalars(query)).all()
    await desk.areas.learn(context.session, {case.region_code for case in every})
    here = [case for case in every if any(at == code for _, at in desk.areas.lineage(case.region_code))]
    lines, buttons = [], []
    for case in here[:20]:
        lines.append(f"・{case.number} {STAGES[case.stage]}")
        buttons.append(Button(case.number, f"case:{case.id}"))
    context.answer.say(
        "\n".join([context.text("list_cases", count=len(here)), *lines]), lists.paired(buttons)
    )


async def _answers_for(context: Context, code: str) -> bool:
    """Whether the area exists and lies in the person's own."""
    desk = context.desk
    if await context.session.get(Region, code) is not None:
        await desk.areas.learn(context.session, {code})
        if sees(desk.areas, context.me.held, code, desk.policy.posts):
            return True
    context.answer.hint(context.text("not_yours"), alert=True)
    return False
