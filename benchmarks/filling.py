"""Databases to measure on: a province and its households, a million open tasks; always the same."""

import csv
import lzma
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, String, Table, cast, insert, literal, select, text

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from storage import migrate
from storage.base import Base
from storage.crypto import Vault, use_vault
from storage.engine import Database
from storage.people import Region
from storage.register import Household
from storage.types import Instant
from storage.work import Case, Rung, Task
from tests import databases
from workflows.desk import Desk

SEED = 20260309
MONDAY = datetime(2026, 3, 9, 9, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
SECRET = "YmVuY2htYXJrLWxvb2t1cC1rZXktMzItYnl0ZXMtbG9uZyE=.YmVuY2htYXJrLWRhdGEta2V5LTMyLWJ5dGVzLWxvbmc="
TREE = Path(__file__).parent / "area" / "hebei-13.csv.xz"
AT_ONCE = 10_000
LEVELS = ("city", "county", "township", "village")
DATABASES = (databases.SQLITE, databases.POSTGRESQL)

COUNTY, TOWN, VILLAGE = "130828000000", "130828107000", "130828107206"
LINE = (
    {"code": COUNTY, "name": "围场满族蒙古族自治县", "parent_code": None, "level": "county"},
    {"code": TOWN, "name": "腰站镇", "parent_code": COUNTY, "level": "township"},
    {"code": VILLAGE, "name": "下三合义村民委员会", "parent_code": TOWN, "level": "village"},
)
NUMBER, NUMBERED = object(), "-"

Row = Mapping[str, Any]


def unlocked() -> None:
    """Everything sealed in a benchmark is sealed with this key."""
    use_vault(Vault(SECRET))


def desk() -> Desk:
    """Hebei's desk on a Monday morning."""
    return Desk(load_policy("hebei"), LocalTime(SetClock(MONDAY), "Asia/Shanghai"))


def regions() -> list[dict[str, str | None]]:
    """Hebei's 56,711 regions, those above before those below."""
    with lzma.open(TREE, "rt", encoding="utf-8") as file:
        rows = [{**row, "parent_code": row["parent_code"] or None} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: LEVELS.index(row["level"]))


def villages() -> list[str]:
    return [row["code"] or "" for row in regions() if row["level"] == "village"]


def households(count: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Households with named heads, spread over all villages."""
    chance, places = random.Random(seed), villages()
    for serial in range(1, count + 1):
        village = chance.choice(places)
        yield {
            "id": serial,
            "number": number_of(serial),
            "region_code": village,
            "village_code": village,
            "head_name": "演练户主",
            "members": chance.randint(1, 6),
            "kind": "一般农户",
            "provisional": False,
        }


def number_of(serial: int) -> str:
    return f"YL-{serial:06d}"


async def fill(database: Database, entity: type[Base], rows: Iterable[Row]) -> None:
    """Adds the rows in large commits."""
    table = entity.__table__
    assert isinstance(table, Table)
    waiting = iter(rows)
    while some := [dict(row) for row in islice(waiting, AT_ONCE)]:
        async with database.engine.execution_options(writing=True).begin() as connection:
            await connection.execute(insert(table), some)


async def fill_province(database: Database, count: int) -> None:
    """Hebei's tree with `count` households."""
    unlocked()
    await fill(database, Region, regions())
    await fill(database, Household, households(count))


async def fill_tasks(database: Database, count: int) -> None:
    """So many open first steps, each of its own household and case, each with a rung in days to come."""
    unlocked()
    await fill(database, Region, LINE)
    async with database.writing() as session:
        await desk().keep_policy(session)
        for entity, values in _columns().items():
            numbers = _numbers(count)
            chosen = select(numbers.c.i, *(_column(value, numbers.c.i) for value in values.values()))
            await session.execute(insert(entity).from_select(["id", *values], chosen))
        await session.commit()
    if not database.embedded:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("ANALYZE"))


def _numbers(count: int) -> CTE:
    """A table of the numbers from 1 to `count`."""
    numbers = select(literal(1).label("i")).cte(recursive=True)
    return numbers.union_all(select(numbers.c.i + 1).where(numbers.c.i < count))


def _column(value: Any, number: ColumnElement[int]) -> ColumnElement[Any]:
    """What stands in a column: the same in every row, or made of the row's number."""
    if value is NUMBER:
        return number
    if isinstance(value, str) and value.endswith(NUMBERED):
        return literal(value) + cast(number, String)
    return literal(value, Instant) if isinstance(value, datetime) else literal(value)


def _columns() -> dict[type[Base], dict[str, Any]]:
    """The rows of one task, those first that others point to."""
    policy, today, later = desk().policy, MONDAY.date(), MONDAY + timedelta(days=30)
    steps = policy.procedures[policy.county.procedure]
    return {
        Household: {"number": f"YL{NUMBERED}", "region_code": VILLAGE, "village_code": VILLAGE},
        Case: {
            "number": f"DP{NUMBERED}",
            "household_id": NUMBER,
            "region_code": VILLAGE,
            "policy_digest": policy.digest,
            "profile": policy.county.profile,
            "procedure": policy.county.procedure,
            "start_on": today,
            "opened_on": today,
            "limit_on": later.date(),
        },
        Task: {
            "case_id": NUMBER,
            "procedure": policy.county.procedure,
            "step": steps.first,
            "post": steps.steps[steps.first].post,
            "region_code": VILLAGE,
            "opened_at": MONDAY,
            "opens_on": today,
            "planned_on": later.date(),
            "latest_on": later.date(),
            "due_on": later.date(),
        },
        Rung: {
            "task_id": NUMBER,
            "due_version": 1,
            "name": "three_days",
            "to": "holder",
            "post": steps.steps[steps.first].post,
            "region_code": VILLAGE,
            "mode": "now",
            "fires_at": later,
        },
    }


@asynccontextmanager
async def prepared(
    kind: str, folder: Path, fill_in: Callable[[Database], Awaitable[None]]
) -> AsyncIterator[str]:
    """The address of a new database of this kind with what `fill_in` adds; nobody is connected to it."""
    databases.use(kind)
    with TemporaryDirectory(dir=folder) as own:
        url = await databases.new(Path(own))
        try:
            await migrate.upgrade(url)
            database = Database(url)
            await fill_in(database)
            await databases.settle(database)
            yield url
        finally:
            await databases.drop(url)
