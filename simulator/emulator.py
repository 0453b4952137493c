"""The emulated Telegram as one object: bots, persons, time, faults, limits and the record."""

from __future__ import annotations

import itertools
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from simulator.bell import Bell
from simulator.bots import BotAccount
from simulator.errors import ApiError, Json
from simulator.events import Events
from simulator.faults import Faults
from simulator.journal import Call, Journal
from simulator.keyboards import Markup
from simulator.limits import RateLimits
from simulator.people import Phone
from simulator.receipts import Receipts
from simulator.shelf import Shelf
from simulator.state import Chat, Keyboard, Message, Person

TOKEN = "7000000001:simulated-token-of-no-real-bot"
_TOKEN_SHAPE = re.compile(r"\d{1,18}:[\w-]{20,}", re.ASCII)
_VIOLATIONS = 1_000
log = logging.getLogger("simulator")
T = TypeVar("T")


class Emulator:
    """Telegram on your own machine.

    `now` gives the emulated time in unix seconds and stamps every message; rate limits run on
    `monotonic`. Persons talk to the bot of `token` unless another token is named.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        *,
        token: str = TOKEN,
        bot_name: str = "金汤",
        rate_limits: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        log_size: int = 10_000,
    ) -> None:
        self.now = now
        self.monotonic = monotonic
        self.token = token
        self.bot_name = bot_name
        self.faults = Faults()
        self.limits = RateLimits(monotonic, rate_limits)
        self.journal = Journal(log_size)
        self.receipts = Receipts()
        self.events = Events()
        self.violations: deque[str] = deque(maxlen=_VIOLATIONS)
        self.closing = False
        self._shutdown = Bell()
        self.bots: dict[str, BotAccount] = {}
        self._forget()

    def _forget(self) -> None:
        for token, bot in self.bots.items():
            bot.updates.clear()
            self.bots[token] = BotAccount(token, self.bot_name, bot.updates)
        self.people: dict[int, Person] = {}
        self.shelf = Shelf()
        self._person_ids = itertools.count(1_000_001)
        self._group_ids = itertools.count(1)
        self.bot()

    def reset(self) -> None:
        """Forget everything: persons, chats, updates, faults and the record.

        Queues of updates are emptied but live on: a bot keeps its poll, and its offset stays valid.
        """
        self.faults.clear()
        self.limits.clear()
        self.journal.clear()
        self.receipts.clear()
        self.violations.clear()
        self._forget()
        self.events.publish("reset")

    def clock(self) -> int:
        return int(self.now())

    def violation(self, words: str) -> None:
        """A request did not keep to the Bot API: kept to be looked at, and an error in the log."""
        self.violations.append(words)
        log.error("violation of the Bot API: %s", words)

    def bot(self, token: str | None = None) -> BotAccount:
        """The account of a token; any token of Telegram's shape is a bot, others are a 401."""
        token = token or self.token
        account = self.bots.get(token)
        if account is None:
            if not _TOKEN_SHAPE.fullmatch(token):
                raise ApiError(401, "Unauthorized")
            account = self.bots[token] = BotAccount(token, self.bot_name)
        return account

    def person(
        self,
        id: int | None = None,
        first_name: str | None = None,
        phone: str | None = None,
        *,
        last_name: str | None = None,
        username: str | None = None,
        token: str | None = None,
    ) -> Phone:
        """Create a person, or find the one with this id, and hand over the phone."""
        id = id or next(self._person_ids)
        if id not in self.people:
            name, number = first_name or f"用户{id}", phone or f"+86100{id:08d}"
            self.people[id] = Person(id, name, number, last_name, username)
            self.events.publish("people")
        return self.phone(id, token)

    def phone(self, id: int, token: str | None = None) -> Phone:
        """The phone of a known person, open at the chat with the bot of `token`."""
        if id not in self.people:
            raise LookupError(f"no person {id}")
        return Phone(self, self.people[id], self.bot(token))

    def group(
        self, title: str, members: Iterable[Phone], id: int | None = None, token: str | None = None
    ) -> Chat:
        """A group with the bot in it; the bot hears of it by my_chat_member."""
        bot = self.bot(token)
        people = {phone.person.id: phone.person for phone in members}
        chat = Chat(bot, id or -1_000_000_000_000 - next(self._group_ids), title=title, members=people)
        bot.chats[chat.id] = chat
        self.tell_membership(chat, next(iter(people.values())), "left", "member")
        return chat

    def tell(self, bot: BotAccount, kind: str, payload: Json) -> None:
        """Queue an update for a bot."""
        bot.updates.put(kind, payload, 2 if self.faults.take_duplicate() else 1)

    def tell_membership(self, chat: Chat, by: Person, before: str, after: str) -> None:
        user = chat.bot.as_user()
        self.tell(
            chat.bot,
            "my_chat_member",
            {
                "chat": chat.as_api(),
                "from": by.as_user(),
                "date": self.clock(),
                "old_chat_member": _member(user, before),
                "new_chat_member": _member(user, after),
            },
        )

    def post(
        self,
        chat: Chat,
        sender: Person | BotAccount,
        content: Json,
        markup: Markup | None = None,
        silent: bool = False,
    ) -> Message:
        """Put a message into a chat; the caller tells the bot if it comes from a person."""
        markup = markup or Markup()
        message = Message(
            chat, chat.next_id(), sender, self.clock(), content, markup.inline, frozen=markup.freezes
        )
        chat.add(message)
        chat.action = None
        self._set_keyboard(chat, message.id, markup)
        self.events.publish("message", chat, message.id, silent=silent)
        return message

    def _set_keyboard(self, chat: Chat, message_id: int, markup: Markup) -> None:
        if not markup.freezes:
            return
        shown = markup.reply or markup.force_reply
        chat.keyboard = Keyboard(shown, message_id) if shown else None
        self.events.publish("keyboard", chat)

    def calls(self, method: str | None = None, chat_id: int | None = None) -> list[Call]:
        """The recorded requests of all bots, oldest first."""
        return self.journal.calls(method, chat_id)

    async def until(self, condition: Callable[[], T], seconds: float = 5.0) -> T:
        """Wait until the bots' requests make `condition` true, and return its value; else TimeoutError."""
        end = time.monotonic() + seconds
        while True:
            rings = self.journal.bell.rings
            value = condition()
            if value:
                return value
            if time.monotonic() >= end:
                raise TimeoutError(f"it did not become true within {seconds} s")
            await self.journal.bell.wait(rings, end - time.monotonic())

    async def pause(self, seconds: float) -> None:
        """Let real time pass; a shutdown ends it."""
        await self._shutdown.wait(self._shutdown.rings, seconds)

    async def stop_webhook(self, bot: BotAccount) -> None:
        """The bot's updates are posted nowhere any more."""
        if bot.webhook is not None:
            webhook, bot.webhook = bot.webhook, None
            await webhook.stop()

    def outage(self, out: bool) -> None:
        """Telegram is away until told otherwise; polls that wait are cut off."""
        self.faults.out = out
        self._ring_polls()

    def away(self) -> bool:
        """Whether nobody may be kept waiting."""
        return self.closing or self.faults.out

    def release(self, closing: bool) -> None:
        """With `closing`, waiting polls and event streams end at once, and new ones do not wait."""
        self.closing = closing
        self._shutdown.ring()
        self.events.bell.ring()
        self._ring_polls()

    def _ring_polls(self) -> None:
        for bot in self.bots.values():
            bot.updates.bell.ring()


def _member(user: Json, status: str) -> Json:
    return {"user": user, "status": status, **({"until_date": 0} if status == "kicked" else {})}
