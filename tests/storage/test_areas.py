"""The area tree as it is remembered: whole lines or nothing, whoever reads it at the same time."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.models import Tier
from notifications.roster import Areas
from storage.engine import Database
from storage.people import Region

COUNTY, TOWN, VILLAGE = "130828000000", "130828107000", "130828107206"


class Halting:
    """A session that waits for a sign before its second look."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.looks = 0
        self.halted, self.go_on = asyncio.Event(), asyncio.Event()

    async def execute(self, query: Any) -> Any:
        self.looks += 1
        if self.looks == 2:
            self.halted.set()
            await self.go_on.wait()
        return await self.session.execute(query)


async def test_a_line_half_read_is_not_known(database_url: str) -> None:
    """The planner asks for a village while the sweeper still reads what lies above it."""
    database = Database(database_url)
    async with database.writing() as session:
        session.add(Region(code=COUNTY, name="围场县", level="county"))
        await session.flush()
        session.add(Region(code=TOWN, name="腰站镇", parent_code=COUNTY, level="township"))
        await session.flush()
        session.add(Region(code=VILLAGE, name="下三合义村", parent_code=TOWN, level="village"))
        await session.commit()
    areas = Areas()
    async with database.reading() as slow, database.reading() as quick:
        halting = Halting(slow)
        learning = asyncio.create_task(areas.learn(halting, [VILLAGE]))  # type: ignore[arg-type]
        await halting.halted.wait()
        await areas.learn(quick, [VILLAGE])
        assert areas.lineage(VILLAGE) == (
            (Tier.village, VILLAGE),
            (Tier.township, TOWN),
            (Tier.county, COUNTY),
        )
        halting.go_on.set()
        await learning
    assert areas.above(VILLAGE, Tier.county) == COUNTY
    await database.close()
