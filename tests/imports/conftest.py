"""A county with its area tree, a desk on 12 March 2026, and lists written the way a county writes them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from config.clock import LocalTime, SetClock
from config.loader import load_policy
from config.models import Policy
from jintang.area import area_file
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Database
from workflows.desk import Desk
from workflows.imports import import_bytes

VAULT = Vault(new_secret())
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy("hebei")


@pytest.fixture(autouse=True)
def vault() -> Vault:
    use_vault(VAULT)
    return VAULT


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy, LocalTime(SetClock(NOON)))


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def county(empty: Database, desk: Desk) -> Database:
    """The database with the area tree of 围场."""
    await import_bytes("regions", *area_file("weichang"), empty, desk)
    return empty
