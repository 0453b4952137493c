"""The table of methods, and those that do not send or edit: profile, commands, pins, deletes, answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.bots import BotAccount, scope_key
from simulator.errors import Json, bad_request
from simulator.sending import (
    edit_message_reply_markup,
    edit_message_text,
    open_chat,
    send_document,
    send_message,
    send_photo,
)
from simulator.state import Chat, Message
from simulator.text import units

if TYPE_CHECKING:
    from simulator.emulator import Emulator

Method = Callable[["Emulator", BotAccount, Json], Any]
DELETABLE_SECONDS = 48 * 3600
TAP_SECONDS = 3600
TYPING_SECONDS = 5.0
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset((
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
))  # fmt: skip
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_me(em: Emulator, bot: BotAccount, p: Json) -> Json:
    return {
        **bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def get_webhook_info(em: Emulator, bot: BotAccount, p: Json) -> Json:
    if bot.webhook is not None:
        return bot.webhook.info(len(bot.updates))
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(bot.updates)}


def set_my_commands(em: Emulator, bot: BotAccount, p: Json) -> bool:
    if len(p["commands"]) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in p["commands"]:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(bot, p)] = p["commands"]
    em.events.publish("commands")
    return True


def get_my_commands(em: Emulator, bot: BotAccount, p: Json) -> list[Json]:
    return bot.commands.get(_scope(bot, p), [])


def delete_my_commands(em: Emulator, bot: BotAccount, p: Json) -> bool:
    bot.commands.pop(_scope(bot, p), None)
    em.events.publish("commands")
    return True


def _scope(bot: BotAccount, p: Json) -> tuple[str, str]:
    scope = p.get("scope") or {}
    if "chat_id" in scope and str(scope["chat_id"]) not in map(str, bot.chats):
        raise bad_request("chat not found")
    return scope_key(scope), p.get("language_code") or ""


def _set_profile(name: str, longest: int) -> Method:
    def method(em: Emulator, bot: BotAccount, p: Json) -> bool:
        text = p.get(name) or ""
        if units(text) > longest:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        bot.profile[name, p.get("language_code") or ""] = text
        return True

    return method


def set_chat_menu_button(em: Emulator, bot: BotAccount, p: Json) -> bool:
    button = p.get("menu_button") or {"type": "default"}
    if "chat_id" in p:
        open_chat(bot, p["chat_id"]).menu_button = button
    else:
        bot.menu_button = button
    return True


def delete_message(em: Emulator, bot: BotAccount, p: Json) -> bool:
    message = _known_chat(bot, p).find(p["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    _delete(em, [message])
    return True


def delete_messages(em: Emulator, bot: BotAccount, p: Json) -> bool:
    if not 1 <= len(p["message_ids"]) <= 100:
        raise bad_request("there are too many message identifiers to delete")
    chat = _known_chat(bot, p)
    _delete(em, [message for message in map(chat.find, p["message_ids"]) if message])
    return True


def _known_chat(bot: BotAccount, p: Json) -> Chat:
    chat = bot.chats.get(p["chat_id"])
    if chat is None:
        raise bad_request("chat not found")
    return chat


def _delete(em: Emulator, messages: list[Message]) -> None:
    if any(em.clock() - message.date > DELETABLE_SECONDS for message in messages):
        raise bad_request("message can't be deleted for everyone")
    for message in messages:
        message.chat.remove(message)
        em.events.publish("deleted", message.chat, message.id)


def pin_chat_message(em: Emulator, bot: BotAccount, p: Json) -> bool:
    chat = open_chat(bot, p["chat_id"])
    if chat.find(p["message_id"]) is None:
        raise bad_request("message to pin not found")
    _set_pins(em, chat, [*(pin for pin in chat.pinned if pin != p["message_id"]), p["message_id"]])
    return True


def unpin_chat_message(em: Emulator, bot: BotAccount, p: Json) -> bool:
    chat = open_chat(bot, p["chat_id"])
    message_id = p.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    _set_pins(em, chat, [pin for pin in chat.pinned if pin != message_id])
    return True


def unpin_all_chat_messages(em: Emulator, bot: BotAccount, p: Json) -> bool:
    _set_pins(em, open_chat(bot, p["chat_id"]), [])
    return True


def _set_pins(em: Emulator, chat: Chat, pins: list[int]) -> None:
    chat.pinned = pins
    em.events.publish("pinned", chat)


def answer_callback_query(em: Emulator, bot: BotAccount, p: Json) -> bool:
    tap = bot.taps.get(p["callback_query_id"])
    if tap is None or em.now() - tap.at > TAP_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = p.get("text") or ""
    if units(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if tap.answer is None:
        tap.answer = {"text": text, "alert": bool(p.get("show_alert")), "url": p.get("url")}
        em.events.publish("answer", tap.chat, tap.message_id, user_id=tap.person.id, **tap.answer)
    return True


def send_chat_action(em: Emulator, bot: BotAccount, p: Json) -> bool:
    if p["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = open_chat(bot, p["chat_id"])
    chat.action = (p["action"], em.monotonic() + TYPING_SECONDS)
    em.events.publish("action", chat, action=p["action"])
    return True


def get_file(em: Emulator, bot: BotAccount, p: Json) -> Json:
    return em.shelf.describe(p["file_id"])


def get_chat(em: Emulator, bot: BotAccount, p: Json) -> Json:
    chat = _known_chat(bot, p)
    info = {
        **chat.as_api(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    pinned = chat.find(chat.pinned[-1]) if chat.pinned else None
    return {**info, "pinned_message": pinned.as_api()} if pinned else info


def leave_chat(em: Emulator, bot: BotAccount, p: Json) -> bool:
    chat = open_chat(bot, p["chat_id"])
    if chat.person is not None:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_left = True
    em.tell_membership(chat, next(iter(chat.members.values())), "member", "left")
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": _set_profile("description", 512),
    "setMyShortDescription": _set_profile("short_description", 120),
    "setChatMenuButton": set_chat_menu_button,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
    "getChat": get_chat,
    "leaveChat": leave_chat,
}
