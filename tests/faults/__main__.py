"""`python -m tests.faults`: the whole story under every fault, until enough kill points have been passed.

Prints each run and writes docs/reports/faults.md. Exits with 1 if any promise was broken.
"""

import argparse
import asyncio
import platform
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests import databases
from tests.faults import runs
from tests.faults.county import build
from tests.faults.processes import nursery
from tests.faults.runs import Run

REPORT = Path(__file__).parents[2] / "docs" / "reports" / "faults.md"
COMMAND = "make faults"


async def play_all(kind: str, kills: int, first_seed: int) -> list[Run]:
    """Runs of one database, seed after seed, until so many kill points."""
    databases.use(kind)
    done: list[Run] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        template = await build(folder)
        async with nursery() as born:
            reference = await runs.undisturbed(template, folder / "calm", born, whole=True)
            while sum(run.tally.kills for run in done) < kills:
                seed = first_seed + len(done)
                run = await runs.killed(template, folder / str(seed), born, seed, reference, whole=True)
                done.append(run)
                _say(kind, run)
        await databases.drop(template)
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


# --- the report --------------------------------------------------------------------------------


def report(found: dict[str, Sequence[Run]], kills: int, seed: int) -> str:
    every = [run for some in found.values() for run in some]
    places = sum((run.tally.places for run in every), Counter[str]())
    weathers = sum((run.tally.weathers for run in every), Counter[str]())
    lines = [
        "# What faults did to it",
        "",
        f"Written by `{COMMAND}` (kills {kills} a database, first seed {seed}) on "
        f"{datetime.now(UTC).date()}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}. "
        "What is done in a run and what is asked afterwards: "
        "[tests/faults/story.py](../../tests/faults/story.py), "
        "[tests/faults/verdict.py](../../tests/faults/verdict.py).",
        "",
        "| database | seeds | starts | kill points | messages accepted | marked copies | broken promises |",
        "|---|---|---:|---:|---:|---:|---:|",
        *(_row(kind, some) for kind, some in found.items()),
        "",
        "A marked copy is a message sent once more, with 重发 before it, because nobody could know whether",
        "the first had arrived.",
        "",
        "## Where it was killed",
        "",
        "| place | times |",
        "|---|---:|",
        *(f"| {place} | {count} |" for place, count in places.most_common()),
        "",
        "## What else went wrong",
        "",
        "| fault | scenes |",
        "|---|---:|",
        *(f"| {fault} | {count} |" for fault, count in weathers.most_common()),
        f"| Telegram away for ten minutes | {len(every)} |",
        f"| clock ahead and back | {len(every)} |",
        f"| 72 hours, and 9 days, without a process | {len(every)} |",
        "",
    ]
    wrongs = [
        f"* {kind}, seed {run.seed}: {wrong}"
        for kind, some in found.items()
        for run in some
        for wrong in run.verdict.wrongs
    ]
    return "\n".join([*lines, *(["## Broken promises", "", *wrongs, ""] if wrongs else [])])


def _row(kind: str, some: Sequence[Run]) -> str:
    seeds = f"{some[0].seed}–{some[-1].seed}"
    starts, kills = sum(run.tally.starts for run in some), sum(run.tally.kills for run in some)
    said = sum(run.verdict.messages for run in some), sum(run.verdict.copies for run in some)
    wrongs = sum(len(run.verdict.wrongs) for run in some)
    return f"| {kind} | {seeds} | {starts} | {kills} | {said[0]} | {said[1]} | {wrongs} |"


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--kills", type=int, default=500, help="kill points for each database")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--database", choices=databases.KINDS, action="append")
    words.add_argument("--write", action="store_true", help="write the report")
    chosen = words.parse_args()
    kinds = chosen.database or databases.KINDS
    found = {kind: asyncio.run(play_all(kind, chosen.kills, chosen.seed)) for kind in kinds}
    text = report(found, chosen.kills, chosen.seed)
    if chosen.write:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(text)
    print(text)
    sys.exit(any(run.verdict.wrongs for some in found.values() for run in some))


if __name__ == "__main__":
    main()
