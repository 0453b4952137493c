"""Migrations go up, down and up again and lose no row; models match them; the audit only grows."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from storage import migrate
from storage.engine import Base, Database
from storage.work import Audit
from tests import databases


@pytest.fixture
async def url(tmp_path):
    found = await databases.new(tmp_path / "county 1%")
    yield found
    await databases.drop(found)


async def look(url, what):
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(what)
    finally:
        await database.close()


def tables(connection):
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_up_down_and_up_again(url):
    assert await migrate.current(url) is None
    for _ in range(2):
        await migrate.upgrade(url)
        assert await migrate.current(url) == migrate.head()
        assert await look(url, tables) == set(Base.metadata.tables)
        await migrate.downgrade(url, migrate.BASE)
        assert await migrate.current(url) is None
        assert await look(url, tables) == set()


async def test_going_up_twice_changes_nothing(url):
    await migrate.upgrade(url)
    await migrate.upgrade(url)
    assert await migrate.current(url) == migrate.head()


async def test_the_models_match_the_migrations(url):
    await migrate.upgrade(url)

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert await look(url, differences) == []


async def test_a_household_has_one_open_case_only(url):
    await migrate.upgrade(url)

    def partial(connection):
        indexes = [index for table in ("cases", "tasks") for index in inspect(connection).get_indexes(table)]
        return {i["name"] for i in indexes if i["unique"] and i["dialect_options"]}

    assert {"uq_cases_open_household", "uq_tasks_open_step"} <= await look(url, partial)


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit"])
async def test_audit_rows_cannot_be_changed_or_removed(url, statement):
    await migrate.upgrade(url)
    database = Database(url)
    async with database.writing() as session:
        session.add(Audit(at=datetime(2026, 3, 12, tzinfo=UTC), action="seen", detail={}))
        await session.commit()
    async with database.writing() as session:
        with pytest.raises(DBAPIError, match="append-only"):
            await session.execute(text(statement))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT action FROM audit")) == "seen"
    await database.close()


NOTICE = (
    "INSERT INTO notices (id, kind, facts, buttons, lane, urgent, collapse, moved, state, not_before,"
    " attempts, resent, created_at) VALUES ({id}, '{kind}', '{{}}', '[]', 3, {no}, {no}, {no}, '{state}',"
    " '2026-03-12', 0, {no}, '2026-03-12')"
)
DELIVERY = (
    "INSERT INTO deliveries (id, notice_id, channel, started_at, result)"
    " VALUES (1, 1, 'telegram', '2026-03-12', 'failed')"
)
BEFORE = [(1, "alert", "failed"), (2, "reply", "pending"), (3, "alert", "pending"), (4, "alert", "planned")]


async def test_what_was_on_its_way_goes_on_after_the_second_release(url):
    """Notices that deliveries point to: SQLite makes the table anew without losing either."""
    await migrate.upgrade(url, "0001")
    database = Database(url)
    no = "0" if database.embedded else "false"
    async with database.engine.begin() as connection:
        for number, kind, state in BEFORE:
            await connection.execute(text(NOTICE.format(id=number, kind=kind, state=state, no=no)))
        await connection.execute(text(DELIVERY))
    await database.close()

    def states(connection):
        return [*connection.scalars(text("SELECT state FROM notices ORDER BY id"))]

    await migrate.upgrade(url, "0002")
    assert await look(url, states) == ["failed_permanent", "planned", "pending", "planned"]
    await migrate.downgrade(url, "0001")
    assert await look(url, states) == ["failed", "pending", "pending", "planned"]
    assert await look(url, lambda c: c.scalar(text("SELECT count(*) FROM deliveries"))) == 1
