"""A bot's account: its waiting updates, chats, commands and the taps that want an answer."""

from __future__ import annotations

import itertools
import time
from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.bell import Bell
from simulator.errors import ApiError, Json
from simulator.state import Chat, Person

if TYPE_CHECKING:
    from simulator.webhooks import Webhook

TAPS = 10_000
WAITING = 100_000
_OPTIONAL = frozenset(("chat_member", "message_reaction", "message_reaction_count"))


@dataclass(slots=True, eq=False)
class Tap:
    """A tapped inline button; `answer` is None until the bot answers."""

    id: str
    person: Person
    chat: Chat
    message_id: int
    data: str
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class _Waiting:
    update: Json
    deliveries: int


class Updates:
    """A bot's queue: what was read stays until a higher offset acknowledges it."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.allowed: list[str] = []
        self._ids = itertools.count(700_000_001)
        self._waiting: OrderedDict[int, _Waiting] = OrderedDict()
        self.polls = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, kind: str, payload: Json, deliveries: int = 1) -> int | None:
        """Queue an update unless the bot did not ask for its kind; returns its id."""
        if kind not in self.allowed if self.allowed else kind in _OPTIONAL:
            return None
        update_id = next(self._ids)
        self._waiting[update_id] = _Waiting({"update_id": update_id, kind: payload}, deliveries)
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        self.bell.ring()
        return update_id

    def acknowledge(self, offset: int) -> None:
        """Forget all before `offset`; a negative one keeps that many from the end."""
        if offset < 0:
            offset = next(iter([*self._waiting][offset:]), 0)
        for update_id in [*itertools.takewhile(lambda known: known < offset, self._waiting)]:
            self._deliver_again_or_forget(update_id)

    def _deliver_again_or_forget(self, update_id: int) -> None:
        waiting = self._waiting[update_id]
        waiting.deliveries -= 1
        if waiting.deliveries <= 0:
            del self._waiting[update_id]

    def forget(self, update_id: int) -> None:
        """Acknowledged by itself, as a webhook does."""
        if update_id in self._waiting:
            self._deliver_again_or_forget(update_id)

    def heads(self, flying: Container[int], most: int, reordered: Callable[[], bool]) -> list[Json]:
        """What a webhook may be sent now: the first of each chat that has nothing on its way.

        A scripted reordering sends the first two of a chat the wrong way round.
        """
        lines: dict[Any, list[Json]] = {}
        for number, waiting in self._waiting.items():
            lines.setdefault(chat_of(waiting.update) or number, []).append(waiting.update)
        heads: list[Json] = []
        for line in lines.values():
            if len(heads) < most and not any(update["update_id"] in flying for update in line):
                heads.append(line[1] if len(line) > 1 and reordered() else line[0])
        return heads

    def clear(self) -> None:
        self._waiting.clear()

    async def read(
        self,
        offset: int,
        limit: int,
        seconds: float,
        closing: Callable[[], bool],
        reordered: Callable[[], bool],
    ) -> list[Json]:
        """A long poll; a second one ends the first with Telegram's 409."""
        self.polls += 1
        poll = self.polls
        self.bell.ring()
        if offset:
            self.acknowledge(offset)
        rings = self.bell.rings
        end = time.monotonic() + seconds
        while not self._waiting and not closing() and (left := end - time.monotonic()) > 0:
            await self.bell.wait(rings, left)
            rings = self.bell.rings
            if self.polls != poll:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        read = [waiting.update for waiting in itertools.islice(self._waiting.values(), limit)]
        if len(read) > 1 and reordered():
            read[0], read[1] = read[1], read[0]
        return read


def chat_of(update: Json) -> int | None:
    """The chat that an update is about."""
    about: Json = next((part for part in update.values() if isinstance(part, dict)), {})
    chat = (about.get("message") or about).get("chat") or {}
    return chat.get("id")


@dataclass(slots=True, eq=False)
class BotAccount:
    """One bot, known by its token."""

    token: str
    name: str
    updates: Updates = field(default_factory=Updates)
    chats: dict[int, Chat] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "default"})
    taps: OrderedDict[str, Tap] = field(default_factory=OrderedDict)
    last_message_id: int = 0
    webhook: Webhook | None = None

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def username(self) -> str:
        return f"sim{self.id}_bot"

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id

    def chat_with(self, person: Person) -> Chat:
        """The private chat, opened by the person."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(self, person.id, person)
        return chat

    def remember_tap(self, tap: Tap) -> None:
        self.taps[tap.id] = tap
        if len(self.taps) > TAPS:
            self.taps.popitem(last=False)

    def commands_for(self, chat_id: int, language: str) -> list[Json]:
        """The menu a person sees in a private chat, by Telegram's order of scopes."""
        for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
            for spoken in (language[:2], ""):
                if (scope, spoken) in self.commands:
                    return self.commands[scope, spoken]
        return []


def scope_key(scope: Json | None) -> str:
    """A name for a command scope: its kind, and the chat and member it is bound to."""
    if not scope:
        return "default"
    bound: list[Any] = [scope[name] for name in ("chat_id", "user_id") if name in scope]
    return ":".join(map(str, [scope["type"], *bound]))
