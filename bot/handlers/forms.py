"""The chat form runner: every press carries draft, revision, question and answer (promise 2)."""

from dataclasses import dataclass

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot import form_cards
from bot.context import Context
from bot.form_presses import part_at, question_at
from bot.form_summary import part_card, take_out_card
from notifications.channel import Button
from storage.work import Task
from workflows import answers, cards
from workflows.answers import Submitted
from workflows.authority import may_finish
from workflows.forms import SKIPPED, Refused
from workflows.open_form import PartOfForm
from workflows.pages import Page, Stale, load_page
from workflows.tasks import open_tasks_of, task_form
from workflows.together import STEPS

SHORT = 2
THANKS = {"feedback": "feedback_thanks", "leave": "leave_done"} | dict.fromkeys(STEPS, "together_done")
LOOKS = ("g", "d")
PARTS = {"n": answers.add_another, "r": answers.take_out, "w": answers.as_last_time}


@dataclass(frozen=True, slots=True)
class Pressed:
    """The parts of a press; what is missing or forged reads as zero or empty."""

    kind: str
    draft: int
    revision: int
    key: str
    value: str

    @classmethod
    def read(cls, data: str) -> "Pressed":
        parts = [*data.split(":"), "", "", "", "", ""]
        if parts[0] == "m":  # a toggle has no revision: draft, question, option, wanted
            return cls("m", _int(parts[1]), 0, parts[2], f"{parts[3]}:{parts[4]}")
        return cls(parts[0], _int(parts[1]), _int(parts[2]), parts[3], parts[4])


def _int(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else -1


def make() -> Router:
    router = Router(name="forms")
    router.callback_query.register(press, F.data.regexp(r"^[amoybexlskpgdrnw]:"))
    return router


async def press(event: CallbackQuery, context: Context) -> None:
    """One press on a form."""
    pressed = Pressed.read(event.data or "")
    page = await load_page(context.session, context.desk, context.me, pressed.draft)
    if pressed.kind == "p":
        show(context, page, max(pressed.revision, 0))
        return
    if pressed.kind == "s":
        _put_aside(context, page)
        return
    if pressed.kind in LOOKS and page.draft.revision == pressed.revision:
        _look(context, page, pressed)
        return
    try:
        turned = await _turned(context, page, pressed)
    except Stale:
        context.answer.hint(context.text("stale"))
        show(context, page)
        return
    await after(context, turned)


async def _turned(context: Context, page: Page, pressed: Pressed) -> Page | Refused | Submitted:
    session, desk, revision = context.session, context.desk, pressed.revision
    if pressed.kind == "b":
        return await answers.step_back(session, desk, page, revision)
    if pressed.kind == "k":
        return await answers.submit(session, desk, context.me, page, revision)
    if pressed.kind == "y":
        return await answers.give(session, desk, page, page.sheet.confirming, revision)
    if pressed.kind in PARTS:
        return await PARTS[pressed.kind](session, desk, page, _part(page, pressed.key), revision)
    question = _question(page, pressed.key)
    if pressed.kind == "e":
        return await answers.reopen(session, desk, page, question, revision)
    if question != page.sheet.at:
        raise Stale
    if pressed.kind == "m":
        option, _, wanted = pressed.value.partition(":")
        return await answers.mark(session, desk, page, option, wanted=wanted == "1")
    return await answers.give(session, desk, page, _value(page, pressed, question), revision)


def _question(page: Page, key: str) -> str:
    name = question_at(page, key)
    if name is None:
        raise Stale
    return name


def _part(page: Page, key: str) -> PartOfForm:
    part = part_at(page, key)
    if part is None:
        raise Stale
    return part


def _look(context: Context, page: Page, pressed: Pressed) -> None:
    """A card that changes nothing: the answers of a group, or whether one of several is to go."""
    part = _part(page, pressed.key)
    if pressed.kind == "g":
        text, buttons = part_card(page, part)
    else:
        text, buttons = take_out_card(page, context.desk, part)
    context.answer.show(text, buttons, draft_id=page.draft.id)


def _value(page: Page, pressed: Pressed, question: str) -> object:
    match pressed.kind:
        case "x":
            return SKIPPED
        case "o":
            return list(page.sheet.marked)
        case "l":
            return page.last.answers.get(question)
        case _:
            return pressed.value


async def after(context: Context, turned: Page | Refused | Submitted) -> None:
    """Shows the next question, what is wrong with the answer, or what the sheet has done."""
    if isinstance(turned, Refused):
        context.answer.hint(turned.message, alert=True)
        return
    if isinstance(turned, Page) and _ready(turned):
        turned = await answers.submit(
            context.session, context.desk, context.me, turned, turned.draft.revision
        )
    if isinstance(turned, Submitted):
        await _done(context, turned)
    else:
        show(context, turned)


def _ready(page: Page) -> bool:
    """Short sheets need no summary."""
    brief = page.form.brief(page.sheet.answers) or len(page.sheet.answers) <= SHORT
    return page.sheet.at is None and brief and not page.sheet.editing


def show(context: Context, page: Page, sheet_page: int = 0) -> None:
    text, buttons = form_cards.card(page, context.desk, sheet_page)
    context.answer.show(text, buttons, draft_id=page.draft.id)


def _put_aside(context: Context, page: Page) -> None:
    """暂存: everything is saved already; the card says how to go on."""
    context.answer.show(context.text("saved"), [[Button("接着填", f"draft:{page.draft.id}")]])


async def _done(context: Context, done: Submitted) -> None:
    """What was registered, and a button to go straight on with what comes next."""
    following = "、".join(done.following) or "没有，这件办完了"
    words = context.text("submitted", step=done.step, outcome=done.outcome, following=following)
    if done.case is None:
        said = "form_tried" if done.tried else THANKS.get(done.form.form.name, "action_done")
        words = context.text(said, action=done.step)
    if done.late_entry:
        words += "\n" + context.text("late_entry")
    context.answer.show(words, await _next(context, done))


async def _next(context: Context, done: Submitted) -> list[list[Button]]:
    """What this person can do at once; the next visit can wait."""
    rows: list[list[Button]] = []
    tasks = await open_tasks_of(context.session, done.case.id) if done.case else []
    for task in tasks:
        waits = done.case is not None and task.procedure != done.case.procedure
        if not waits and task.opens_on <= context.desk.today() and await _own(context, task):
            title = context.desk.policy.forms[task_form(context.desk.policy, task)].title
            rows.append([cards.fill_in(task.id, f"接着办：{title}")])
    return [*rows[:2], [Button("今日待办", "todo")]]


async def _own(context: Context, task: Task) -> bool:
    allowed, on_behalf = await may_finish(context.session, context.desk, context.me, task)
    return allowed and not on_behalf
