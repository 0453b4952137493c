"""A tick that is under way when Jintang is told to stop is finished, not cut off."""

import asyncio

from prometheus_client import REGISTRY

from tests.stories.world import World


def ticks() -> float:
    return REGISTRY.get_sample_value("jintang_ticks_total", {"result": "done"}) or 0


async def test_told_to_stop_in_the_middle_of_a_tick(hebei: World) -> None:
    sweepers, stop, before = hebei.app.sweepers, asyncio.Event(), ticks()
    async with hebei.app.database.writing() as session:  # the tick has to wait for its turn
        running = asyncio.create_task(sweepers.run(stop))
        while not sweepers._ticking.locked():  # noqa: ASYNC110 - nobody tells that it has begun
            await asyncio.sleep(0)
        stop.set()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not running.done()
        await session.rollback()
    await running
    assert ticks() == before + 1
