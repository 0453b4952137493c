"""A tick of the due sweep with many tasks open, beside APScheduler with one stored job per deadline."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from apscheduler.events import EVENT_JOB_REMOVED, JobEvent
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, delete, func, insert, select, update

from benchmarks.filling import DATABASES, MONDAY, desk, fill_tasks, prepared
from benchmarks.table import Line, Size, median
from notifications.planner import Planner
from storage.engine import Database
from storage.post_box import Notice
from storage.work import Rung
from workflows.schedule import Sweepers

REPEATS = 7
MOST_TIMES = 2.0


async def lines(size: Size) -> list[Line]:
    """Ticks with 10³, 10⁵ and 10⁶ open tasks, none and a thousand due."""
    counts = (1_000, 100_000, 1_000_000) if size is Size.full else (200, 500, 1_000)
    due = size.pick(1_000, 50)
    found = []
    with TemporaryDirectory() as folder:
        jobs = await asyncio.to_thread(_jobs, Path(folder), counts[-1], due)
        for kind in DATABASES:
            ticks = []
            for count in counts:
                async with prepared(kind, Path(folder), partial(fill_tasks, count=count)) as url:
                    ticks.append(await _ticks(url, due))
            found += _lines(kind, counts, due, ticks, jobs)
    return found


async def _ticks(url: str, due: int) -> tuple[float, float]:
    """Median seconds of a tick with nothing due, and of one with `due` rungs due."""
    database, at = Database(url), desk()
    sweepers = Sweepers(database, at, Planner(database, at.policy, at.time, at.hours, at.areas))
    await sweepers.tick()  # the morning's list is out
    idle = [await _timed(sweepers) for _ in range(REPEATS)]
    busy = []
    for _ in range(REPEATS):
        await _ring(database, due)
        busy.append(await _timed(sweepers))
        await _fired(database, due)
    await database.close()
    return median(idle), median(busy)


async def _timed(sweepers: Sweepers) -> float:
    began = perf_counter()
    await sweepers.tick()
    return perf_counter() - began


async def _ring(database: Database, due: int) -> None:
    """The moment of the first `due` rungs has come, as if they had never been fired."""
    async with database.writing() as session:
        await session.execute(delete(Notice))
        come = update(Rung).where(Rung.id <= due)
        await session.execute(come.values(state="pending", fires_at=MONDAY - timedelta(minutes=1)))
        await session.commit()


async def _fired(database: Database, due: int) -> None:
    async with database.reading() as session:
        told = await session.scalar(select(func.count()).where(Notice.once.startswith("rung:")))
    if told != due:
        raise RuntimeError(f"{told} of {due} rungs were told")


# --- APScheduler with one stored job per deadline ----------------------------------------------


@dataclass(frozen=True, slots=True)
class _Jobs:
    """Seconds of APScheduler: to look with nothing due, to run the due jobs, to store one."""

    stored: int
    idle: float
    busy: float
    storing: float


def ring() -> None:
    """What a stored job does: nothing, so that only the keeping of it is measured."""


def _jobs(folder: Path, count: int, due: int) -> _Jobs:
    """Jobs of a later day are copied in bulk, for one by one they would take minutes."""
    engine = create_engine(f"sqlite:///{folder}/jobs.sqlite3")
    store = SQLAlchemyJobStore(engine=engine)
    scheduler = BackgroundScheduler(executors={"default": DebugExecutor()}, timezone=UTC)
    scheduler.add_jobstore(store)
    scheduler.start(paused=True)
    later = datetime.now(UTC) + timedelta(days=30)
    scheduler.add_job(ring, "date", run_date=later, id="pattern")
    with engine.begin() as connection:
        pattern = dict(connection.execute(select(store.jobs_t)).one()._mapping)
        copies = [{**pattern, "id": f"later-{nth}"} for nth in range(count)]
        connection.execute(insert(store.jobs_t), copies)
    idle = median(_idle(store) for _ in range(REPEATS))
    runs = [_run(scheduler, due) for _ in range(REPEATS)]
    scheduler.shutdown()
    engine.dispose()
    return _Jobs(count, idle, median(busy for busy, _ in runs), median(storing for _, storing in runs) / due)


def _idle(store: SQLAlchemyJobStore) -> float:
    began = perf_counter()
    if store.get_due_jobs(datetime.now(UTC)):
        raise RuntimeError("nothing should be due")
    store.get_next_run_time()
    return perf_counter() - began


def _run(scheduler: BackgroundScheduler, due: int) -> tuple[float, float]:
    """Seconds until all of `due` jobs have run, and seconds to store them."""
    left, done = iter(range(due - 1)), threading.Event()

    def ran(_event: JobEvent) -> None:
        if next(left, None) is None:
            done.set()

    began, past = perf_counter(), datetime.now(UTC) - timedelta(minutes=1)
    for nth in range(due):
        scheduler.add_job(ring, "date", run_date=past, id=f"due-{nth}", misfire_grace_time=None)
    storing = perf_counter() - began
    scheduler.add_listener(ran, EVENT_JOB_REMOVED)
    began = perf_counter()
    scheduler.resume()
    if not done.wait(timeout=600):
        raise RuntimeError("the jobs did not all run")
    busy = perf_counter() - began
    scheduler.pause()
    scheduler.remove_listener(ran)
    return busy, storing


# --- lines -------------------------------------------------------------------------------------


def _lines(
    kind: str, counts: Sequence[int], due: int, ticks: Sequence[tuple[float, float]], jobs: _Jobs
) -> list[Line]:
    (small, small_due), *_, (large, large_due) = ticks
    ratio, between = (
        large / small,
        ", ".join(f"{count:,}: {tick * 1e3:.1f} ms" for count, (tick, _) in zip(counts, ticks, strict=True)),
    )
    with_due = ", ".join(
        f"{count:,}: {tick * 1e3:.0f} ms" for count, (_, tick) in zip(counts, ticks, strict=True)
    )
    beside = f"APScheduler with {jobs.stored:,} stored jobs"
    return [
        Line(
            work=f"tick of the due sweep, {counts[-1]:,} tasks open, none due",
            database=kind,
            figure=f"{large * 1e3:.1f} ms",
            reference=f"{counts[0]:,} open {small * 1e3:.1f} ms; {beside} {jobs.idle * 1e3:.1f} ms",
            ratio=ratio,
            aim=f"≤ {MOST_TIMES:g} × {counts[0]:,} open",
            met=ratio <= MOST_TIMES,
            note=between,
        ),
        Line(
            work=f"tick of the due sweep, {counts[-1]:,} tasks open, {due:,} due",
            database=kind,
            figure=f"{large_due:.2f} s",
            reference=f"{beside}, {due:,} due: {jobs.busy:.2f} s",
            ratio=large_due / jobs.busy,
            aim=f"grows with what is due: ≤ {MOST_TIMES:g} × {counts[0]:,} open",
            met=large_due / small_due <= MOST_TIMES,
            note=f"{with_due}; APScheduler's jobs do nothing, ours write a message each; "
            f"storing a job takes it {jobs.storing * 1e3:.1f} ms",
        ),
    ]
