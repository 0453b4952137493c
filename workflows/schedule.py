"""The ticking of the sweepers: what time brings, brought in short commits (promise 3)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.planner import Planner
from storage.engine import Database, is_away
from workflows import meters
from workflows.again import ask_again
from workflows.batches import abandoned, tell_batch
from workflows.desk import Desk
from workflows.morning import send_morning
from workflows.reception import forget_answers, stale_answers
from workflows.sweep import fire_due

log = structlog.get_logger(__name__)
TICK_SECONDS = 5


class Sweepers:
    """Everything that is due at the present instant, done once."""

    def __init__(self, database: Database, desk: Desk, planner: Planner) -> None:
        self.database = database
        self.desk = desk
        self.planner = planner
        self._ticking = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Ticks until told to stop."""
        scheduler = self.scheduled()
        scheduler.start()
        try:
            await stop.wait()
            scheduler.pause()
            await asyncio.sleep(0)  # a tick that was called takes its turn
            async with self._ticking:
                pass  # and is finished
        finally:
            scheduler.shutdown(wait=False)  # cancels what is under way

    async def tick(self) -> None:
        """Rungs first, so that this morning's lines stand in this morning's list."""
        while await self._commit(lambda session: fire_due(session, self.desk)):
            pass
        await self._commit(lambda session: ask_again(session, self.desk))
        await self._commit(lambda session: send_morning(session, self.desk, self.planner))
        async with self.database.reading() as session:
            left = await abandoned(session, self.desk)
            stale = await stale_answers(session, self.desk)
        for batch_id in left:
            await tell_batch(self.database, self.desk, batch_id)
        if stale:
            await self._commit(lambda session: forget_answers(session, self.desk))

    async def _tick(self) -> None:
        """A tick that a database may be away for: the next one does it all."""
        async with self._ticking:
            try:
                with meters.TICK_SECONDS.time():
                    await self.tick()
            except Exception as error:
                meters.TICKS.labels("failed").inc()
                if not is_away(error):
                    raise
                log.warning("tick_later", error=type(error).__name__)
            else:
                meters.TICKS.labels("done").inc()
                meters.LAST_TICK.set_to_current_time()

    async def _commit(self, step: Callable[[AsyncSession], Awaitable[int | bool]]) -> int | bool:
        async with self.database.writing() as session:
            done = await step(session)
            await session.commit()
            return done

    def scheduled(self) -> AsyncIOScheduler:
        """APScheduler as the metronome: one tick at a time, missed ones are one."""
        scheduler = AsyncIOScheduler(timezone=self.desk.time.zone)
        scheduler.add_job(
            self._tick,
            "interval",
            seconds=TICK_SECONDS,
            next_run_time=datetime.now(self.desk.time.zone),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        return scheduler
