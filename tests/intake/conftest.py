"""An office before a served intake, at noon on 12 March 2026; the county has three households."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from jintang.area import area_file
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from tests.intake.office import VILLAGE, Office, id_number
from tests.served import served
from web.app import create_app
from workflows.desk import Desk
from workflows.imports import import_bytes, import_rows
from workflows.keys import add_key
from workflows.reception import Reception

NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    use_vault(Vault(new_secret()))
    database, clock = Database(database_url), SetClock(NOON)
    desk = Desk(load_policy("hebei"), LocalTime(clock))
    await import_bytes("regions", *area_file("weichang"), database, desk)
    households = [
        {"household_no": f"H{nth}", "region_code": VILLAGE, "group": "3", "id_number": id_number(nth)}
        for nth in range(1, 4)
    ]
    await import_rows("households", "农户", households, database, desk)
    async with database.writing() as session:
        key = await add_key(session, desk, "医保", "医保", None)
        await session.commit()
    app = create_app(database, desk.time, ["web"], reception=Reception(database, desk))
    async with served(app) as address:
        yield Office(address, database, desk, clock, key)
    await database.close()
