"""Who kills: one process after the other, at points drawn by seed, until told to stop."""

import asyncio
import random
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulator.faults import Kind
from tests import databases
from tests.faults import victim
from tests.faults.county import County
from tests.processes.children import KILLED, Child, bear

CALM_SECONDS = 60.0
POINT_SECONDS = 1.5
HERE_SECONDS = 6.0
LOOKS = 40
UP = "金汤已开始工作"
AWAY_SECONDS = 1.0
ROOM_FOR_LOG = 65_536
WEATHERS: tuple[Kind, ...] = ("429", "502", "gateway", "reset", "drop", "duplicate")
UP_SECONDS = 0.4  # a process needs about as long before it does anything
ANYWHERE = [f"{when} {what} {victim.ANYWHERE}" for when in ("before", "after") for what in ("commit", "send")]


@dataclass
class Tally:
    """What was done to a county: kills by place, starts, and when something was wrong.

    `troubles`: the number of receipts before and after each kill, each bad weather, each loss of storage.
    """

    places: Counter[str] = field(default_factory=Counter)
    weathers: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    troubles: list[tuple[int, int]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.places.total()


class Killer:
    """Keeps a `jintang run` going over a county, and kills it again and again."""

    def __init__(self, county: County, seed: int) -> None:
        self.county = county
        self.tally = Tally()
        self.dice = random.Random(seed)
        self.running: Child | None = None
        self.log_before = 0

    async def start(self) -> Child:
        """The process, or a new one where it has been killed or stopped."""
        if self.running is not None and self.running.status not in (None, KILLED):
            raise AssertionError(f"it ended by itself: {self.running.status}")
        if self.running is None or self.running.status is not None:
            self.tally.starts += 1
            here = self.county
            self.log_before = len(here.log.read_text(errors="replace")) if here.log.exists() else 0
            self.running = await bear(["run"], here.env, here.log, here.folder)
        return self.running

    async def stop(self) -> None:
        """As a careful person does it; the end must be in good order."""
        if self.running is not None and self.running.status is None:
            self.running.signal(15)
            assert await self.running.dies(20), "it did not end within 20 s"
            assert self.running.status == 0, f"it was told to stop and ended with {self.running.status}"
            self.running = None

    # --- killing -------------------------------------------------------------------------------

    @asynccontextmanager
    async def storm(self) -> AsyncIterator[None]:
        """Kills for as long as the block runs."""
        over = asyncio.Event()
        killing = asyncio.create_task(self._kill_until(over))
        try:
            yield
        finally:
            over.set()
            await killing

    async def kill(self, times: int) -> None:
        for _ in range(times):
            await self.kill_once()

    async def _kill_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.kill_once()

    async def kill_once(self) -> None:
        """A process is started, and dies at a point of the code, at any instant, or on the wire."""
        process = await self.start()
        draw = self.dice.random()
        if draw < 0.1:
            await self.without_storage()
        if draw < 0.25:
            await self._at_random(process)
        elif draw < 0.35:
            await self._on_the_wire(process)
        else:
            await self._at_a_point(process)

    async def _at_random(self, process: Child) -> None:
        """At any instant, also before it is up."""
        await process.dies(self.dice.uniform(0.05, 2.0))
        await self._end(process, "random instant")

    async def _on_the_wire(self, process: Child) -> None:
        """A message is accepted, and the process dies before it is told."""
        emulator = self.county.emulator
        fault = emulator.faults.add("slow", method="sendMessage", delay=1.0)
        try:
            await emulator.until(lambda: fault.times == 0, POINT_SECONDS)
        except TimeoutError:
            emulator.faults.drop(fault)
            await self._end(process, "random instant")
        else:
            await self._end(process, "accepted, not yet answered")

    async def _at_a_point(self, process: Child) -> None:
        """At a place the code has been seen to pass; every second time after the last death is made good."""
        if self.dice.random() < 0.5:
            await self._made_good()
        when, what, place = self.dice.choice(ANYWHERE + self._known()).split()
        nth = self.dice.choice((1, 1, 2, 3, 5, 8))
        self.county.point(victim.Point(when, what, place, nth))
        died = self.county.folder / victim.DIED
        if await process.dies(UP_SECONDS + POINT_SECONDS):
            await self._end(process, died.read_text())
        else:
            await self._end(process, "random instant")

    async def dies_here(self, process: Child, point: victim.Point) -> None:
        """The process dies at the point that was given, and nowhere else."""
        assert await process.dies(HERE_SECONDS), f"it did not pass {point}"
        await self._end(process, (self.county.folder / victim.DIED).read_text())

    async def without_storage(self) -> None:
        """The database is restarted, or the disk is full, for a moment; no process may end of it."""
        process = await self.start()
        if await self._is_up(process):
            with self.trouble():
                await (self._full_disk(process) if self.county.database.embedded else self._restart())

    async def _is_up(self, process: Child) -> bool:
        """Whether it has begun to work; until then it may give up and say why."""
        for _ in range(LOOKS):
            if self._says_it_is_up():
                return True
            if await process.dies(UP_SECONDS / 4):
                return False
        return False

    def _says_it_is_up(self) -> bool:
        return UP in self.county.log.read_text(errors="replace")[self.log_before :]

    async def _full_disk(self, process: Child) -> None:
        """No file may grow beyond what the log needs."""
        self.tally.weathers["disk full"] += 1
        limit = self.county.log.stat().st_size + ROOM_FOR_LOG
        try:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            await asyncio.sleep(AWAY_SECONDS)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        except ProcessLookupError:
            assert process.status == KILLED, f"it ended by itself: {process.status}"

    async def _restart(self) -> None:
        """Every connection is cut, and again as often as it is made anew."""
        self.tally.weathers["database restarted"] += 1
        for _ in range(10):
            await databases.cut(self.county.url)
            await asyncio.sleep(AWAY_SECONDS / 10)

    def misfortune(self) -> AbstractAsyncContextManager[None]:
        """Somebody is at work: mostly the process dies under their fingers, sometimes the network is bad."""
        return self.storm() if self.dice.random() < 0.7 else self.weather()

    @asynccontextmanager
    async def weather(self) -> AsyncIterator[None]:
        """One of the misfortunes of a network, for as long as the block runs."""
        kind = self.dice.choice((*WEATHERS, None))
        faults = self.county.emulator.faults
        if kind is not None:
            self.tally.weathers[kind] += 1
            faults.seed(self.dice.getrandbits(32))
            method = "sendMessage" if kind == "drop" else None
            faults.add(kind, None if kind != "duplicate" else 20, method=method, chance=0.3)
        with self.trouble():
            try:
                yield
            finally:
                faults.clear()

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """What is sent in the block may have to be sent again."""
        before = self._receipts()
        try:
            yield
        finally:
            self.tally.troubles.append((before, self._receipts()))

    def _receipts(self) -> int:
        """The number of the last receipt."""
        receipts = self.county.emulator.receipts.after()
        return receipts[-1].number if receipts else 0

    def _known(self) -> list[str]:
        file = self.county.folder / victim.PLACES
        return sorted(set(file.read_text().splitlines())) if file.exists() else []

    async def _made_good(self) -> None:
        """What the dead process had in hand has gone again, as far as that is possible within a moment."""
        await asyncio.sleep(UP_SECONDS)
        for _ in range(LOOKS):
            if not await self.county.in_hand():
                return
            await asyncio.sleep(2 * POINT_SECONDS / LOOKS)

    async def _end(self, process: Child, place: str) -> None:
        """The process is dead; where it died is written down. Nothing but a kill may end it."""
        await process.kill()
        assert process.status == KILLED, f"it ended by itself: {process.status}"
        self.county.no_point()
        self.tally.places[place] += 1
        with self.trouble():
            pass

    # --- calm ------------------------------------------------------------------------------------

    async def calm(self, seconds: float = CALM_SECONDS) -> None:
        """Nobody is killed until the process is up and everything that is due has been done."""
        process = await self.start()
        end = time.monotonic() + seconds
        rested = 0
        while rested < 2:
            await asyncio.sleep(0.6)  # longer than a tick
            assert process.status is None, f"it ended by itself: {process.status}"
            assert time.monotonic() < end, "it does not come to rest"
            rested = rested + 1 if self._says_it_is_up() and await self.county.at_rest() else 0

    async def imports(self, clues: Path) -> None:
        """`jintang import clues`, to its end."""
        importing, log = await self._import(clues)
        assert await importing.dies(60)
        assert importing.status == 0, log.read_text()

    async def import_dies(self, clues: Path) -> None:
        """The same, killed before or after its first commit, or at any instant."""
        self.county.point(victim.Point(self.dice.choice(("before", "after")), "commit", victim.ANYWHERE, 1))
        importing, _ = await self._import(clues)
        if not await importing.dies(self.dice.uniform(0.3, 1.5)):
            await importing.kill()
        self._import_is_dead(importing)

    async def import_dies_here(self, clues: Path, point: victim.Point) -> None:
        self.county.point(point)
        importing, _ = await self._import(clues)
        assert await importing.dies(HERE_SECONDS), f"the import did not pass {point}"
        self._import_is_dead(importing)

    async def _import(self, clues: Path) -> tuple[Child, Path]:
        here, log = self.county, clues.with_suffix(".log")
        return await bear(["import", "clues", str(clues)], here.env, log, here.folder), log

    def _import_is_dead(self, importing: Child) -> None:
        self.tally.places["import"] += importing.status == KILLED
        self.county.no_point()
