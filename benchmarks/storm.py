"""A storm: a list of 2,000 clues for 500 officials, with Telegram's limits on, and life going on beside it.

Jintang has a process of its own, so has the import; the emulator, which keeps the limits too, is in
this one. While the notices drain, people press buttons, and halfway an urgent clue arrives.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import and_, func, or_, select

from benchmarks.at_work import at_work
from benchmarks.county import County, Row, clues
from benchmarks.filling import DATABASES, MONDAY, desk, prepared, unlocked
from benchmarks.fingers import Ears, Hand
from benchmarks.table import Line, Size, median
from notifications.pace import Limits
from notifications.states import State
from simulator import Emulator, serving
from simulator.receipts import Receipt
from storage.engine import Database
from storage.post_box import Inbox, Notice
from tests import databases
from workflows.imports.importing import import_rows

BEFORE, STORM, URGENT = 1, range(2, 11), 11  # which households of each village
RED = "🔴"
UNDER_WAY = (State.staged, State.planned, State.leased, State.deferred)
LOOK_SECONDS, REST_SECONDS, STORM_SECONDS = 0.25, 4.0, 600.0
MOST_TIMES, MOST_URGENT, MOST_ANSWER = 1.05, 1.0, 0.3
RATE = Limits().notices


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a storm."""

    villages: int
    clues: int
    hands: int
    press_seconds: float
    repeats: int

    @classmethod
    def of(cls, size: Size) -> "Plan":
        return cls(229, 2_000, 20, 0.7, 5) if size is Size.full else cls(10, 60, 3, 0.4, 1)


@dataclass(frozen=True, slots=True)
class Storm:
    """What became of it: seconds, and what Telegram or a person would complain of."""

    messages: int
    seconds: float
    urgent: float
    answers: Sequence[float]
    complaints: Sequence[str]

    @property
    def limit(self) -> float:
        """From the first message to the last at the full rate: the burst goes at once, then one by one."""
        return max(self.messages - RATE.burst, 1) * RATE.interval


async def lines(size: Size) -> list[Line]:
    """Rounds on both databases."""
    plan, found = Plan.of(size), []
    county = County(plan.villages)
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as office,
    ):
        for kind in DATABASES:
            async with prepared(kind, Path(folder), county.fill) as url:
                storms = [await _round(plan, county, url, Path(folder), office) for _ in range(plan.repeats)]
            found += _lines(kind, plan, county, storms)
    return found


async def _round(plan: Plan, county: County, url: str, folder: Path, office: ProcessPoolExecutor) -> Storm:
    emulator = Emulator(rate_limits=True, log_size=100_000)
    emulator.receipts = Ears()
    async with databases.copied(url, folder, "storm") as own, serving(emulator) as base:
        county.meet(emulator)
        async with at_work(emulator, folder, "benchmarks.at_work", own, base):
            return await _Weather(plan, county, emulator, own, office).storm()


def _imported(url: str, name: str, rows: Sequence[Row]) -> tuple[float, float]:
    """Imports a list as the command does once it has read its policy; when it began and had committed."""
    unlocked()
    at = desk()

    async def landing() -> tuple[float, float]:
        database = Database(url)
        began = time.time()
        report = await import_rows("clues", name, rows, database, at)
        ended = time.time()
        await database.close()
        if report.rejected:
            raise RuntimeError(f"{len(report.rejected)} rows were refused: {report.rejected[0]}")
        return began, ended

    return asyncio.run(landing())


class _Weather:
    """One round: before the storm, during it, and what it has left."""

    def __init__(
        self, plan: Plan, county: County, emulator: Emulator, url: str, office: ProcessPoolExecutor
    ) -> None:
        self.plan = plan
        self.county = county
        self.emulator = emulator
        self.database = Database(url)
        self._url = url
        self._office = office
        self._sheets: set[tuple[int, int]] = set()
        self._answers: list[float] = []

    async def storm(self) -> Storm:
        """From a quiet morning until everything is sent."""
        try:
            async with asyncio.timeout(STORM_SECONDS):
                hands = await self._morning()
                begin = self._last()
                arrived = await self._weather(begin, hands)
        finally:
            await self.database.close()
        return self._storm(self._notices(begin), arrived)

    async def _morning(self) -> list[Hand]:
        """Some people have a card already and its form open; then nothing happens for a while."""
        villages = self.county.villages[: self.plan.hands]
        await self._import("早上的名单", clues(villages, [BEFORE]))
        hands = [Hand(self.emulator, self.county.grid_worker(self.emulator, one)) for one in villages]
        for hand in hands:
            sheet = await hand.begins()
            self._sheets.add((hand.phone.id, sheet.id))
        await self._until(0)
        await asyncio.sleep(REST_SECONDS)  # a full burst is there again
        return hands

    async def _weather(self, begin: int, hands: Sequence[Hand]) -> float:
        """The list is imported; the instant at which an urgent clue arrives halfway through the drain."""
        rows = clues(self.county.villages, STORM)[: self.plan.clues]
        landing = asyncio.ensure_future(self._import("大名单", rows))
        await self.emulator.until(lambda: self._last() > begin or landing.done(), STORM_SECONDS)
        over = asyncio.Event()
        pressing = asyncio.create_task(self._press(hands, over))
        await landing
        await self._until(await self._left() // 2)
        arrived = await self._urgent()
        await self._until(0)
        over.set()
        await pressing
        return arrived

    async def _urgent(self) -> float:
        """When the list with the urgent clue was handed to the import."""
        began, _ = await self._import("急件", clues(self.county.villages[-1:], [URGENT], "high"))
        return began

    async def _import(self, name: str, rows: Sequence[Row]) -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._office, _imported, self._url, name, rows)

    async def _press(self, hands: Sequence[Hand], over: asyncio.Event) -> None:
        """One press after the other, each by another person."""
        presses: list[asyncio.Task[float]] = []
        while not over.is_set():
            hand = hands[len(presses) % len(hands)]
            presses.append(asyncio.create_task(hand.press(time.time())))
            await asyncio.sleep(self.plan.press_seconds)
        self._answers += await asyncio.gather(*presses)

    async def _until(self, left: int) -> None:
        while await self._left() > left:  # noqa: ASYNC110 - another process sends
            await asyncio.sleep(LOOK_SECONDS)

    async def _left(self) -> int:
        """What is still to be handled, planned or sent."""
        due = and_(Notice.state == State.pending, Notice.not_before <= MONDAY)
        notices = select(func.count(Notice.id)).where(or_(Notice.state.in_(UNDER_WAY), due))
        updates = select(func.count(Inbox.id)).where(Inbox.state == "waiting")
        async with self.database.reading() as session:
            waiting = await session.scalar(updates) or 0
            return waiting + (await session.scalar(notices) or 0)

    # --- what it has left ------------------------------------------------------------------------

    def _last(self) -> int:
        """The number of the last message that was no change of a card."""
        return next((one.number for one in reversed(self._notices(0))), 0)

    def _notices(self, after: int) -> list[Receipt]:
        return [one for one in self.emulator.receipts.after(after) if not one.edit]

    def _storm(self, notices: Sequence[Receipt], arrived: float) -> Storm:
        red = [one.at - arrived for one in notices if _is_red(one)]
        if not red:
            raise RuntimeError("the urgent clue was told to nobody")
        seconds = notices[-1].at - notices[0].at
        return Storm(len(notices), seconds, max(red), self._answers, self._complaints())

    def _complaints(self) -> list[str]:
        """Refusals by Telegram, and people who were written to more often than their budget allows."""
        quiet = desk().policy.quiet
        calls = self.emulator.journal.calls()
        refused = [f"{call.method} {call.status}" for call in calls if call.status != 200]
        told = [one for one in self._notices(0) if (one.chat_id, one.message_id) not in self._sheets]
        heard = defaultdict[tuple[int, bool], list[str]](list)
        for one in told:
            heard[one.chat_id, _is_red(one)].append(one.text.partition("\n")[0])
        beyond = [
            f"{len(heads)} messages to one person: {'; '.join(heads)}"
            for (_, red), heads in heard.items()
            if len(heads) > (quiet.urgent_budget if red else quiet.daily_budget)
        ]
        return [*self.emulator.violations, *refused, *beyond]


def _is_red(notice: Receipt) -> bool:
    """Whether it is urgent: the mark begins a line, the first unless the person holds two posts."""
    return any(line.startswith(RED) for line in notice.text.splitlines()[:2])


def _lines(kind: str, plan: Plan, county: County, storms: Sequence[Storm]) -> list[Line]:
    ratio = median(one.seconds / one.limit for one in storms)
    answers = [wait for one in storms for wait in one.answers]
    complaints = [what for one in storms for what in one.complaints]
    urgent = max(one.urgent for one in storms)
    storm = f"storm of {plan.clues:,} clues → {county.officials} officials, limits on"
    return [
        Line(
            work=storm,
            database=kind,
            figure=f"{median(one.seconds for one in storms):.1f} s",
            reference=f"the limit itself {median(one.limit for one in storms):.1f} s",
            ratio=ratio,
            aim=f"≤ {MOST_TIMES:g} × the limit, everybody within budget",
            met=ratio <= MOST_TIMES and not complaints,
            note=f"medians of {plan.repeats}; {storms[0].messages:,} messages from the first to the last, "
            f"at {RATE.per_second:g} a second after a burst of {RATE.burst:g}; "
            f"{complaints[0] if complaints else 'no request refused, nobody beyond the budget'}",
        ),
        Line(
            work="an urgent clue amid the storm, handed to the import → accepted",
            database=kind,
            figure=f"{urgent:.2f} s",
            reference="",
            ratio=None,
            aim=f"≤ {MOST_URGENT:g} s",
            met=urgent <= MOST_URGENT,
            note=f"the slowest of all who hear of it, in {plan.repeats} storms",
        ),
        Line(
            work="a press amid the storm → its answer",
            database=kind,
            figure=f"p50 {median(answers) * 1e3:.0f} ms, slowest {max(answers) * 1e3:.0f} ms",
            reference="",
            ratio=None,
            aim=f"≤ {MOST_ANSWER * 1e3:g} ms",
            met=max(answers) <= MOST_ANSWER,
            note=f"{len(answers)} presses of {plan.hands} people, one each {plan.press_seconds:g} s",
        ),
    ]
