"""The permanent keyboard and the commands."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import form_cards, lists
from bot.context import Context
from bot.keyboard import HELP, MINE, NOW, REPORT, TODO, keyboard
from config.models import Tier
from notifications.channel import Button
from workflows import leave
from workflows.pages import drafts_of, open_sheet


def make() -> Router:
    router = Router(name="menu")
    router.message.register(todo, F.text == TODO)
    router.message.register(todo, Command("todo", "list"))
    router.message.register(report, F.text == REPORT)
    router.message.register(report, Command("report"))
    router.message.register(mine, F.text == MINE)
    router.message.register(mine, Command("visits"))
    router.message.register(help_, F.text == HELP)
    router.message.register(help_, Command("help"))
    router.message.register(now, F.text == NOW)
    router.message.register(now, Command("now", "town", "county"))
    router.message.register(drafts, Command("drafts"))
    router.message.register(feedback, Command("feedback"))
    router.callback_query.register(back, F.data == "back")
    return router


async def todo(_message: Message, context: Context) -> None:
    context.answer.say(*await lists.todo(context, 0))


async def report(message: Message, context: Context) -> None:
    await _blank(message, context, "report")


async def feedback(message: Message, context: Context) -> None:
    await _blank(message, context, "feedback")


async def _blank(message: Message, context: Context, form: str) -> None:
    """A form that belongs to no task."""
    if _in_city(context) and form == "report":
        context.answer.say(
            context.text("help_city"), keyboard=keyboard(context.me, context.desk.policy.posts)
        )
        return
    page = await open_sheet(context.session, context.desk, context.me, form, None)
    text, buttons = form_cards.card(page, context.desk)
    context.answer.say(text, buttons, draft_id=page.draft.id)


def _in_city(context: Context) -> bool:
    return context.me.tier(context.desk.policy.posts) is Tier.city


async def mine(_message: Message, context: Context) -> None:
    context.answer.say(*await lists.households(context, 0))


async def now(_message: Message, context: Context) -> None:
    for text, buttons in await lists.situations(context):
        context.answer.say(text, buttons)


async def help_(_message: Message, context: Context) -> None:
    """What this tier can do, and the keyboard again in case it was folded away."""
    posts = context.desk.policy.posts
    tier = context.me.tier(posts)
    context.answer.say(context.text(f"help_{tier.value}"), keyboard=keyboard(context.me, posts))
    if tier is not Tier.city:
        away = await leave.coming(context.session, context.desk, context.me)
        own = Button("我回来了", "back") if away else Button("我请假", "new:leave")
        rows = [[Button("提意见", "new:feedback"), Button("没填完的表", "drafts")], [own]]
        context.answer.say(context.text("help_more"), rows)


async def back(_press: CallbackQuery, context: Context) -> None:
    """我回来了: the deputy is told, and everything comes here again."""
    was_away = await leave.back(context.session, context.desk, context.me)
    context.answer.show(context.text("leave_back" if was_away else "stale"))


async def drafts(_message: Message, context: Context) -> None:
    unfinished = await drafts_of(context.session, context.desk, context.me)
    context.answer.say(*lists.drafts(context, unfinished))
