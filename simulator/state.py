"""What the emulated Telegram remembers: persons, chats and their messages with all versions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.errors import Json

if TYPE_CHECKING:
    from simulator.bots import BotAccount

HISTORY = 5_000
VERSIONS = 50


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a phone; `phone` is the number in international form."""

    id: int
    first_name: str
    phone: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "zh-hans"
    deactivated: bool = False

    def as_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        return {**user, "language_code": self.language_code}

    def as_contact(self) -> Json:
        contact: Json = {"phone_number": self.phone, "first_name": self.first_name}
        if self.last_name:
            contact["last_name"] = self.last_name
        return {**contact, "user_id": self.id}


@dataclass(frozen=True, slots=True)
class Version:
    """A message as it looked until its next edit."""

    content: Json
    markup: Json | None
    at: int


@dataclass(slots=True, eq=False)
class Message:
    """A message in a chat; `content` holds the fields of the Bot API's Message that depend on its kind."""

    chat: Chat
    id: int
    sender: Person | BotAccount
    date: int
    content: Json
    markup: Json | None = None
    frozen: bool = False
    edited_at: int | None = None
    deleted: bool = False
    history: deque[Version] = field(default_factory=lambda: deque(maxlen=VERSIONS))

    @property
    def from_bot(self) -> bool:
        return not isinstance(self.sender, Person)

    @property
    def text(self) -> str:
        """Text or caption; empty when there is neither."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        found: list[Json] = self.content.get("entities") or self.content.get("caption_entities") or []
        return found

    @property
    def rows(self) -> list[list[Json]]:
        return buttons_of(self.markup)

    @property
    def buttons(self) -> list[str]:
        """Labels of the inline keyboard, row after row."""
        return [button["text"] for row in self.rows for button in row]

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    def button(self, label: str) -> Json:
        """The inline button with this label; LookupError tells which there are."""
        for row in self.rows:
            for button in row:
                if button["text"] == label:
                    return button
        raise LookupError(f"no button {label!r} under message {self.id}; there are {self.buttons}")

    def markup_at(self, version: int | None) -> Json | None:
        """The inline keyboard of a past version (0 is the first), or the present one."""
        if version is None or version >= len(self.history):
            return self.markup
        return self.history[version].markup

    def replace(self, content: Json, markup: Json | None, at: int) -> None:
        self.history.append(Version(self.content, self.markup, self.edited_at or self.date))
        self.content, self.markup, self.edited_at = content, markup, at

    def as_api(self) -> Json:
        message: Json = {
            "message_id": self.id,
            "from": self.sender.as_user(),
            "chat": self.chat.as_api(),
            "date": self.date,
        }
        if self.edited_at is not None:
            message["edit_date"] = self.edited_at
        message.update(self.content)
        if self.markup:
            message["reply_markup"] = self.markup
        return message


def buttons_of(markup: Json | None) -> list[list[Json]]:
    rows: list[list[Json]] = (markup or {}).get("inline_keyboard", [])
    return rows


@dataclass(slots=True, eq=False)
class Keyboard:
    """What stands at the bottom of a chat: buttons, or a request to reply."""

    markup: Json
    message_id: int
    folded: bool = False

    @property
    def rows(self) -> list[list[Json]]:
        rows: list[list[Json]] = self.markup.get("keyboard", [])
        return rows

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]


@dataclass(slots=True, eq=False)
class Chat:
    """A bot's chat with a person, or a group the bot belongs to (negative id)."""

    bot: BotAccount
    id: int
    person: Person | None = None
    title: str = ""
    members: dict[int, Person] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    blocked: bool = False
    bot_left: bool = False
    pinned: list[int] = field(default_factory=list)
    keyboard: Keyboard | None = None
    action: tuple[str, float] | None = None
    menu_button: Json | None = None
    last_id: int = 0

    @property
    def kind(self) -> str:
        return "supergroup" if self.person is None else "private"

    def as_api(self) -> Json:
        if self.person is None:
            return {"id": self.id, "type": self.kind, "title": self.title}
        chat: Json = {"id": self.id, "first_name": self.person.first_name, "type": "private"}
        if self.person.last_name:
            chat["last_name"] = self.person.last_name
        if self.person.username:
            chat["username"] = self.person.username
        return chat

    def next_id(self) -> int:
        """Private chats share the bot's counter, a supergroup counts by itself."""
        if self.person is not None:
            return self.bot.next_message_id()
        self.last_id += 1
        return self.last_id

    def add(self, message: Message) -> None:
        self.messages[message.id] = message
        if len(self.messages) > HISTORY:
            del self.messages[next(iter(self.messages))]

    def remove(self, message: Message) -> None:
        message.deleted = True
        del self.messages[message.id]
        if message.id in self.pinned:
            self.pinned.remove(message.id)
        if self.keyboard and self.keyboard.message_id == message.id:
            self.keyboard = None

    def find(self, message_id: Any) -> Message | None:
        return self.messages.get(message_id)
