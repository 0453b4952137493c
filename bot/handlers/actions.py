"""Beginning: the form of a task, an action on it, a form of its own, a sheet left unfinished."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot import form_cards
from bot.context import Context
from bot.handlers.views import number
from storage.work import Draft, Task
from workflows import actions, together
from workflows.pages import NotYours, Over, Page, load_page, open_sheet
from workflows.tasks import task_form

PRESETS = {"start": ("now", "later", "not_mine")}
TASK_ACTIONS = actions.NEEDS_COMMAND | {"hand_over", "escalate", "excuse"}
OWN_FORMS = ("report", "feedback", "leave", *together.STEPS)


def make() -> Router:
    router = Router(name="actions")
    router.callback_query.register(fill_in, F.data.startswith("fill:"))
    router.callback_query.register(act, F.data.startswith("act:"))
    router.callback_query.register(blank, F.data.startswith("new:"))
    router.callback_query.register(resume, F.data.startswith("draft:"))
    return router


async def fill_in(press: CallbackQuery, context: Context) -> None:
    """The form of the task, begun or resumed; 改天去 and 不归我管 answer the first question ahead."""
    task = await context.session.get(Task, number(press))
    if task is None:
        raise NotYours
    await _open(context, task_form(context.desk.policy, task), task, _preset(press.data or ""))


def _preset(data: str) -> dict[str, str]:
    name, _, value = data.split(":")[2].partition("=") if data.count(":") == 2 else ("", "", "")
    return {name: value} if value in PRESETS.get(name, ()) else {}


async def act(press: CallbackQuery, context: Context) -> None:
    """协助, 改派, 延期, 报上级, 说明情况, 转给别人."""
    form = (press.data or "").split(":")[1]
    task = await context.session.get(Task, number(press, 2))
    if task is None or task.case_id is None or form not in TASK_ACTIONS:
        raise NotYours
    await _open(context, form, task, {})


async def blank(press: CallbackQuery, context: Context) -> None:
    form = (press.data or "").partition(":")[2]
    if form not in OWN_FORMS:
        raise NotYours
    await _open(context, form, None, {})


async def _open(context: Context, form: str, task: Task | None, preset: dict[str, str]) -> None:
    page = await open_sheet(context.session, context.desk, context.me, form, task, preset)
    show_new(context, page)


def show_new(context: Context, page: Page) -> None:
    """The page as a new message: the card that led here stays."""
    if nothing := _nothing_to_choose(page):
        context.answer.hint(context.text(nothing), alert=True)
        page.draft.state = "dropped"
        return
    text, buttons = form_cards.card(page, context.desk)
    context.answer.say(text, buttons, draft_id=page.draft.id)


def _nothing_to_choose(page: Page) -> str | None:
    """What to say where the system has no choice to offer."""
    question = page.form.question(page.sheet.at) if page.sheet.at else None
    if question is None or not question.choices_from:
        return None
    if page.form.choices_of(question, page.sheet.answers):
        return None
    return "no_deputy" if question.choices_from == "colleagues" else "nothing_to_choose"


async def resume(press: CallbackQuery, context: Context) -> None:
    draft = await context.session.get(Draft, number(press))
    if draft is None:
        raise Over
    show_new(context, await load_page(context.session, context.desk, context.me, draft.id))
