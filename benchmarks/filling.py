"""Databases full enough to measure on: a province's tree, its households, a million open tasks; always the same rows."""

import csv
import lzma
import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from storage.base import Base
from storage.crypto import Vault, use_vault
from storage.engine import Database
from storage.people import Region
from storage.register import Household
from tests import databases
from workflows.desk import Desk

SEED = 20260309
MONDAY = datetime(2026, 3, 9, 9, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
SECRET = "YmVuY2htYXJrLWxvb2t1cC1rZXktMzItYnl0ZXMtbG9uZyE=.YmVuY2htYXJrLWRhdGEta2V5LTMyLWJ5dGVzLWxvbmc="
TREE = Path(__file__).parent / "area" / "hebei-13.csv.xz"
AT_ONCE = 10_000
LEVELS = ("city", "county", "township", "village")
DATABASES = (databases.SQLITE, databases.POSTGRESQL)

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


@asynccontextmanager
async def prepared(
    kind: str, folder: Path, fill_in: Callable[[Database], Any], name: str = "filled"
) -> AsyncIterator[str]:
    """The address of a new database of this kind with what `fill_in` adds; nobody is connected to it."""
    databases.use(kind)
    async with databases.fresh(folder, name) as url:
        database = Database(url)
        await fill_in(database)
        await databases.settle(database)
        yield url
