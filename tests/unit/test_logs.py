"""A log says where something went wrong, and nothing of whom it was about (design promise 10)."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.engine import Database

FAILS = """
import structlog
from jintang import logs
logs.set_up()
def handles(name, phone):
    raise ValueError("it went wrong")
try:
    handles("王某某", "13912345678")
except ValueError:
    structlog.get_logger().exception("update_failed", inbox=7)
"""


def test_a_traceback_names_places_and_no_values() -> None:
    said = subprocess.run([sys.executable, "-c", FAILS], capture_output=True, text=True, check=True).stdout
    assert "update_failed" in said
    assert "inbox=7" in said
    assert 'File "<string>"' in said
    assert "ValueError: it went wrong" in said
    assert "王某某" not in said
    assert "13912345678" not in said


async def test_an_error_of_the_database_does_not_tell_what_it_was_to_keep(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    with pytest.raises(DBAPIError) as error:
        async with database.reading() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "王某某"})
    await database.close()
    assert "nowhere" in str(error.value)
    assert "王某某" not in str(error.value)
