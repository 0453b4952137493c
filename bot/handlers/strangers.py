"""Whoever is not linked learns how to be linked and nothing else."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.context import Context
from bot.handlers.linking import ask


def make() -> Router:
    router = Router(name="strangers")
    router.message.register(stranger, unknown)
    router.callback_query.register(pressed, unknown)
    return router


async def unknown(_event: Message | CallbackQuery, context: Context) -> bool:
    return context.person is None


async def stranger(_message: Message, context: Context) -> None:
    ask(context, "link_unknown")


async def pressed(_press: CallbackQuery, context: Context) -> None:
    context.answer.hint(context.text("link_unknown"), alert=True)
