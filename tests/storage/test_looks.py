"""What is looked for at every tick is found by an index of just those rows, however many others there are."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects import sqlite

from notifications.states import State
from storage.engine import Database
from storage.post_box import Notice
from storage.register import Clue
from storage.states import being
from storage.work import Rung
from workflows.again import asked_by

pytestmark = pytest.mark.sqlite_only
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
LOOKS: dict[str, tuple[Select[Any], str]] = {
    "due rungs": (
        select(Rung.id).where(being(Rung.state, "pending"), Rung.fires_at <= NOW).order_by(Rung.fires_at),
        "ix_rungs_due",
    ),
    "next rung": (select(func.min(Rung.fires_at)).where(being(Rung.state, "pending")), "ix_rungs_due"),
    "rungs of a task": (select(Rung.id).where(Rung.task_id == 1, Rung.state == "pending"), "uq_rungs_once"),
    "due notices": (
        select(Notice.id).where(being(Notice.state, State.pending), Notice.not_before <= NOW),
        "ix_notices_pending",
    ),
    "held notices": (select(Notice.id).where(being(Notice.state, "held")), "ix_notices_held"),
    "parked notices": (select(Notice.id).where(being(Notice.state, State.parked)), "ix_notices_parked"),
    "staged notices": (
        select(Notice.id).where(Notice.batch == "batch:1", being(Notice.state, "staged")),
        "ix_notices_staged",
    ),
    "households to ask again": (
        asked_by(date(2026, 3, 12)),
        "ix_cases_ask_again",
    ),
    "signals that wait": (select(Clue.id).where(being(Clue.state, "waiting")), "ix_clues_waiting"),
    "checked clues of a household": (
        select(Clue.id).where(Clue.household_id.in_([1, 2]), Clue.state == "done"),
        "ix_clues_household_id",
    ),
}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_uses_the_index_of_what_waits(database: Database, look: str) -> None:
    query, index = LOOKS[look]
    options = {"render_postcompile": True, "literal_binds": True}
    words = query.compile(dialect=sqlite.dialect(), compile_kwargs=options)
    async with database.reading() as session:
        plan = [row[3] for row in await session.execute(text(f"EXPLAIN QUERY PLAN {words}"))]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN") and index not in step for step in plan), plan
