"""/start, the invitation and the own contact: how a phone becomes a person of the roster."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import ChatMemberUpdated, Message

from bot.context import Context
from bot.keyboard import keyboard
from workflows import linking
from workflows.linking import Refusal


def make() -> Router:
    router = Router(name="linking")
    router.message.register(start, CommandStart())
    router.message.register(shared, F.contact)
    router.my_chat_member.register(member)
    router.message.register(start, Command("link"))
    return router


async def start(message: Message, command: CommandObject, context: Context) -> None:
    """A welcome; a linked person gets the keyboard back, a stranger the way in."""
    if context.person is not None:
        greet(context)
        return
    good = bool(command.args) and await linking.remember(
        context.session, context.desk, message.chat.id, command.args or ""
    )
    ask(context, "link_welcome" if good or not command.args else "link_unknown")


def ask(context: Context, key: str) -> None:
    """Says how to be linked, with the button that shares the own contact."""
    share = context.text("link_share")
    context.answer.say(context.text(key), keyboard=[[share]], asks_contact=True)


def greet(context: Context) -> None:
    desk, person = context.desk, context.me
    posts = "、".join(desk.policy.posts[post].label for post, _ in person.held) or "（暂无岗位）"
    words = context.text("link_done", name=person.official.name, posts=posts)
    context.answer.say(words, keyboard=keyboard(person, desk.policy.posts))
    context.answer.offer_commands(person.tier(desk.policy.posts))


async def shared(message: Message, context: Context) -> None:
    """The contact must be the sender's own and stand on the roster."""
    contact, sender = message.contact, message.from_user
    if contact is None or sender is None:
        return
    if context.person is not None and contact.user_id != sender.id:
        context.answer.say(context.text("only_words"))
        return
    linked = await linking.link(
        context.session, context.desk, message.chat.id, sender.id, contact.user_id, contact.phone_number
    )
    if isinstance(linked, Refusal):
        ask(context, "link_no_match")
        return
    linked.official.bot_id = context.answer.bot_id
    context.person = linked
    greet(context)
    context.answer.say(context.text("link_test"))


async def member(event: ChatMemberUpdated, context: Context) -> None:
    """Stopped or restarted by the person."""
    blocked = event.new_chat_member.status in ("kicked", "left")
    await linking.set_blocked(context.session, context.desk, event.chat.id, blocked=blocked)
