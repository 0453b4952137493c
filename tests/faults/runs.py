"""One run: a copy of the county, the story played in it, the verdict."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.county import county
from tests.faults.killing import Killer, Tally
from tests.faults.story import Play
from tests.faults.verdict import Facts, Verdict, facts, judge


@dataclass(frozen=True, slots=True)
class Run:
    """What a seed has brought."""

    seed: int
    tally: Tally
    verdict: Verdict
    seconds: float


async def undisturbed(template: str, folder: Path, *, whole: bool) -> Facts:
    """The story as it goes when nothing goes wrong."""
    await asyncio.to_thread(folder.mkdir)
    async with county(template, folder) as here:
        await Play(Killer(here, 0), killed=False, whole=whole).run()
        return await facts(here)


async def killed(template: str, folder: Path, seed: int, reference: Facts, *, whole: bool) -> Run:
    """The story with every fault that the seed draws."""
    await asyncio.to_thread(folder.mkdir)
    since = time.monotonic()
    async with county(template, folder) as here:
        killer = Killer(here, seed)
        play = Play(killer, killed=True, whole=whole)
        await play.run()
        verdict = await judge(here, play.accepted, reference, killer.tally.troubles)
    return Run(seed, killer.tally, verdict, time.monotonic() - since)
