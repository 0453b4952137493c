"""A person's phone: what one can do with it, and what one sees on it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.bots import BotAccount, Tap
from simulator.errors import Json
from simulator.sending import quoted
from simulator.state import Chat, Keyboard, Message, Person, buttons_of
from simulator.text import with_found

if TYPE_CHECKING:
    from simulator.emulator import Emulator

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8"
    "797c050004c502499fb1567d0000000049454e44ae426082"
)
_tap_numbers = itertools.count(4_000_000_001)


class Phone:
    """One person's chat with one bot. Acts return the message or tap they made."""

    def __init__(self, emulator: Emulator, person: Person, bot: BotAccount) -> None:
        self.emulator = emulator
        self.person = person
        self.bot = bot
        self._known = 0

    # What one sees

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def chat(self) -> Chat | None:
        """The chat with the bot; None before start was pressed."""
        return self.bot.chats.get(self.person.id)

    @property
    def messages(self) -> list[Message]:
        """All messages that are still there, own ones too, oldest first."""
        return [*self.chat.messages.values()] if self.chat else []

    @property
    def received(self) -> list[Message]:
        """The bot's messages only."""
        return [message for message in self.messages if message.from_bot]

    def news(self) -> list[Message]:
        """The bot's messages that came since this was last asked, those still there; edits do not count."""
        fresh = [message for message in self.received if message.id > self._known]
        self._known = max([self._known, *(message.id for message in fresh)])
        return fresh

    @property
    def last(self) -> Message:
        """The newest message of the bot; LookupError if there is none."""
        for message in reversed(self.messages):
            if message.from_bot:
                return message
        raise LookupError(f"{self.person.first_name} has no message from the bot")

    @property
    def keyboard(self) -> list[list[str]]:
        """Labels of the reply keyboard at the bottom; empty if there is none."""
        bottom = self._bottom
        return [[button["text"] for button in row] for row in bottom.rows] if bottom else []

    @property
    def _bottom(self) -> Keyboard | None:
        return self.chat.keyboard if self.chat else None

    @property
    def last_tap(self) -> Tap | None:
        taps = reversed(self.bot.taps.values())
        return next((tap for tap in taps if tap.person is self.person), None)

    @property
    def toast(self) -> str | None:
        """Text of the answer to the last tap; None while it is unanswered."""
        tap = self.last_tap
        return tap.answer["text"] if tap and tap.answer else None

    @property
    def alert(self) -> bool:
        """Whether the last tap was answered with a window that must be closed."""
        tap = self.last_tap
        return bool(tap and tap.answer and tap.answer["alert"])

    @property
    def action(self) -> str | None:
        """What the bot is doing just now, such as "typing"."""
        shown = self.chat.action if self.chat else None
        return shown[0] if shown and shown[1] > self.emulator.monotonic() else None

    @property
    def pinned(self) -> Message | None:
        chat = self.chat
        return chat.find(chat.pinned[-1]) if chat and chat.pinned else None

    @property
    def commands(self) -> list[Json]:
        return self.bot.commands_for(self.person.id, self.person.language_code)

    # What one does

    def start(self, payload: str = "") -> Message:
        """Press start, with the payload of a deep link; a blocked bot is unblocked by it."""
        self.unblock()
        self.bot.chat_with(self.person)
        return self.say(f"/start {payload}".strip())

    def say(self, text: str, *, reply_to: Message | None = None, chat: Chat | None = None) -> Message:
        """Send a text, perhaps in reply to a message, perhaps in a group."""
        entities = with_found(text, [])
        content: Json = {"text": text, **({"entities": entities} if entities else {})}
        return self.send(content, reply_to=reply_to, chat=chat)

    def send(self, content: Json, *, reply_to: Message | None = None, chat: Chat | None = None) -> Message:
        """Send any content: the fields of the Bot API's Message that depend on its kind."""
        chat = chat or self._open_chat()
        if reply_to is not None:
            content = {"reply_to_message": quoted(reply_to), **content}
        message = self.emulator.post(chat, self.person, content)
        self.emulator.tell(self.bot, "message", message.as_api())
        return message

    def _open_chat(self) -> Chat:
        chat = self.chat
        if chat is None or chat.blocked:
            raise LookupError(f"{self.person.first_name} has not started the bot, or has blocked it")
        return chat

    def edit(self, message: Message, text: str) -> None:
        """Change an own text; the bot gets edited_message."""
        message.replace({**message.content, "text": text}, None, self.emulator.clock())
        self.emulator.events.publish("edited", message.chat, message.id)
        self.emulator.tell(self.bot, "edited_message", message.as_api())

    def share_contact(self) -> Message:
        """Send the own number, as the button of a reply keyboard does."""
        return self.send(self._as_answer({"contact": self.person.as_contact()}))

    def send_contact(self, phone: str, first_name: str, user_id: int | None = None) -> Message:
        """Send somebody else's number from the address book."""
        owner = {} if user_id is None else {"user_id": user_id}
        return self.send({"contact": {"phone_number": phone, "first_name": first_name, **owner}})

    def _as_answer(self, content: Json) -> Json:
        """What a keyboard's button sends is a reply to the message that brought the keyboard."""
        bottom = self._bottom
        asked = self._open_chat().find(bottom.message_id) if bottom else None
        return {"reply_to_message": quoted(asked), **content} if asked else content

    def send_photo(self, data: bytes = PICTURE, caption: str = "") -> Message:
        file = self.emulator.shelf.store("photos", "photo.jpg", "image/jpeg", data)
        return self.send({"photo": self.emulator.shelf.as_photo(file), **_captioned(caption)})

    def send_document(self, name: str = "file.txt", data: bytes = b"text", caption: str = "") -> Message:
        file = self.emulator.shelf.store("documents", name, "application/octet-stream", data)
        return self.send({"document": self.emulator.shelf.as_document(file), **_captioned(caption)})

    def send_voice(self, data: bytes = b"OggS", seconds: int = 3) -> Message:
        file = self.emulator.shelf.store("voice", "voice.oga", "audio/ogg", data)
        return self.send({"voice": {**file.as_api(), "duration": seconds, "mime_type": file.mime}})

    def send_location(self, latitude: float = 41.93, longitude: float = 117.76) -> Message:
        return self.send({"location": {"latitude": latitude, "longitude": longitude}})

    def forward(self, text: str, of: str = "转发来源") -> Message:
        """Forward a text of somebody who hides the account."""
        origin = {"type": "hidden_user", "sender_user_name": of, "date": self.emulator.clock()}
        return self.send({"forward_origin": origin, "text": text})

    def tap(self, label: str, message: Message | None = None, version: int | None = None) -> Tap | Message:
        """Tap a button by its label: the newest inline one, else one of the reply keyboard.

        With `message` only its keyboard counts; with `version` a past one of it (0 is the first).
        """
        if message is None:
            message = next((m for m in reversed(self.messages) if label in m.buttons), None)
        if message is not None:
            return self._tap_among(buttons_of(message.markup_at(version)), label, message)
        if any(label in row for row in self.keyboard):
            return self.press(label)
        shown = [m.buttons for m in self.messages if m.buttons]
        raise LookupError(f"no button {label!r}; there are {shown} and the keyboard {self.keyboard}")

    def _tap_among(self, rows: Sequence[Sequence[Json]], label: str, message: Message) -> Tap:
        for button in itertools.chain.from_iterable(rows):
            if button["text"] == label:
                return self._tap_button(button, message)
        raise LookupError(f"no button {label!r} under message {message.id} in that version")

    def tap_at(self, message: Message, row: int, column: int, version: int | None = None) -> Tap:
        """Tap a button by its place."""
        return self._tap_button(buttons_of(message.markup_at(version))[row][column], message)

    def _tap_button(self, button: Json, message: Message) -> Tap:
        if "callback_data" not in button:
            raise LookupError(f"button {button['text']!r} sends nothing to the bot: {button}")
        return self.tap_data(button["callback_data"], message)

    def tap_data(self, data: str, message: Message, *, inaccessible: bool = False) -> Tap:
        """Send any callback data for a message, forged data too.

        `inaccessible` is what a bot gets for a message that is too old to be shown to it.
        """
        tap = Tap(str(next(_tap_numbers)), self.person, message.chat, message.id, data, self.emulator.now())
        self.bot.remember_tap(tap)
        shown = {"chat": message.chat.as_api(), "message_id": message.id, "date": 0}
        self.emulator.tell(
            self.bot,
            "callback_query",
            {
                "id": tap.id,
                "from": self.person.as_user(),
                "message": shown if inaccessible else message.as_api(),
                "chat_instance": str(message.chat.id * 31 + self.bot.id),
                "data": data,
            },
        )
        return tap

    def press(self, label: str) -> Message:
        """Press a button of the reply keyboard: its text is sent, or the own contact if it asks so."""
        bottom = self._bottom
        button = next((b for row in bottom.rows for b in row if b["text"] == label), None) if bottom else None
        if bottom is None or button is None:
            raise LookupError(f"no button {label!r} on the keyboard {self.keyboard}")
        sent = self.share_contact() if button.get("request_contact") else self.say(label)
        bottom.folded = bool(bottom.markup.get("one_time_keyboard"))
        return sent

    def block(self) -> None:
        """Stop the bot: it hears my_chat_member and is refused with 403 from now on."""
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        chat = self.chat
        if chat is not None and chat.blocked != blocked:
            chat.blocked = blocked
            before, after = ("member", "kicked") if blocked else ("kicked", "member")
            self.emulator.tell_membership(chat, self.person, before, after)
            self.emulator.events.publish("blocked", chat)

    def leave(self, group: Chat | None = None) -> None:
        """Leave a group; without one, delete the chat with the bot, which blocks it."""
        if group is not None:
            del group.members[self.person.id]
            self.send({"left_chat_member": self.person.as_user()}, chat=group)
            return
        self.block()
        for message in self.messages:
            message.chat.remove(message)
        self.emulator.events.publish("cleared", self.chat)

    def deactivate(self) -> None:
        """Delete the account: every bot is refused with 403."""
        self.person.deactivated = True


def _captioned(caption: str) -> Json:
    return {"caption": caption} if caption else {}
