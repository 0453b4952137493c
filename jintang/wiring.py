"""How the parts are put together: one database, the bots, and the roles that a process takes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer

from bot.channel import TelegramChannel
from bot.handlers import router
from bot.inbox import InboxKeeper
from bot.polling import poll
from bot.receiving import Receiver
from bot.session import Session
from config.clock import Clock, LocalTime, SetClock, SteadyClock
from config.models import Policy
from jintang.roles import PARTS, Role
from notifications.dispatcher import REQUEST_SECONDS
from notifications.dispatcher import Dispatcher as Sender
from notifications.leasing import next_retry
from notifications.pace import Limits
from notifications.planner import Planner
from storage.engine import Database, later
from storage.leading import lead
from storage.listening import listen, pause
from workflows.auditing.auditor import Auditor, Operators
from workflows.desk import Desk
from workflows.schedule import Sweepers
from workflows.sweep import next_instant

Task = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
log = structlog.get_logger(__name__)
RECOVER_SECONDS = 1.0
LIMITS = Limits()
NOBODY = Operators()


@dataclass(slots=True)
class Jintang:
    """The whole; `advance` is for clocks that can be moved. The first bot is everybody's else."""

    database: Database
    desk: Desk
    bots: Sequence[Bot]
    receiver: Receiver
    inbox: InboxKeeper
    planner: Planner
    senders: Sequence[Sender]
    sweepers: Sweepers
    auditor: Auditor

    @property
    def bot(self) -> Bot:
        return self.bots[0]

    @property
    def sender(self) -> Sender:
        return self.senders[0]

    async def run(
        self, stop: asyncio.Event, roles: Collection[Role] = PARTS, *, polling: bool = True
    ) -> None:
        """Does what the roles say until told to stop."""
        if self.database.embedded:
            await self._recovered(stop)
        async with asyncio.TaskGroup() as group:
            for task in self._tasks(roles, polling=polling):
                group.create_task(task(stop))

    def _tasks(self, roles: Collection[Role], *, polling: bool) -> list[Task]:
        tasks: list[Task] = [partial(listen, self.database)]
        if Role.bot in roles:
            tasks += [self.inbox.run, *(partial(self._poll, bot) for bot in self.bots if polling)]
        if Role.sender in roles:
            tasks += [self.planner.run, *(sender.run for sender in self.senders)]
        if Role.scheduler in roles:
            tasks.append(self.sweepers.run)
        if Role.auditor in roles:
            tasks.append(self.auditor.run)
        return tasks

    async def _poll(self, bot: Bot, stop: asyncio.Event) -> None:
        """Telegram lets one process fetch; another takes over when it is gone."""
        await lead(self.database, f"poll-{bot.id}", stop, partial(poll, bot, self.receiver))

    async def _recovered(self, stop: asyncio.Event) -> None:
        """Recovers, as soon as the database can."""
        while not stop.is_set():
            with later(log, "recovering_later"):
                await self.recover()
                return
            await pause(stop, RECOVER_SECONDS)

    async def recover(self) -> None:
        """After a stop of the only process: what it had in hand goes once more."""
        for sender in self.senders:
            await sender.recover()

    async def settle(self) -> None:
        """Everything that is due now is done and sent."""
        await self.inbox.work_off()
        await self.sweepers.tick()
        await self.deliver()

    async def deliver(self) -> None:
        """Everything that is to go now is planned and sent."""
        while await self.planner.plan() or any([await sender.drain() for sender in self.senders]):
            pass

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
            due = await next_instant(session, self.desk)
            retry = await next_retry(session, self.sender.real.now())
        return min((moment for moment in (due, retry) if moment is not None), default=None)


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
    more_tokens: Sequence[str] = (),
    api_base: str | None = None,
    proxy: str | None = None,
    timezone: str = "Asia/Shanghai",
    limits: Limits | None = LIMITS,
    real: Clock | None = None,
    operators: Operators = NOBODY,
) -> AsyncIterator[Jintang]:
    """Everything wired; closed on leaving. `real` is the clock of leases and paces."""
    time, real = LocalTime(clock, timezone), real or SteadyClock()
    desk = Desk(policy, time)
    bots = [telegram(one, api_base, proxy) for one in dict.fromkeys((token, *more_tokens))]
    planner = Planner(database, policy, time, desk.hours, desk.areas)
    senders = [
        Sender(database, policy, TelegramChannel(bot), bot.id, limits, time, real, default=bot is bots[0])
        for bot in bots
    ]
    receiver = Receiver(database, desk)
    inbox = InboxKeeper(database, desk, {bot.id: bot for bot in bots}, _handlers())
    sweepers = Sweepers(database, desk, planner)
    auditor = Auditor(database, desk, real, operators)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for bot in bots:
            stack.push_async_callback(bot.session.close)
        yield Jintang(database, desk, bots, receiver, inbox, planner, senders, sweepers, auditor)


def _handlers() -> Dispatcher:
    handlers = Dispatcher(disable_fsm=True)
    handlers.include_router(router())
    return handlers
