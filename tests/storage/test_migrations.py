"""Migrations go up, down and up again; models match them; the audit only grows; PostgreSQL can read them."""

import io
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from storage import migrate
from storage.engine import Base, Database
from storage.work import Audit


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path}/county 1%/jintang.sqlite3"


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
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%UNIQUE% WHERE %'"))
        return {name for (name,) in rows}

    assert {"uq_cases_open_household", "uq_tasks_open_step"} <= await look(url, partial)


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit"])
async def test_audit_rows_cannot_be_changed_or_removed(url, statement):
    await migrate.upgrade(url)
    database = Database(url)
    async with database.writing() as session:
        session.add(Audit(at=datetime(2026, 3, 12, tzinfo=UTC), action="seen", detail={}))
        await session.commit()
    async with database.writing() as session:
        with pytest.raises(DatabaseError, match="append-only"):
            await session.execute(text(statement))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT action FROM audit")) == "seen"
    await database.close()


def rendered_for_postgresql(step):
    script = ScriptDirectory(str(migrate.FOLDER)).get_revision("head")
    out = io.StringIO()
    options = {"as_sql": True, "output_buffer": out}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        getattr(script.module, step)()
    return out.getvalue()


def test_postgresql_gets_the_same_tables_partial_indexes_and_guard():
    sql = rendered_for_postgresql("upgrade")
    assert sql.count("CREATE TABLE") == len(Base.metadata.tables)
    assert "ON cases (household_id) WHERE closed_on IS NULL" in sql
    assert "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE" in sql
    assert "TIMESTAMP WITH TIME ZONE" in sql
    assert rendered_for_postgresql("downgrade").count("DROP TABLE") == len(Base.metadata.tables)
