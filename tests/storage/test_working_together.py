"""Several at one database: no write is lost, claims do not meet, one leads, bells are heard."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from storage.bells import Bells, Work
from storage.engine import Database, is_away
from storage.leading import lead
from storage.listening import listen
from storage.post_box import Pace
from storage.work import Marker

NOW = datetime(2026, 3, 12, tzinfo=UTC)
TIMES = 125


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes, as far as the database can tell."""
    pair = Database(database_url), Database(database_url)
    yield pair
    for database in pair:
        await database.close()


async def add_one(database: Database) -> None:
    async with database.writing() as session:
        marker = await session.get_one(Marker, "count")
        marker.value = str(int(marker.value) + 1)
        await session.commit()


async def test_of_what_two_read_and_write_at_once_nothing_is_lost(two: tuple[Database, Database]) -> None:
    async with two[0].writing() as session:
        session.add(Marker(name="count", value="0"))
        await session.commit()
    await asyncio.gather(*(add_one(database) for database in two for _ in range(TIMES)))
    async with two[0].reading() as session:
        assert (await session.get_one(Marker, "count")).value == str(2 * TIMES)


async def claim(database: Database, most: int, done: dict[int, int]) -> None:
    """Takes what nobody has in hand, until nothing is left."""
    open_ones = select(Pace).where(Pace.paused_until.is_(None)).order_by(Pace.bot_id).limit(most)
    while True:
        async with database.claiming() as session:
            mine = (await session.scalars(open_ones.with_for_update(skip_locked=True))).all()
            for pace in mine:
                pace.paused_until = NOW
            await session.commit()
        for pace in mine:
            done[pace.bot_id] = done.get(pace.bot_id, 0) + 1
        if not mine:
            return


async def test_claims_do_not_meet(two: tuple[Database, Database]) -> None:
    async with two[0].claiming() as session:
        session.add_all(Pace(bot_id=number, of="notices", next_at=NOW) for number in range(200))
        await session.commit()
    done: dict[int, int] = {}
    await asyncio.gather(*(claim(database, 7, done) for database in two for _ in range(2)))
    assert done == dict.fromkeys(range(200), 1)


async def test_leaving_without_a_commit_forgets_and_rings_nothing(two: tuple[Database, Database]) -> None:
    bell = two[0].bells.hang(Work.notices)
    async with two[0].writing() as session:
        session.add(Marker(name="count", value="0"))
        await session.flush()
    async with two[1].reading() as session:
        assert await session.get(Marker, "count") is None
    assert not bell._rung.is_set()


async def test_every_bell_of_a_kind_rings_and_no_other() -> None:
    bells = Bells()
    first, second, other = bells.hang(Work.updates), bells.hang(Work.updates), bells.hang(Work.parcels)
    bells.ring(Work.updates)
    await asyncio.wait_for(asyncio.gather(first.wait(60), second.wait(60)), 5)
    assert not other._rung.is_set()
    await first.wait(0)  # a ring is heard once; without one the wait ends by itself


async def test_a_commit_is_heard_in_the_other_process(two: tuple[Database, Database]) -> None:
    here, there = two
    bell, stop = here.bells.hang(Work.updates), asyncio.Event()
    hearing = asyncio.create_task(listen(here, stop))
    await bell.wait(10)  # whoever begins to listen looks around first
    async with there.claiming(Work.updates) as session:
        session.add(Marker(name="news", value="1"))
        await session.commit()
    await asyncio.wait_for(bell.wait(60), 10)
    stop.set()
    await hearing


@pytest.mark.postgresql_only(reason="an embedded database has no connection to lose")
async def test_a_lost_connection_rings_every_bell_and_hearing_goes_on(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.listening.CHECK_SECONDS", 0.05)
    monkeypatch.setattr("storage.listening.AGAIN_SECONDS", 0.05)
    here, there = two
    bell, stop = here.bells.hang(Work.updates), asyncio.Event()
    hearing = asyncio.create_task(listen(here, stop))
    await bell.wait(10)
    await _cut_off(there)
    await asyncio.wait_for(bell.wait(60), 10)
    async with there.claiming(Work.updates) as session:
        session.add(Marker(name="news", value="1"))
        await session.commit()
    await asyncio.wait_for(bell.wait(60), 10)
    stop.set()
    await hearing


async def _cut_off(database: Database) -> None:
    """Every other connection to this database is ended by the server."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    async with database.reading() as session:
        await session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))


class Rival:
    """Somebody who wants to lead."""

    def __init__(self, database: Database) -> None:
        self.leads = asyncio.Event()
        self.stop = asyncio.Event()
        self.ended = asyncio.Event()
        self.task = asyncio.create_task(lead(database, "poll-7", self.stop, self._work))

    async def _work(self, end: asyncio.Event) -> None:
        self.leads.set()
        await end.wait()
        self.leads.clear()
        self.ended.set()

    async def give_up(self) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.leading.TRY_SECONDS", 0.02)


@pytest.mark.usefixtures("impatient")
async def test_one_leads_and_the_other_takes_over(two: tuple[Database, Database]) -> None:
    first = Rival(two[0])
    await asyncio.wait_for(first.leads.wait(), 10)
    second = Rival(two[1])
    await asyncio.sleep(0.2)
    assert first.leads.is_set()
    assert not second.leads.is_set()
    await first.give_up()
    await asyncio.wait_for(second.leads.wait(), 10)
    assert not first.leads.is_set()
    await second.give_up()


@pytest.mark.postgresql_only(reason="an embedded database has no connection to lose")
@pytest.mark.usefixtures("impatient")
async def test_who_loses_the_connection_loses_the_lead(two: tuple[Database, Database]) -> None:
    first = Rival(two[0])
    await asyncio.wait_for(first.leads.wait(), 10)
    await _cut_off(two[1])
    await asyncio.wait_for(first.ended.wait(), 10)
    await asyncio.wait_for(first.leads.wait(), 10)
    await first.give_up()


@pytest.mark.postgresql_only(reason="an embedded database has no connection to lose")
async def test_a_connection_that_was_cut_off_is_no_fault_of_ours(two: tuple[Database, Database]) -> None:
    async with two[0].writing() as session:
        await _cut_off(two[1])
        with pytest.raises(Exception, match=r".") as raised:
            await session.execute(text("SELECT 1"))
    assert is_away(raised.value)
    async with two[0].writing() as session:
        assert await session.scalar(text("SELECT 1")) == 1
