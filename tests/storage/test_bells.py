"""A bell rings for what was written and committed, and for nothing else: an idle process rests."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from config.clock import LocalTime, SteadyClock, SystemClock
from config.loader import load_policy
from notifications.channel import Channel
from notifications.dispatcher import Dispatcher
from notifications.pace import Limits
from storage.bells import Work
from storage.engine import Database, Unit
from storage.listening import listen
from storage.work import Marker

NOW = datetime(2026, 3, 12, 4, tzinfo=UTC)


@pytest.fixture
async def database(database_url):
    found = Database(database_url)
    yield found
    await found.close()


def rung(database):
    """The bells rung from now on, by kind."""
    kinds = []
    database.bells.ring = kinds.append
    return kinds


async def by_object(session):
    session.add(Marker(name="a", value="1"))


async def by_statement(session):
    await session.execute(update(Marker).values(value="2"))


async def by_connection(session):
    await (await session.connection()).exec_driver_sql("UPDATE markers SET value = '3'")


async def by_upsert(session):
    kind = sqlite if session.database.embedded else postgresql
    await session.execute(kind.insert(Marker).values(name="b", value="1").on_conflict_do_nothing())


async def by_a_query_that_writes(session):
    await session.scalars(update(Marker).values(value="4").returning(Marker.name))


WRITES = [by_object, by_statement, by_connection, by_upsert, by_a_query_that_writes]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("unit", ["writing", "claiming"])
async def test_whoever_waits_is_woken_by_what_was_written(database, write, unit):
    kinds = rung(database)
    async with getattr(database, unit)(Work.parcels) as session:
        await write(session)
        assert kinds == []
        await session.commit()
    assert kinds == [Work.parcels]


@pytest.mark.parametrize("unit", ["writing", "claiming"])
async def test_a_look_that_found_nothing_wakes_nobody(database, unit):
    kinds = rung(database)
    for write in (by_object, None):
        async with getattr(database, unit)(Work.parcels) as session:
            await session.scalars(select(Marker))
            if write:
                await write(session)
            else:
                await session.commit()  # what was forgotten before does not count
    assert kinds == []


async def test_an_empty_commit_wakes_nobody(database):
    kinds = rung(database)
    async with database.claiming(Work.notices) as session:
        await session.commit()
    assert kinds == []


@pytest.mark.postgresql_only(reason="an embedded database has no other process")
async def test_another_process_hears_of_what_was_written_only(database, database_url):
    other, stop = Database(database_url), asyncio.Event()
    bell = other.bells.hang(Work.notices)
    heard = rung(other)
    other.bells.ring_all = bell.ring
    listening = asyncio.create_task(listen(other, stop))
    await bell.wait(10)
    for statement in ("SELECT 1", "UPDATE markers SET value = '1'"):
        async with database.claiming(Work.notices) as session:
            await session.execute(text(statement))
            await session.commit()
    async with asyncio.timeout(10):
        while not heard:  # noqa: ASYNC110 - it is told over the network
            await asyncio.sleep(0.01)
    stop.set()
    await listening
    assert heard == [Work.notices]
    await other.close()


class Silent(Channel):
    """Nothing is sent."""

    name = "telegram"

    async def send(self, message):
        raise AssertionError(message)

    async def answers(self):
        return True


async def test_an_idle_sender_rests(database, monkeypatch):
    """It used to wake itself by the commit of a lease that had taken nothing, a hundred times a second."""
    commits, commit = [], Unit.commit

    async def counted(unit):
        commits.append(1)
        await commit(unit)

    monkeypatch.setattr(Unit, "commit", counted)
    time, stop = LocalTime(SystemClock()), asyncio.Event()
    sender = Dispatcher(database, load_policy("hebei"), Silent(), 1, Limits(), time, SteadyClock())
    running = asyncio.create_task(sender.run(stop))
    await asyncio.sleep(0.5)
    stop.set()
    await running
    assert len(commits) <= 4, "one look of each queue, and one more as it stops"
