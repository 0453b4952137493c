"""Breaks of the product, each of one promise, to see whether the verdict notices (docs/decisions/0018).

A victim whose folder names one lives with it from its birth; the product knows nothing of them.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import time_ns
from typing import Any

from aiogram import Bot
from aiogram.types import Update
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

import bot.polling
import notifications.outbox
import notifications.results
import notifications.retry
import storage.engine
import storage.leading
import workflows.schedule
import workflows.sweep
from bot.context import Context
from bot.inbox import InboxKeeper
from bot.receiving import ALLOWED, Payload, Receiver
from notifications.channel import Outcome, Result
from notifications.dispatcher import Dispatcher
from notifications.leasing import Parcel
from notifications.outbox import Telling
from notifications.pump import Pump
from notifications.results import Results
from notifications.retry import Decision
from notifications.states import Change, State, after
from storage.engine import Unit
from storage.gathering import Sheaf
from storage.post_box import Inbox, Notice
from storage.work import Rung
from tests.faults.victim import ANYWHERE, Point
from workflows.desk import Desk

BROKEN = "broken"
ANSWERED = Point("after", "send", "message", 1)
TAKEN = Point("before", "send", "message", 1)
RECEIVED = Point("before", "commit", "bot.receiving.receive", 1)
HANDLED = Point("after", "commit", "bot.inbox._handled", 1)
FIRED = Point("after", "commit", "workflows.sweep.fire_due", 1)
LANDED = Point("after", "commit", "workflows.ahead.land", 1)
ADDED = (FIRED, LANDED)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is played: a scene, the points at which one process after the other dies, what else goes wrong."""

    scene: str
    points: tuple[Point, ...] = ()
    weather: str | None = None

    @property
    def whole(self) -> "Trial":
        """The same for a product that is not broken: it does not pass the commits that a break has added."""
        points = [replace(point, place=ANYWHERE) if point in ADDED else point for point in self.points]
        return replace(self, points=tuple(points))

    def __str__(self) -> str:
        deaths = [f"killed {point.when} {point.what} {point.place}" for point in self.points]
        return ", ".join([self.scene, *deaths, *([self.weather] if self.weather else [])])


@dataclass(frozen=True, slots=True)
class Break:
    """`does` says what is wrong with the product, `words` must stand in the verdict on `trial`."""

    does: str
    words: str
    trial: Trial
    patch: Callable[[], None]


def break_it(folder: Path) -> None:
    """This process is broken as its folder says, if it says so."""
    named = folder / BROKEN
    if named.exists():
        BREAKS[named.read_text()].patch()


def _put(owner: object, name: str, otherwise: object) -> None:
    """In this process `owner` has `otherwise` under that name."""
    setattr(owner, name, otherwise)


# --- out -----------------------------------------------------------------------------------------


def _results_forgotten() -> None:
    async def keep(*_: object) -> None: ...

    _put(Results, "keep", keep)


def _results_forgotten_at_stop() -> None:
    async def finish(_: Pump) -> None: ...

    _put(Pump, "_finish", finish)


def _sent_before_lease() -> None:
    async def turn(pump: Pump, room: int) -> list[Parcel]:
        back = tuple(pump._back)
        async with pump.database.claiming() as unit:
            await pump.results.keep(unit, back)
            parcels = await pump.leasing.take(unit, pump.queue, room) if room else []
            await asyncio.gather(*map(pump._fly, parcels))
            await unit.commit()
        del pump._back[: len(back)]
        return []

    _put(Pump, "turn", turn)


def _lease_without_end() -> None:
    async def expire(_: Results, *, everything: bool = False) -> bool:
        return False

    _put(Results, "expire", expire)


def _repeat_unmarked() -> None:
    change = Results._change

    async def changed(
        results: Results, session: AsyncSession, notice: Notice, decision: Decision, outcome: Outcome
    ) -> None:
        await change(results, session, notice, decision, outcome)
        notice.resent = False

    _put(Results, "_change", changed)


def _decide(otherwise: Callable[[Outcome, Decision], Decision], **always: bool) -> None:
    """The retry rules give other decisions."""
    decide = notifications.retry.decide

    def decided(outcome: Outcome, **about: Any) -> Decision:
        return otherwise(outcome, decide(outcome, **{**about, **always}))

    _put(notifications.results, "decide", decided)


def _repeated_again() -> None:
    _decide(lambda _, decision: decision, resent=False)


def _failure_dropped() -> None:
    failed, dropped = Result.failed, Decision(Change.supersede)
    _decide(lambda outcome, decision: dropped if outcome.result is failed else decision)


def _unreachable_dropped() -> None:
    lost, dropped = Result.unreachable, Decision(Change.fail)
    _decide(lambda outcome, decision: dropped if outcome.result is lost else decision)


def _failure_believed() -> None:
    send = Dispatcher._send

    async def sent(dispatcher: Dispatcher, parcel: Parcel) -> Outcome:
        outcome = await send(dispatcher, parcel)
        return replace(outcome, result=Result.accepted) if outcome.result is Result.failed else outcome

    _put(Dispatcher, "_send", sent)


def _pause_forgotten() -> None:
    async def pause(*_: object) -> None: ...

    _put(notifications.results, "pause", pause)


def _carried_stranded() -> None:
    async def move(_: AsyncSession, notice: Notice) -> State:
        notice.not_to, notice.sent_on = [*notice.not_to, notice.official_id], None
        return State.superseded if notice.post is None else after(notice.state, Change.move)

    _put(notifications.results, "_move", move)


# --- in ------------------------------------------------------------------------------------------


def _acknowledged_early() -> None:
    async def fetch(bot: Bot, receiver: Receiver, offset: int | None) -> int | None:
        updates = await bot.get_updates(offset=offset, timeout=25, allowed_updates=ALLOWED)
        if updates:
            offset = updates[-1].update_id + 1
            await bot.get_updates(offset=offset, timeout=0, allowed_updates=ALLOWED)
            kept = [update.model_dump(mode="json", exclude_none=True) for update in updates]
            await receiver.receive(bot.id, kept)
        return offset

    _put(bot.polling, "fetch", fetch)


def _duplicates_kept() -> None:
    row = Receiver._row

    def kept(receiver: Receiver, bot_id: int, update: Payload) -> Payload:
        return {**row(receiver, bot_id, update), "update_id": time_ns()}

    _put(Receiver, "_row", kept)


def _handled_early() -> None:
    dispatch = InboxKeeper._dispatch

    async def dispatched(
        keeper: InboxKeeper, session: AsyncSession, bot: Bot, one: Update, context: Context
    ) -> Context:
        this = (Inbox.bot_id == bot.id) & (Inbox.update_id == one.update_id)
        await session.execute(update(Inbox).where(this).values(state="handled"))
        await session.commit()
        return await dispatch(keeper, session, bot, one, context)

    _put(InboxKeeper, "_dispatch", dispatched)


def _handled_late() -> None:
    dispatch = InboxKeeper._dispatch

    async def dispatched(
        keeper: InboxKeeper, session: AsyncSession, bot: Bot, one: Update, context: Context
    ) -> Context:
        context = await dispatch(keeper, session, bot, one, context)
        await session.commit()
        return context

    _put(InboxKeeper, "_dispatch", dispatched)


def _toast_unguarded() -> None:
    async def after_it(*_: object) -> None:
        raise RuntimeError("nobody takes care of this")

    _put(InboxKeeper, "_after", after_it)


# --- the work ------------------------------------------------------------------------------------


def _case_apart() -> None:
    land = Sheaf.land

    async def landed(sheaf: Sheaf, session: AsyncSession) -> bool:
        kinds = [*sheaf.rows]
        cut = next((nth for nth, kind in enumerate(kinds, 1) if kind[0].name == "clues"), 0)
        first = Sheaf(sheaf.dialect, {kind: sheaf.rows[kind] for kind in kinds[:cut]}, sheaf.keys)
        rest = Sheaf(sheaf.dialect, {kind: sheaf.rows[kind] for kind in kinds[cut:]})
        if not await land(first, session):
            return False
        if cut:
            await session.commit()
        return await land(rest, session)

    _put(Sheaf, "land", landed)


def _told_apart() -> None:
    tell = notifications.outbox.tell

    async def told(session: AsyncSession, tellings: Iterable[Telling], now: Any) -> None:
        some: Sequence[Telling] = list(tellings)
        if some and isinstance(session, Unit):
            await session.commit()
        await tell(session, some, now)

    _put(notifications.outbox, "tell", told)


def _rung_unmoved() -> None:
    fire = workflows.sweep.fire_due

    async def fired(session: AsyncSession, desk: Desk) -> int:
        done = await fire(session, desk)
        await session.flush()
        await session.execute(update(Rung).where(Rung.state == "fired").values(state="pending"))
        return done

    _put(workflows.schedule, "fire_due", fired)


def _database_fatal() -> None:
    for module in (storage.engine, storage.leading, bot.polling):
        _put(module, "is_away", lambda error: False)


BREAKS = {
    "results forgotten": Break(
        "what became of a send is not kept",
        "a repeat without need",
        Trial("asks"),
        _results_forgotten,
    ),
    "results forgotten at a stop": Break(
        "what is on the wire at SIGTERM is not waited for",
        "a repeat without need",
        Trial("asks", weather="stopped on the wire"),
        _results_forgotten_at_stop,
    ),
    "sent before its lease": Break(
        "a message goes out before its lease is committed",
        "2 copies of",
        Trial("asks", (ANSWERED,)),
        _sent_before_lease,
    ),
    "lease without end": Break(
        "what was in the hand of a dead process stays there",
        "it does not come to rest",
        Trial("asks", (TAKEN,)),
        _lease_without_end,
    ),
    "repeat unmarked": Break(
        "what may have arrived goes once more without 重发",
        "2 copies of",
        Trial("asks", (ANSWERED,)),
        _repeat_unmarked,
    ),
    "repeated again": Break(
        "the one marked repeat is repeated too",
        "2 copies marked of",
        Trial("asks", (ANSWERED, ANSWERED)),
        _repeated_again,
    ),
    "failure dropped": Break(
        "a message that Telegram's 502 has turned back is dropped",
        "silence:",
        Trial("list", weather="502"),
        _failure_dropped,
    ),
    "failure believed": Break(
        "a message that Telegram's 502 has turned back is kept as arrived",
        "is kept as arrived, and never did",
        Trial("list", weather="502"),
        _failure_believed,
    ),
    "unreachable dropped": Break(
        "a message to somebody who has blocked the bot goes to nobody else",
        "silence:",
        Trial("list", weather="403"),
        _unreachable_dropped,
    ),
    "pause forgotten": Break(
        "after a 429 the bot goes on at once",
        "told to wait",
        Trial("asks", weather="429"),
        _pause_forgotten,
    ),
    "carried stranded": Break(
        "what a list carried is not given back when the list cannot be delivered",
        "notices_stranded",
        Trial("morning", weather="403"),
        _carried_stranded,
    ),
    "acknowledged early": Break(
        "updates are acknowledged before they are kept",
        "was typed 1 times and answered 0 times",
        Trial("asks", (RECEIVED,)),
        _acknowledged_early,
    ),
    "duplicates kept": Break(
        "an update that comes twice is kept twice",
        "was typed 1 times and answered 2 times",
        Trial("asks", weather="duplicate"),
        _duplicates_kept,
    ),
    "handled before its effects": Break(
        "an update counts as handled in a commit before that of its effects",
        "was typed 1 times and answered 0 times",
        Trial("asks", (HANDLED,)),
        _handled_early,
    ),
    "handled after its effects": Break(
        "an update counts as handled in a commit after that of its effects",
        "was typed 1 times and answered 2 times",
        Trial("asks", (HANDLED,)),
        _handled_late,
    ),
    "error unhandled": Break(
        "what fails after a press ends in nobody's hands",
        "log:",
        Trial("asks"),
        _toast_unguarded,
    ),
    "case apart": Break(
        "a signal is accepted in a commit before that of its tasks and notices",
        "has no case, task or notice",
        Trial("import", (LANDED,)),
        _case_apart,
    ),
    "told apart": Break(
        "a rung is moved in a commit before that of its notice",
        "was told 0 times",
        Trial("morning", (FIRED,)),
        _told_apart,
    ),
    "rung unmoved": Break(
        "a rung fires and stays due",
        "IntegrityError",
        Trial("morning"),
        _rung_unmoved,
    ),
    "database fatal": Break(
        "a database that is away for a moment ends the process",
        "it ended by itself",
        Trial("asks", weather="storage away"),
        _database_fatal,
    ),
}
