"""What a bot says about itself: name, commands by scope and language, descriptions, menu button."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramUnauthorizedError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
)

from simulator import TOKEN, Emulator, Phone


def command(name: str) -> list[BotCommand]:
    return [BotCommand(command=name, description="说明")]


async def test_get_me(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.first_name) == (int(TOKEN.split(":")[0]), True, "金汤")
    assert me.username


async def test_the_webhook_is_empty(bot: Bot) -> None:
    assert await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_the_narrowest_command_scope_wins(bot: Bot, phone: Phone) -> None:
    await bot.set_my_commands(command("everybody"))
    assert [shown["command"] for shown in phone.commands] == ["everybody"]
    await bot.set_my_commands(command("private"), scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(command("mine"), scope=BotCommandScopeChat(chat_id=phone.id))
    await bot.set_my_commands(
        command("chinese"), scope=BotCommandScopeChat(chat_id=phone.id), language_code="zh"
    )
    assert [shown["command"] for shown in phone.commands] == ["chinese"]
    own = BotCommandScopeChat(chat_id=phone.id)
    assert (await bot.get_my_commands(scope=own))[0].command == "mine"
    for language in ("zh", None):
        await bot.delete_my_commands(scope=own, language_code=language)
    assert [shown["command"] for shown in phone.commands] == ["private"]
    assert await bot.get_my_commands(scope=own) == []


BAD_COMMANDS = [
    ([BotCommand(command="今天", description="x")], "BOT_COMMAND_INVALID"),
    ([BotCommand(command="Today", description="x")], "BOT_COMMAND_INVALID"),
    ([BotCommand(command="x" * 33, description="x")], "BOT_COMMAND_INVALID"),
    ([BotCommand(command="x", description="")], "BOT_COMMAND_DESCRIPTION_INVALID"),
    (command("x") * 101, "BOT_COMMANDS_TOO_MUCH"),
]


@pytest.mark.parametrize(("commands", "reason"), BAD_COMMANDS)
async def test_bad_commands(bot: Bot, commands: list[BotCommand], reason: str) -> None:
    with pytest.raises(TelegramBadRequest, match=reason):
        await bot.set_my_commands(commands)


async def test_commands_of_an_unknown_chat(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_my_commands(command("x"), scope=BotCommandScopeChat(chat_id=404))


async def test_descriptions_and_menu_button(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    assert await bot.set_my_description("收线索、办核查")
    assert await bot.set_my_short_description("提醒机器人")
    assert emulator.bot().profile["description", ""] == "收线索、办核查"
    with pytest.raises(TelegramBadRequest, match="short description is too long"):
        await bot.set_my_short_description("长" * 121)
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await bot.set_chat_menu_button(chat_id=phone.id, menu_button=MenuButtonCommands())
    assert emulator.bot().menu_button == {"type": "commands"}


async def test_get_chat(bot: Bot, phone: Phone) -> None:
    chat = await bot.get_chat(phone.id)
    assert (chat.type, chat.first_name) == ("private", "王小满")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.get_chat(404)


async def test_several_bots_live_side_by_side(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    token = "7000000002:another-simulated-token"
    emulator.person(id=phone.id, token=token).start("second")
    async with Bot(token, session=bot.session).context(auto_close=False) as second:
        (update,) = await second.get_updates()
        assert update.message is not None
        assert update.message.text == "/start second"
        await second.send_message(phone.id, "从第二个机器人")
    assert phone.received == []
    assert emulator.phone(phone.id, token).last.text == "从第二个机器人"


async def test_a_token_of_the_wrong_shape_is_a_401(bot: Bot) -> None:
    async with Bot("7000000003:short", session=bot.session).context(auto_close=False) as stranger:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await stranger.get_me()
