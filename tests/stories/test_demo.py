"""看一遍: the demo's story, played as fast as the phones can, ends with the household taken in in time."""

import asyncio
from pathlib import Path

from sqlalchemy import select

from config.clock import SetClock
from jintang.demo import START, Demo, county
from jintang.story import Play
from simulator import Emulator, serving
from storage.work import Case, FollowUp, Task


async def test_the_story_ends_with_the_case_taken_in_in_time(tmp_path: Path) -> None:
    clock = SetClock(START)
    emulator = Emulator(now=lambda: clock.now().timestamp())
    demo = Demo(emulator, clock)
    async with serving(emulator) as base, county(demo, base, tmp_path) as app:
        demo.app = app
        stop = asyncio.Event()
        running = asyncio.create_task(app.run(stop))
        play = Play(demo, seconds=0)
        await play.run()
        stop.set()
        await running
        assert play.over
        assert play.step == 12
        async with app.database.reading() as session:
            case = (await session.scalars(select(Case))).one()
            assert case.recognised_on is not None
            assert case.recognised_on <= case.limit_on
            measures = (await session.scalars(select(Task).where(Task.step == "measures"))).one()
            assert measures.state == "done"
            assert (await session.scalars(select(FollowUp))).one().done_on is None
