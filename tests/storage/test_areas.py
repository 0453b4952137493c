"""The area tree as remembered: whole lines or nothing, and never older than the last commit of an import."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from config.models import Tier
from notifications.roster import Areas
from storage.engine import Database
from workflows.desk import Desk
from workflows.imports.importing import import_rows

COUNTY, TOWN, OTHER, VILLAGE = "130828000000", "130828107000", "130828108000", "130828107206"
ROWS: list[dict[str, object]] = [
    {"code": COUNTY, "name": "围场县", "parent_code": "", "level": "county"},
    {"code": TOWN, "name": "腰站镇", "parent_code": COUNTY, "level": "township"},
    {"code": OTHER, "name": "龙头山镇", "parent_code": COUNTY, "level": "township"},
    {"code": VILLAGE, "name": "下三合义村", "parent_code": TOWN, "level": "village"},
]
MOVED: dict[str, object] = {**ROWS[3], "name": "下三合义社区", "parent_code": OTHER}
LINE = ((Tier.village, VILLAGE), (Tier.township, TOWN), (Tier.county, COUNTY))
LINE_MOVED = ((Tier.village, VILLAGE), (Tier.township, OTHER), (Tier.county, COUNTY))


class Halting:
    """A session that waits for a sign before its second look at regions."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.info = session.info
        self.scalar = session.scalar
        self.looks = 0
        self.halted, self.go_on = asyncio.Event(), asyncio.Event()

    async def execute(self, query: Any) -> Any:
        self.looks += 1
        if self.looks == 2:
            self.halted.set()
            await self.go_on.wait()
        return await self.session.execute(query)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """That of the running process."""
    database = Database(database_url)
    await imported(database, *ROWS)
    yield database
    await database.close()


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Database]:
    """The same one as another process sees it."""
    database = Database(database_url)
    yield database
    await database.close()


async def imported(database: Database, *rows: dict[str, object]) -> None:
    desk = Desk(load_policy("hebei"), LocalTime(SetClock(datetime(2026, 3, 12, 4, tzinfo=UTC))))
    assert not (await import_rows("regions", "区划", rows, database, desk)).rejected


async def learnt(areas: Areas, database: Database) -> Areas:
    async with database.reading() as session:
        await areas.learn(session, [VILLAGE])
    return areas


async def test_a_line_half_read_is_not_known(database: Database) -> None:
    """The planner asks for a village while the sweeper still reads what lies above it."""
    areas = Areas()
    async with database.reading() as slow, database.reading() as quick:
        halting = Halting(slow)
        learning = asyncio.create_task(areas.learn(halting, [VILLAGE]))  # type: ignore[arg-type]
        await halting.halted.wait()
        await areas.learn(quick, [VILLAGE])
        assert areas.lineage(VILLAGE) == LINE
        halting.go_on.set()
        await learning
    assert areas.above(VILLAGE, Tier.county) == COUNTY


async def test_what_another_process_imports_is_seen(database: Database, elsewhere: Database) -> None:
    areas = await learnt(Areas(), database)
    assert (areas.name(VILLAGE), areas.lineage(VILLAGE)) == ("下三合义村", LINE)
    assert areas.above(VILLAGE, Tier.township) == TOWN
    await imported(elsewhere, MOVED)
    assert areas.lineage(VILLAGE) == LINE, "whoever is in the middle of something goes on with what was"
    await learnt(areas, database)
    assert (areas.name(VILLAGE), areas.lineage(VILLAGE)) == ("下三合义社区", LINE_MOVED)
    assert areas.above(VILLAGE, Tier.township) == OTHER
    await imported(elsewhere, ROWS[3])
    assert (await learnt(areas, database)).lineage(VILLAGE) == LINE


async def test_a_tree_that_has_not_changed_is_not_read_again(database: Database) -> None:
    """One look at a row by its key for each unit of work, however often it asks."""
    areas, asked = await learnt(Areas(), database), []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(" ".join(statement.split()))

    async with database.reading() as session:
        for _ in range(3):
            await areas.learn(session, [VILLAGE, TOWN, COUNTY])
    looks = [words for words in asked if words.startswith("SELECT")]
    assert len(looks) == 1
    assert "FROM markers" in looks[0]


async def test_who_began_before_the_import_leaves_nothing_old_behind(
    database: Database, elsewhere: Database
) -> None:
    """Its unit of work may still read the old tree while another has learnt the new one."""
    areas = Areas()
    async with database.reading() as slow:
        await areas.learn(slow, [])
        await imported(elsewhere, MOVED)
        async with elsewhere.reading() as quick:
            await areas.learn(quick, [COUNTY])
        await areas.learn(slow, [VILLAGE])
        assert areas.name(VILLAGE) in ("下三合义村", "下三合义社区")
    await learnt(areas, database)
    assert (areas.name(VILLAGE), areas.lineage(VILLAGE)) == ("下三合义社区", LINE_MOVED)
