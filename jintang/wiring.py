"""How the parts are put together: one process, one database, one bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot, Dispatcher
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer

from bot.channel import TelegramChannel
from bot.handlers import router
from bot.inbox import InboxKeeper
from bot.polling import handle, poll
from bot.session import Session
from config.clock import Clock, LocalTime, SetClock
from config.models import Policy
from notifications.buckets import Buckets
from notifications.dispatcher import Dispatcher as Sender
from notifications.planner import Planner
from storage.engine import Database
from workflows.desk import Desk
from workflows.schedule import Sweepers
from workflows.sweep import next_instant

REQUEST_SECONDS = 15.0


@dataclass(slots=True)
class Jintang:
    """The running whole; `advance` is for clocks that can be moved."""

    database: Database
    desk: Desk
    bot: Bot
    inbox: InboxKeeper
    sender: Sender
    sweepers: Sweepers

    async def run(self, stop: asyncio.Event) -> None:
        """Polls, handles, sends and ticks until told to stop."""
        await self.sender.recover()
        scheduler = self.sweepers.scheduled()
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.sweepers.tick())
                group.create_task(poll(self.bot, self.inbox, stop))
                group.create_task(handle(self.inbox, stop))
                group.create_task(self.sender.run(stop))
        finally:
            scheduler.shutdown(wait=False)

    async def settle(self) -> None:
        """Everything that is due now is done and sent."""
        await self.inbox.work_off()
        await self.sweepers.tick()
        await self.sender.drain()

    async def advance(self, clock: SetClock, to: datetime) -> None:
        """Moves the clock, visiting every due instant in order and draining the sends between."""
        await self.settle()
        while (moment := await self._next()) is not None and moment <= to:
            clock.set(max(moment, clock.now()))
            await self.settle()
        clock.set(to)
        await self.settle()

    async def _next(self) -> datetime | None:
        async with self.database.reading() as session:
            return await next_instant(session, self.desk)


def telegram(token: str, api_base: str | None, proxy: str | None) -> Bot:
    """A bot on Telegram, on an own Bot API server, or on the emulator."""
    server = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    return Bot(token, session=Session(api=server, proxy=proxy, timeout=REQUEST_SECONDS))


@asynccontextmanager
async def jintang(
    *,
    database: Database,
    policy: Policy,
    clock: Clock,
    token: str,
    api_base: str | None = None,
    proxy: str | None = None,
    timezone: str = "Asia/Shanghai",
    buckets: Buckets | None = None,
) -> AsyncIterator[Jintang]:
    """Everything wired; closed on leaving."""
    time = LocalTime(clock, timezone)
    desk = Desk(policy, time)
    bot = telegram(token, api_base, proxy)
    planner = Planner(policy, time, desk.hours, desk.areas)
    sender = Sender(database, planner, TelegramChannel(bot), buckets or Buckets(), time)
    handlers = Dispatcher(disable_fsm=True)
    handlers.include_router(router())
    inbox = InboxKeeper(database, desk, bot, handlers, sender.wake)
    try:
        yield Jintang(database, desk, bot, inbox, sender, Sweepers(database, desk, planner, sender))
    finally:
        await bot.session.close()
        await database.close()
