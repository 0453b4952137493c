"""`python -m tests.faults`: the whole story under every fault, until enough kill points have been passed.

With `--broken`: breaks of the product, each of which the verdict must notice. The databases are played
side by side, a process for each. `--write` puts what was found into docs/reports/faults.md. Exits with 1 if
any promise was broken, or any break was not noticed.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tests import databases
from tests.faults import report, runs
from tests.faults.breaks import BREAKS
from tests.faults.county import build
from tests.faults.processes import Nursery, nursery
from tests.faults.runs import Run
from tests.faults.trials import Trials, Tried

T = TypeVar("T")


@asynccontextmanager
async def _prepared(kind: str) -> AsyncIterator[tuple[str, Path, Nursery]]:
    """A county to be copied, a folder for the copies, and where processes are born."""
    databases.use(kind)
    with tempfile.TemporaryDirectory() as place:
        template = await build(Path(place))
        async with nursery() as born:
            yield template, Path(place), born
        await databases.drop(template)


async def play_all(kind: str, kills: int, first_seed: int) -> list[Run]:
    """Runs of one database, seed after seed, until so many kill points."""
    done: list[Run] = []
    async with _prepared(kind) as (template, folder, born):
        reference = await runs.undisturbed(template, folder / "calm", born, whole=True)
        while sum(run.tally.kills for run in done) < kills:
            seed = first_seed + len(done)
            run = await runs.killed(template, folder / str(seed), born, seed, reference, whole=True)
            done.append(run)
            _say(kind, run)
    return done


def _say(kind: str, run: Run) -> None:
    wrongs = len(run.verdict.wrongs)
    print(
        f"{kind} seed {run.seed}: {run.tally.kills} kills, {run.verdict.messages} messages, "
        f"{run.verdict.copies} marked copies, {wrongs} wrong, {run.seconds:.0f} s",
        flush=True,
    )
    for wrong in run.verdict.wrongs[:20]:
        print("  " + wrong, flush=True)


async def try_all(kind: str, names: Sequence[str]) -> list[Tried]:
    """Breaks on one database, one after the other."""
    done: list[Tried] = []
    async with _prepared(kind) as (template, folder, born):
        trials = Trials(template, folder, born)
        for name in names:
            one = await trials.tried(name)
            done.append(one)
            _tell(kind, one)
    return done


def _tell(kind: str, one: Tried) -> None:
    noticed = "noticed" if one.noticed else "NOT NOTICED"
    print(f"{kind}, {one.name}: {noticed} after {one.kills} kills, {one.seconds:.0f} s", flush=True)
    for wrong in () if one.noticed else (*one.calm, *one.said)[:20]:
        print("  " + wrong, flush=True)


# --- side by side -----------------------------------------------------------------------------


def _finished(play: Callable[..., Coroutine[Any, Any, T]], *how: Any) -> T:
    return asyncio.run(play(*how))


def side_by_side(
    kinds: Sequence[str], play: Callable[..., Coroutine[Any, Any, T]], *how: Any
) -> dict[str, T]:
    """The same on each database, in a process of its own."""
    with ProcessPoolExecutor(len(kinds), mp_context=get_context("spawn")) as processes:
        playing = {kind: processes.submit(_finished, play, kind, *how) for kind in kinds}
        return {kind: one.result() for kind, one in playing.items()}


def _kills(kinds: Sequence[str], kills: int, seed: int) -> tuple[str, bool]:
    """The part of the report, and whether all is well."""
    found = side_by_side(kinds, play_all, kills, seed)
    wrong = any(run.verdict.wrongs for some in found.values() for run in some)
    return report.of_kills(found, kills, seed), not wrong


def _breaks(kinds: Sequence[str], names: Sequence[str]) -> tuple[str, bool]:
    found = side_by_side(kinds, try_all, names)
    return report.of_breaks(found), all(one.noticed for some in found.values() for one in some)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--kills", type=int, default=500, help="kill points for each database")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--database", choices=databases.KINDS, action="append")
    words.add_argument(
        "--broken", nargs="*", choices=BREAKS, metavar="BREAK", help="break it, all ways or these"
    )
    words.add_argument("--write", action="store_true", help="write the report")
    chosen = words.parse_args()
    kinds = chosen.database or databases.KINDS
    if chosen.broken is None:
        part, (text, well) = report.KILLS, _kills(kinds, chosen.kills, chosen.seed)
    else:
        part, (text, well) = report.BROKEN, _breaks(kinds, chosen.broken or list(BREAKS))
    if chosen.write:
        report.put(part, text)
    print(text)
    sys.exit(not well)


if __name__ == "__main__":
    main()
