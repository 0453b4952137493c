"""Playing it all: runs until enough kill points, or break after break; the databases side by side."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tests import databases
from tests.faults import runs
from tests.faults.county import build
from tests.faults.runs import Run
from tests.faults.trials import Trials, Tried

T = TypeVar("T")
Played = Callable[..., Coroutine[Any, Any, T]]
SHOWN = 20


def side_by_side(kinds: Sequence[str], play: Played[T], *how: Any) -> dict[str, T]:
    """The same on each database, in a process of its own."""
    with ProcessPoolExecutor(len(kinds), mp_context=get_context("spawn")) as processes:
        playing = {kind: processes.submit(_finished, play, kind, *how) for kind in kinds}
        return {kind: one.result() for kind, one in playing.items()}


def _finished(play: Played[T], *how: Any) -> T:
    return asyncio.run(play(*how))


async def play_all(kind: str, kills: int, first_seed: int) -> list[Run]:
    """Runs of one database, seed after seed, until so many kill points."""
    done: list[Run] = []
    async with _prepared(kind) as (template, folder):
        reference = await runs.undisturbed(template, folder / "calm", whole=True)
        while sum(run.tally.kills for run in done) < kills:
            seed = first_seed + len(done)
            run = await runs.killed(template, folder / str(seed), seed, reference, whole=True)
            done.append(run)
            _tell_run(kind, run)
    return done


async def try_all(kind: str, names: Sequence[str]) -> list[Tried]:
    """Breaks on one database, one after the other."""
    done: list[Tried] = []
    async with _prepared(kind) as (template, folder):
        trials = Trials(template, folder)
        for name in names:
            one = await trials.tried(name)
            done.append(one)
            _tell_break(kind, one)
    return done


@asynccontextmanager
async def _prepared(kind: str) -> AsyncIterator[tuple[str, Path]]:
    """A county to be copied, and a folder for the copies."""
    databases.use(kind)
    with tempfile.TemporaryDirectory() as place:
        template = await build(Path(place))
        yield template, Path(place)
        await databases.drop(template)


def _tell_run(kind: str, run: Run) -> None:
    wrongs = len(run.verdict.wrongs)
    print(
        f"{kind} seed {run.seed}: {run.tally.kills} kills, {run.verdict.messages} messages, "
        f"{run.verdict.copies} marked copies, {wrongs} wrong, {run.seconds:.0f} s",
        flush=True,
    )
    for wrong in run.verdict.wrongs[:SHOWN]:
        print("  " + wrong, flush=True)


def _tell_break(kind: str, one: Tried) -> None:
    noticed = "noticed" if one.noticed else "NOT NOTICED"
    print(f"{kind}, {one.name}: {noticed} after {one.kills} kills, {one.seconds:.0f} s", flush=True)
    for wrong in () if one.noticed else (*one.calm, *one.said)[:SHOWN]:
        print("  " + wrong, flush=True)
