"""Chats and events as JSON, for the page of phones and for tests over HTTP."""

from __future__ import annotations

from typing import Any

from simulator.emulator import Emulator
from simulator.errors import Json
from simulator.events import Event
from simulator.people import Phone
from simulator.state import Chat, Keyboard, Message

SHOWN = 200


def message_view(message: Message) -> Json:
    return {
        **message.as_api(),
        "mine": not message.from_bot,
        "versions": len(message.history) + 1,
    }


def keyboard_view(keyboard: Keyboard | None) -> Json | None:
    if keyboard is None:
        return None
    return {**keyboard.markup, "message_id": keyboard.message_id, "folded": keyboard.folded}


def phone_view(phone: Phone, limit: int = SHOWN) -> Json:
    """All that a phone shows at this moment."""
    chat, tap = phone.chat, phone.last_tap
    return {
        "user": {**phone.person.as_user(), "phone": phone.person.phone},
        "bot": phone.bot.as_user(),
        "started": chat is not None,
        "blocked": bool(chat and chat.blocked),
        "messages": [message_view(message) for message in phone.messages[-limit:]],
        "keyboard": keyboard_view(chat.keyboard) if chat else None,
        "answer": tap.answer if tap else None,
        "action": phone.action,
        "pinned": phone.pinned.id if phone.pinned else None,
        "commands": phone.commands,
        "description": phone.bot.profile.get(("description", ""), ""),
        "event": phone.emulator.events.number,
    }


def event_view(event: Event) -> Json:
    """An event with the present state of what it is about."""
    view: Json = {"number": event.number, "kind": event.kind, "message_id": event.message_id, **event.more}
    chat = event.chat
    if chat is not None:
        view |= {"bot_token": chat.bot.token, "chat_id": chat.id}
        view |= _detail(event.kind, chat, event.message_id)
    return view


def _detail(kind: str, chat: Chat, message_id: int | None) -> Json:
    details: dict[str, Any] = {
        "message": lambda: {"message": _message(chat, message_id)},
        "edited": lambda: {"message": _message(chat, message_id)},
        "keyboard": lambda: {"keyboard": keyboard_view(chat.keyboard)},
        "deleted": lambda: {"keyboard": keyboard_view(chat.keyboard), "pinned": _last_pin(chat)},
        "pinned": lambda: {"pinned": _last_pin(chat)},
        "blocked": lambda: {"blocked": chat.blocked},
    }
    detail: Json = details[kind]() if kind in details else {}
    return detail


def _message(chat: Chat, message_id: int | None) -> Json | None:
    message = chat.find(message_id)
    return message_view(message) if message else None


def _last_pin(chat: Chat) -> int | None:
    return chat.pinned[-1] if chat.pinned else None


def people_view(emulator: Emulator, token: str | None) -> list[Json]:
    bot = emulator.bot(token)
    return [
        {**person.as_user(), "phone": person.phone, "started": person.id in bot.chats}
        for person in emulator.people.values()
    ]
