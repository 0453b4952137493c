"""The due sweep by one, two and four schedulers at once on PostgreSQL, each a process of its own."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import delete, func, select, update

from benchmarks.cores import Cores
from benchmarks.filling import MONDAY, desk, fill_tasks, prepared, unlocked
from benchmarks.processes import let_go, until_none, waiting
from benchmarks.table import Line, Size, median
from notifications.planner import Planner
from storage.engine import Database
from storage.post_box import Notice
from storage.states import being
from storage.work import Rung
from tests import databases
from workflows.schedule import Sweepers


async def lines(size: Size) -> list[Line]:
    """Due rungs a second of two and of four schedulers beside one; each rung is told once."""
    due, repeats = size.pick(5_000, 200), size.pick(5, 1)
    with TemporaryDirectory() as folder:
        filling = partial(fill_tasks, count=due)
        async with prepared(databases.POSTGRESQL, Path(folder), filling) as url:
            rounds = {many: [await _round(url, due, many) for _ in range(repeats)] for many in (1, 2, 4)}
    rates = {many: median(rate for rate, _ in some) for many, some in rounds.items()}
    cores = {many: median(used for _, used in some) for many, some in rounds.items()}
    return [_line(many, due, rates, cores, repeats) for many in (2, 4)]


async def _round(url: str, due: int, schedulers: int) -> tuple[float, float]:
    """Rungs a second, and the processors at work."""
    database = Database(url)
    await _ring(database)
    async with waiting(schedulers, __name__, url) as go:
        cores, began = Cores(), perf_counter()
        go()
        await _all_fired(database)
        rate, used = due / (perf_counter() - began), cores.used()
    await _told_once(database, due)
    await database.close()
    return rate, used


async def _ring(database: Database) -> None:
    """The moment of every rung has come, as if none had ever been fired."""
    async with database.writing() as session:
        await session.execute(delete(Notice))
        await session.execute(update(Rung).values(state="pending", fires_at=MONDAY))
        await session.commit()


async def _all_fired(database: Database) -> None:
    await until_none(database, select(func.count()).select_from(Rung).where(being(Rung.state, "pending")))


async def _told_once(database: Database, due: int) -> None:
    async with database.reading() as session:
        told = await session.scalar(select(func.count()).where(Notice.once.startswith("rung:")))
    if told != due:
        raise RuntimeError(f"{due} rungs were told {told} times")


async def _sweep_in_process(url: str) -> None:
    unlocked()
    database, at = Database(url), desk()
    sweepers = Sweepers(database, at, Planner(database, at.policy, at.time, at.hours, at.areas))
    await let_go()
    while True:  # until it is terminated
        await sweepers.tick()


def _line(schedulers: int, due: int, rates: dict[int, float], cores: dict[int, float], repeats: int) -> Line:
    return Line(
        work=f"{schedulers} schedulers, {due:,} rungs due",
        database=databases.POSTGRESQL,
        figure=f"{rates[schedulers]:.0f}/s",
        reference=f"one {rates[1]:.0f}/s",
        ratio=rates[schedulers] / rates[1],
        aim="none told twice",
        met=True,
        note=f"medians of {repeats}; work on cases is done by one writer at a time, so a second scheduler is "
        f"there to take over, not to add; of {os.cpu_count()} processors {cores[1]:.1f} are at work with one "
        f"scheduler, {cores[schedulers]:.1f} with {schedulers}",
    )


if __name__ == "__main__":
    asyncio.run(_sweep_in_process(*sys.argv[1:]))
