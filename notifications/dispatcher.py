"""The sender: claims parcels, sends them without a transaction, writes the results in small groups."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime
from notifications import disclosure
from notifications.buckets import Buckets
from notifications.channel import Channel, Outcome, Result
from notifications.planner import Parcel, Planner
from notifications.retry import Decision, Next, decide
from storage.engine import Database
from storage.people import Official
from storage.post_box import Delivery, Notice

log = structlog.get_logger(__name__)
GROUP_SECONDS = 0.02
IDLE_SECONDS = 1.0
CHATS_AT_ONCE = 24


LOST = Outcome(Result.unknown, error="stopped")


@dataclass(slots=True)
class Sent:
    parcel: Parcel
    outcome: Outcome
    plain: bool
    at: datetime


class Dispatcher:
    """One sender over one channel."""

    def __init__(
        self, database: Database, planner: Planner, channel: Channel, buckets: Buckets, time: LocalTime
    ) -> None:
        self.database = database
        self.planner = planner
        self.channel = channel
        self.buckets = buckets
        self.time = time
        self._waking = asyncio.Event()
        self._answers_waking = asyncio.Event()
        self._cycle = asyncio.Lock()
        self._answering = asyncio.Lock()

    def wake(self) -> None:
        """There is something to send."""
        self._waking.set()
        self._answers_waking.set()

    async def recover(self) -> None:
        """After a stop: what was leased may or may not have arrived, so it goes once more, marked."""
        async with self.database.writing() as session:
            leased = await session.scalars(select(Notice).where(Notice.state == "leased"))
            for notice in leased.all():
                await self._apply(session, notice, _lost(notice), LOST)
            await session.commit()

    async def drain(self) -> None:
        """Sends until nothing is due at the present instant."""
        while await self.answer() | await self.cycle():
            pass

    async def run(self, stop: asyncio.Event) -> None:
        """Answers and notices side by side: a storm of notices holds back no answer."""
        await asyncio.gather(
            self._keep_on(self.answer, self._answers_waking, stop),
            self._keep_on(self.cycle, self._waking, stop),
        )

    async def _keep_on(
        self, work: Callable[[], Awaitable[bool]], waking: asyncio.Event, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            waking.clear()
            if not await work():
                await _first(waking, stop, seconds=IDLE_SECONDS)

    async def answer(self) -> bool:
        """Sends the answers that wait; whether there were any."""
        async with self._answering:
            async with self.database.writing() as session:
                parcels = await self.planner.claim_answers(session)
                await session.commit()
            await self._send_all(parcels)
            return bool(parcels)

    async def cycle(self) -> bool:
        """One plan, one lease and its sends; whether there was anything to do."""
        async with self._cycle:
            async with self.database.writing() as session:
                parcels = await self.planner.claim(session)
                changed = bool(session.new or session.dirty or parcels)
                await session.commit()
            if parcels:
                await self._send_all(parcels)
            return changed

    async def _send_all(self, parcels: list[Parcel]) -> None:
        """Chats side by side, each in its own order; results are kept within 20 ms."""
        chats: dict[int, list[Parcel]] = defaultdict(list)
        for parcel in parcels:
            chats[parcel.message.chat_id].append(parcel)
        results: list[Sent] = []
        slots = asyncio.Semaphore(CHATS_AT_ONCE)
        pending = {asyncio.create_task(self._send_chat(chat, slots, results)) for chat in chats.values()}
        while pending:
            _, pending = await asyncio.wait(pending, timeout=GROUP_SECONDS)
            taken, results[:] = list(results), []
            await self._keep(taken)

    async def _send_chat(self, parcels: list[Parcel], slots: asyncio.Semaphore, results: list[Sent]) -> None:
        async with slots:
            for parcel in parcels:
                results.append(await self._send(parcel))

    async def _send(self, parcel: Parcel) -> Sent:
        at = self.time.now()
        if kind := disclosure.find(parcel.message.text):
            log.error("notice_withheld", notice=parcel.notice.id, contains=kind)
            return Sent(parcel, Outcome(Result.rejected, error="disclosure"), plain=True, at=at)
        await self.buckets.turn(parcel.message.chat_id, parcel.notice.lane)
        outcome = await self.channel.send(parcel.message)
        if outcome.result is not Result.rejected:
            return Sent(parcel, outcome, plain=False, at=at)
        log.warning("notice_rejected", notice=parcel.notice.id, error=outcome.error)
        plain = replace(parcel.message, plain=True, edits_message=None)
        return Sent(parcel, await self.channel.send(plain), plain=True, at=at)

    async def _keep(self, results: list[Sent]) -> None:
        if not results:
            return
        async with self.database.writing() as session:
            for sent in results:
                await self._record(session, sent)
            await session.commit()

    async def _record(self, session: AsyncSession, sent: Sent) -> None:
        notice, outcome = sent.parcel.notice, sent.outcome
        kept = await session.get_one(Notice, notice.id)
        decision = decide(
            outcome,
            attempts=kept.attempts,
            resent=kept.resent,
            plain=sent.plain,
            personal=kept.kind == "reply",
        )
        session.add(
            Delivery(
                notice_id=kept.id,
                channel=self.channel.name,
                started_at=sent.at,
                result=outcome.result.value,
                error=outcome.error,
            )
        )
        if decision.pauses_bot:
            self.buckets.pause(decision.wait_seconds)
        if outcome.result is Result.unreachable and sent.parcel.official_id is not None:
            await self._lost(session, sent.parcel.official_id, sent.at)
        await self._apply(session, kept, decision, outcome)

    async def _lost(self, session: AsyncSession, official_id: int, at: datetime) -> None:
        """The person cannot be reached: all that waits for them is resolved anew (promise 6)."""
        await session.execute(update(Official).where(Official.id == official_id).values(blocked_at=at))

    async def _apply(
        self, session: AsyncSession, notice: Notice, decision: Decision, outcome: Outcome
    ) -> None:
        now = self.time.now()
        match decision.next:
            case Next.done:
                notice.state, notice.accepted_at, notice.message_id = "accepted", now, outcome.message_id
            case Next.again:
                notice.state, notice.sent_on = "pending", None
                notice.not_before = now + timedelta(seconds=decision.wait_seconds)
            case Next.repeat | Next.plain:
                notice.state, notice.resent, notice.sent_on = "pending", True, None
            case Next.move:
                await self._move(session, notice)
            case Next.give_up:
                notice.state = "unknown" if outcome.result is Result.unknown else "failed"
                log.error("notice_failed", notice=notice.id, error=outcome.error)

    async def _move(self, session: AsyncSession, notice: Notice) -> None:
        """To the next reachable person, at once; what it carried goes with it."""
        children = (await session.scalars(select(Notice).where(Notice.carrier_id == notice.id))).all()
        for one in (notice, *children):
            gone = [*one.facts.get("not_to", ()), one.official_id]
            one.facts = {**one.facts, "not_to": gone}
            one.state, one.sent_on, one.carrier_id = "pending", None, None
        if notice.post is None and children:
            notice.state = "superseded"


def _lost(notice: Notice) -> Decision:
    """What follows for a notice whose lease was broken off by a stop."""
    personal = notice.kind == "reply"
    return decide(LOST, attempts=notice.attempts, resent=notice.resent, plain=False, personal=personal)


async def parked(session: AsyncSession) -> int:
    """How many notices wait for somebody to be linked."""
    count = await session.scalar(select(func.count()).select_from(Notice).where(Notice.state == "parked"))
    return count or 0


async def unpark(session: AsyncSession) -> None:
    """Somebody has been linked: what was parked is tried again, and comes as one list."""
    waiting = Notice.state == "parked"
    await session.execute(update(Notice).where(waiting).values(state="pending", collapse=True))


async def _first(*events: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    _, waiting = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waiting:
        wait.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
