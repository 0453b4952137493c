"""A break tried: the shortest scene that shows it, played with the break and without.

With it the verdict must hold the words that the break names; without it the same scene, with the same
deaths and the same weather, must be found in order, or the words would say nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.breaks import BREAKS, BROKEN, Trial
from tests.faults.county import County, county
from tests.faults.killing import AWAY_SECONDS, Killer
from tests.faults.story import at, signals
from tests.faults.verdict import Facts, Verdict, facts, judge
from tests.stories.world import GRID, THURSDAY

PATIENCE_SECONDS = 8.0
ON_THE_WIRE_SECONDS = 0.5
LONG_PAUSE = 30
HOUSEHOLDS = (1, 2, 2)
MORNING = at(3, 13, 8, 31)


@dataclass(frozen=True, slots=True)
class Tried:
    """What the verdict said of a break, after how many deaths; `calm` is what it said without the break."""

    name: str
    said: Sequence[str]
    calm: Sequence[str]
    kills: int
    seconds: float

    @property
    def found(self) -> str | None:
        """The first thing said with the words of the break."""
        return next((one for one in self.said if BREAKS[self.name].words in one), None)

    @property
    def noticed(self) -> bool:
        return self.found is not None and not self.calm


class Trials:
    """Tries breaks in copies of one county; a scene without a break is played once for all of them."""

    def __init__(self, template: str, folder: Path) -> None:
        self.template = template
        self.folder = folder
        self._references: dict[str, Facts] = {}
        self._calm: dict[Trial, Sequence[str]] = {}
        self._played = 0

    async def tried(self, name: str) -> Tried:
        """The verdict with the break and without."""
        since = time.monotonic()
        trial = BREAKS[name].trial
        if trial.whole not in self._calm:
            self._calm[trial.whole], _ = await self.judged(trial.whole)
        said, kills = await self.judged(trial, name)
        return Tried(name, said, self._calm[trial.whole], kills, time.monotonic() - since)

    async def judged(self, trial: Trial, broken: str | None = None) -> tuple[Sequence[str], int]:
        """What is wrong after a trial, and how many have died in it."""
        reference = await self._reference(trial.scene)
        async with self._scene(trial, broken) as scene:
            return await scene.said(reference), scene.killer.tally.kills

    async def _reference(self, scene: str) -> Facts:
        """The scene as it goes when nothing goes wrong."""
        if scene not in self._references:
            async with self._scene(Trial(scene)) as undisturbed:
                await undisturbed.play()
                self._references[scene] = await facts(undisturbed.county)
        return self._references[scene]

    @asynccontextmanager
    async def _scene(self, trial: Trial, broken: str | None = None) -> AsyncIterator["Scene"]:
        self._played += 1
        folder = self.folder / f"trial{self._played}"
        await asyncio.to_thread(folder.mkdir)
        if broken is not None:
            (folder / BROKEN).write_text(broken)
        async with county(self.template, folder) as here:
            killer = Killer(here, self._played)
            try:
                yield Scene(here, killer, trial)
            finally:
                if killer.running is not None:
                    await killer.running.kill()


class Scene:
    """One playing of a trial."""

    def __init__(self, here: County, killer: Killer, trial: Trial) -> None:
        self.county = here
        self.killer = killer
        self.trial = trial
        self.accepted: list[str] = []

    async def said(self, reference: Facts) -> Sequence[str]:
        """Everything that is wrong with the trial; a county that does not come to its end is wrong too."""
        wrongs = []
        try:
            await self.play()
            await self.killer.stop()
        except AssertionError as error:
            wrongs.append(str(error).partition("\n")[0])
        verdict: Verdict = await judge(self.county, self.accepted, reference, self.killer.tally.troubles)
        return [*wrongs, *verdict.wrongs]

    async def play(self) -> None:
        if self.trial.scene == "morning":
            await self.list_comes()
        await self._calm()
        await (self.import_dies() if self.trial.scene == "import" else self.process_dies())
        await self._calm()

    # --- what happens ----------------------------------------------------------------------------

    async def act(self) -> None:
        """A command is typed, a list comes, or the morning after one."""
        match self.trial.scene:
            case "asks":
                self.county.asks(GRID, "/todo")
            case "list":
                await self.list_comes()
            case "morning":
                self.county.clock.set(MORNING)

    async def list_comes(self) -> None:
        await self.killer.imports(self._list())

    def _list(self) -> Path:
        rows = signals(1, THURSDAY, HOUSEHOLDS)
        self.accepted = [row["signal_id"] for row in rows]
        return self.county.clues("list", rows)

    async def import_dies(self) -> None:
        """And is run again."""
        for point in self.trial.points:
            await self.killer.import_dies_here(self._list(), point)
        await self.list_comes()

    async def process_dies(self) -> None:
        """At the first point for what is done here, at the others in making it good."""
        self._weather()
        process = await self.killer.start()
        for point in self.trial.points[:1]:
            self.county.point(point)
        async with self._storage():
            await self.act()
        for nth, point in enumerate(self.trial.points):
            if nth:
                process = await self.killer.start()
                self.county.point(point)
            await self.killer.dies_here(process, point)
        await self._stopped_on_the_wire()

    def _weather(self) -> None:
        """Once, and at the grid worker's chat."""
        faults = self.county.emulator.faults
        match self.trial.weather:
            case "duplicate":
                faults.add("duplicate")
            case "stopped on the wire":
                faults.add("slow", method="sendMessage", delay=ON_THE_WIRE_SECONDS)
            case "502" | "403" | "429" as kind:
                faults.add(kind, method="sendMessage", chat_id=GRID, retry_after=LONG_PAUSE)

    @asynccontextmanager
    async def _storage(self) -> AsyncIterator[None]:
        """What is done in the block may have to wait for the database."""
        if self.trial.weather != "storage away":
            yield
            return
        away = asyncio.create_task(self.killer.without_storage())
        await asyncio.sleep(AWAY_SECONDS / 2)
        yield
        await away

    async def _stopped_on_the_wire(self) -> None:
        """The process is told to stop while an answer is on its way."""
        if self.trial.weather == "stopped on the wire":
            emulator = self.county.emulator
            await emulator.until(lambda: not emulator.faults.pending(), PATIENCE_SECONDS)
            await self.killer.stop()

    async def _calm(self) -> None:
        await self.killer.calm(PATIENCE_SECONDS)
