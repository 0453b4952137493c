"""The webhook side: waiting updates are posted to the bot's address until it says 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from simulator.bots import BotAccount, Updates
from simulator.errors import Json
from simulator.faults import Faults

HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Webhook:
    """An address that a bot has given, and what came of posting to it."""

    url: str
    secret_token: str | None
    connections: int
    clock: Callable[[], int]
    last_error: tuple[int, str] | None = None
    _task: asyncio.Task[None] | None = None
    _flying: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, bot: BotAccount, faults: Faults) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(bot, faults))

    async def stop(self) -> None:
        """Posts nothing more; what was not acknowledged waits."""
        tasks = [task for task in (self._task, *self._flying.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def info(self, pending: int) -> Json:
        """As getWebhookInfo tells it."""
        told: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": pending,
            "max_connections": self.connections,
        }
        if self.last_error is not None:
            told["last_error_date"], told["last_error_message"] = self.last_error
        return told

    async def _run(self, bot: BotAccount, faults: Faults) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                rings = bot.updates.bell.rings
                room = 0 if faults.out else self.connections - len(self._flying)
                for update in bot.updates.heads(self._flying, room, faults.take_reorder):
                    self._fly(session, bot.updates, update)
                await bot.updates.bell.wait(rings, LOOK_SECONDS)

    def _fly(self, session: aiohttp.ClientSession, updates: Updates, update: Json) -> None:
        number = update["update_id"]

        def landed(_: asyncio.Task[None]) -> None:
            del self._flying[number]
            updates.bell.ring()

        task = asyncio.get_running_loop().create_task(self._post(session, updates, update))
        self._flying[number] = task
        task.add_done_callback(landed)

    async def _post(self, session: aiohttp.ClientSession, updates: Updates, update: Json) -> None:
        """Again and again, with growing pauses, until it is acknowledged."""
        headers = {HEADER: self.secret_token} if self.secret_token else {}
        pause = FIRST_PAUSE
        while not await self._posted(session, update, headers):
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        updates.forget(update["update_id"])

    async def _posted(self, session: aiohttp.ClientSession, update: Json, headers: dict[str, str]) -> bool:
        try:
            async with session.post(self.url, json=update, headers=headers) as answer:
                if answer.status < 300:
                    return True
                wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            wrong = f"Connection failed: {type(error).__name__}"
        self.last_error = self.clock(), wrong
        return False
