"""The outbox at full speed: the same messages by bare sends, by a commit per send, by aiogram-broadcaster.

Limits are off. The emulator has a process of its own; so has each sender where there are several.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from aiogram import Bot
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from sqlalchemy import delete, func, select, update

from benchmarks.cores import Cores
from benchmarks.emulator import Emulator, emulating
from benchmarks.filling import DATABASES, MONDAY, fill, prepared, unlocked
from benchmarks.processes import Go, let_go, until_none, waiting
from benchmarks.table import Line, Size, median, percentile
from bot.channel import TelegramChannel
from config.clock import LocalTime, SetClock, SteadyClock
from config.loader import load_policy
from jintang.wiring import telegram
from notifications.dispatcher import Dispatcher
from notifications.heads import NOTICES
from notifications.leasing import Parcel
from notifications.pump import Pump
from notifications.results import Sent
from notifications.states import SETTLED, State
from simulator import TOKEN
from storage.engine import Database
from storage.people import Official
from storage.post_box import Delivery, Notice
from tests import databases

CHATS = range(50_001, 50_501)
WORDS = "🔶 新线索 DP-260309-01\n下三合义村1组 1号户\n近期医疗自付较高（医保3月）\n请在 3月11日(周三) 前核实"
LEAST_A_SECOND, LEAST_OF_BARE, LEAST_OF_ONE, MOST_DURABLE = 200.0, 0.4, 1.6, 0.02

Rates = dict[str, float]


async def lines(size: Size) -> list[Line]:
    """One sender on both databases beside the others; two and four senders on PostgreSQL beside one."""
    count, repeats, found = size.pick(5_000, 100), size.pick(5, 1), []
    async with emulating() as emulator:
        await emulator.meet(CHATS[: size.pick(500, 20)])
        with TemporaryDirectory() as folder:
            for kind in DATABASES:
                filling = partial(_fill, count=count, chats=CHATS[: size.pick(500, 20)])
                async with prepared(kind, Path(folder), filling) as url:
                    found.append(await _beside_others(kind, url, emulator, count, repeats))
                    if kind == databases.POSTGRESQL:
                        found += await _several(url, emulator, count, repeats)
    return found


async def _fill(database: Database, count: int, chats: Sequence[int]) -> None:
    """Linked officials, and planned notices for them in turn."""
    unlocked()
    person = {"name": "演练", "phone": "13900000000", "linked_at": MONDAY}
    people = (
        {"id": nth, "staff_no": f"YL{nth}", "phone_hash": str(nth), "chat_id": chat, **person}
        for nth, chat in enumerate(chats, 1)
    )
    await fill(database, Official, people)
    notice = {"kind": "reply", "facts": {"text": WORDS}, "state": State.planned, "lane": 2, "buttons": []}
    rest = {"not_before": MONDAY, "created_at": MONDAY, "spoken": [], "not_to": []}
    notices = (
        {"id": nth, "official_id": nth % len(chats) + 1, **notice, **rest} for nth in range(1, count + 1)
    )
    await fill(database, Notice, notices)


# --- one sender --------------------------------------------------------------------------------


async def _beside_others(kind: str, url: str, emulator: Emulator, count: int, repeats: int) -> Line:
    rounds, lags = [], []
    for _ in range(repeats):
        rates, durable = await _round(url, emulator, count)
        rounds.append(rates)
        lags += durable
    rates = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return _line(kind, count, rates, percentile(lags, 0.99), repeats)


async def _round(url: str, emulator: Emulator, count: int) -> tuple[Rates, list[float]]:
    """Messages a second by each way, and the seconds from each answer to its commit."""
    database, bot = Database(url), telegram(TOKEN, emulator.base, None)
    chats = await _chats(database, count)
    rates = {
        "bare": await _rate(emulator, count, partial(_bare, bot, chats)),
        "commit": await _rate(emulator, count, partial(_commit_per_send, database, bot, chats)),
        "broadcaster": await _rate(emulator, len({*chats}), partial(_broadcast, bot, {*chats})),
    }
    await _again(database)
    watched = _Watched(database, bot, count)
    rates["outbox"] = await _rate(emulator, count, watched.send_all)
    await bot.session.close()
    await database.close()
    return rates, watched.lags


async def _chats(database: Database, count: int) -> list[int]:
    async with database.reading() as session:
        query = select(Official.chat_id).join(Notice, Notice.official_id == Official.id).order_by(Notice.id)
        return [chat for chat in await session.scalars(query.limit(count)) if chat is not None]


async def _rate(emulator: Emulator, count: int, act: Callable[[], Awaitable[None]]) -> float:
    """Messages a second; every message has to be there, once."""
    await emulator.accepted()
    began = perf_counter()
    await act()
    seconds = perf_counter() - began
    if (came := await emulator.accepted()) != count:
        raise RuntimeError(f"{came} messages came, not {count}")
    return count / seconds


async def _bare(bot: Bot, chats: Sequence[int]) -> None:
    async def some(rest: Iterator[int]) -> None:
        for chat in rest:
            await bot.send_message(chat, WORDS)

    rest = iter(chats)
    await asyncio.gather(*(some(rest) for _ in range(NOTICES.slots)))


async def _commit_per_send(database: Database, bot: Bot, chats: Sequence[int]) -> None:
    async def some(rest: Iterator[tuple[int, int]]) -> None:
        for notice, chat in rest:
            await bot.send_message(chat, WORDS)
            async with database.claiming() as session:
                done = update(Notice).where(Notice.id == notice).values(state=State.accepted)
                await session.execute(done)
                await session.commit()

    rest = iter(enumerate(chats, 1))
    await asyncio.gather(*(some(rest) for _ in range(NOTICES.slots)))


async def _broadcast(bot: Bot, chats: set[int]) -> None:
    """One message for each chat, one after the other, nothing kept: it has no other way."""
    mailer = await Broadcaster(bot).create_mailer(chats=chats, content=TextContent(text=WORDS))
    await mailer.start()


async def _again(database: Database) -> None:
    """Everything is still to be sent."""
    async with database.writing() as session:
        await session.execute(delete(Delivery))
        fresh = {"state": State.planned, "attempts": 0, "message_id": None, "accepted_at": None}
        await session.execute(update(Notice).values(fresh))
        await session.commit()


class _Timed(Pump):
    """Notes how long each result took from the answer to its commit."""

    def __init__(self, pump: Pump, wanted: int) -> None:
        super().__init__(pump.database, pump.queue, pump.leasing, pump.results, self._answered)
        self.lags: list[float] = []
        self.all_kept = asyncio.Event()
        self._send, self._wanted, self._came = pump.carry, wanted, dict[int, float]()

    async def _answered(self, parcel: Parcel) -> Sent:
        sent = await self._send(parcel)
        self._came[parcel.id] = perf_counter()
        return sent

    async def turn(self, room: int) -> list[Parcel]:
        before = dict(self._came)
        parcels = await super().turn(room)
        now = perf_counter()
        self.lags += [now - self._came.pop(parcel) for parcel in before]
        if len(self.lags) >= self._wanted:
            self.all_kept.set()
        return parcels


class _Watched:
    """A sender that stops when everything is sent and kept."""

    def __init__(self, database: Database, bot: Bot, count: int) -> None:
        self.sender = _sender(database, bot)
        answers, notices = self.sender.pumps
        self.timed = _Timed(notices, count)
        self.sender.pumps = (answers, self.timed)

    @property
    def lags(self) -> list[float]:
        return self.timed.lags

    async def send_all(self) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(self.sender.run(stop))
        await self.timed.all_kept.wait()
        stop.set()
        await running


def _sender(database: Database, bot: Bot) -> Dispatcher:
    time = LocalTime(SetClock(MONDAY))
    return Dispatcher(database, load_policy("hebei"), TelegramChannel(bot), bot.id, None, time, SteadyClock())


# --- several senders, each a process ------------------------------------------------------------


async def _several(url: str, emulator: Emulator, count: int, repeats: int) -> list[Line]:
    rounds = {
        senders: [await _together(url, emulator, count, senders) for _ in range(repeats)]
        for senders in (1, 2, 4)
    }
    rates = {senders: median(rate for rate, _ in some) for senders, some in rounds.items()}
    cores = {senders: median(used for _, used in some) for senders, some in rounds.items()}
    return [_line_of(senders, rates, cores, repeats) for senders in (2, 4)]


async def _together(url: str, emulator: Emulator, count: int, senders: int) -> tuple[float, float]:
    """Messages a second of so many processes, and the processors at work; none may be sent twice."""
    database = Database(url)
    await _again(database)
    async with waiting(senders, __name__, url, emulator.base) as go:
        cores = Cores()
        rate = await _rate(emulator, count, partial(_until_sent, database, go))
        used = cores.used()
    await database.close()
    return rate, used


async def _until_sent(database: Database, go: Go) -> None:
    go()
    await until_none(database, select(func.count()).select_from(Notice).where(Notice.state.not_in(SETTLED)))


async def _send_in_process(url: str, base: str) -> None:
    database, bot = Database(url), telegram(TOKEN, base, None)
    sender = _sender(database, bot)
    await let_go()
    await sender.run(asyncio.Event())  # until it is terminated


# --- lines --------------------------------------------------------------------------------------


def _line(kind: str, count: int, rates: Rates, durable: float, repeats: int) -> Line:
    ratio = rates["outbox"] / rates["bare"]
    return Line(
        work=f"outbox → emulator, {count:,} messages, one sender",
        database=kind,
        figure=f"{rates['outbox']:.0f}/s",
        reference=f"bare aiogram {rates['bare']:.0f}/s",
        ratio=ratio,
        aim=f"≥ {LEAST_A_SECOND:g}/s, ≥ {LEAST_OF_BARE:g} of bare, durable within {MOST_DURABLE * 1000:g} ms",
        met=rates["outbox"] >= LEAST_A_SECOND and ratio >= LEAST_OF_BARE and durable <= MOST_DURABLE,
        note=f"medians of {repeats}, {NOTICES.slots} at a time; a commit per send {rates['commit']:.0f}/s, "
        f"aiogram-broadcaster {rates['broadcaster']:.0f}/s (one at a time, nothing kept); "
        f"99 of 100 results durable {durable * 1000:.0f} ms after their answer",
    )


def _line_of(senders: int, rates: dict[int, float], cores: dict[int, float], repeats: int) -> Line:
    ratio = rates[senders] / rates[1]
    return Line(
        work=f"{senders} senders",
        database=databases.POSTGRESQL,
        figure=f"{rates[senders]:.0f}/s",
        reference=f"one {rates[1]:.0f}/s",
        ratio=ratio,
        aim=f"≥ {LEAST_OF_ONE:g} × one, none sent twice" if senders == 2 else "none sent twice",
        met=ratio >= LEAST_OF_ONE if senders == 2 else True,
        note=f"medians of {repeats}; each a process, beside the emulator and the server on one machine, of "
        f"whose {os.cpu_count()} processors {cores[1]:.1f} are at work with one sender, "
        f"{cores[senders]:.1f} with {senders}",
    )


if __name__ == "__main__":
    asyncio.run(_send_in_process(*sys.argv[1:]))
