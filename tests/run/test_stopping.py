"""SIGTERM: what is on the wire is finished and kept, and whatever hangs, the process ends within 20 s.

`running` sends the signal as its block ends, and asserts the 20 s and the exit code.
"""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator import Emulator, Phone, serving
from storage.engine import Database
from tests.run.process import GRID, Environment, appears, installed, link, running

County = tuple[Environment, Emulator, Path]


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[County]:
    emulator = Emulator()
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        yield env, emulator, tmp_path / "run.log"


async def reports(emulator: Emulator, phone: Phone, seconds: float) -> int:
    """A press whose answer is accepted, but told of only so much later; the receipts there were before."""
    before = len(emulator.receipts.after())
    fault = emulator.faults.add("slow", method="sendMessage", chat_id=GRID.chat_id, delay=seconds)
    phone.tap("报线索")
    await emulator.until(lambda: fault.times == 0 and len(emulator.receipts.after()) > before, 30)
    return before


def texts(emulator: Emulator, since: int) -> list[str]:
    return [one.text for one in emulator.receipts.after()[since:]]


async def test_an_answer_on_the_wire_is_finished_and_not_repeated(county: County) -> None:
    env, emulator, log = county
    async with running(env, log):
        phone = await link(env, emulator)
        before = await reports(emulator, phone, 4)
    async with running(env, log):
        phone.tap("1组1号户")
        await appears(emulator, phone, "务工不稳")
    said = texts(emulator, before)
    assert [one for one in said if "重发" in one] == []
    assert len(said) == len(set(said))


async def test_one_that_never_ends_is_left_and_repeated_marked(county: County) -> None:
    env, emulator, log = county
    async with running(env, log):
        phone = await link(env, emulator)
        before = await reports(emulator, phone, 90)
    async with running(env, log):
        await emulator.until(lambda: len(texts(emulator, before)) == 2, 30)
    first, again = texts(emulator, before)
    assert again == f"（重发）\n{first}"


async def test_a_press_that_waits_for_the_database_is_answered_once(county: County) -> None:
    env, emulator, log = county
    database = Database(env["JINTANG_DATABASE__URL"])
    async with running(env, log) as process:
        phone = await link(env, emulator)
        before = len(emulator.receipts.after())
        async with database.writing() as session:
            phone.tap("报线索")
            await emulator.pause(1.5)  # it has fetched the press and cannot go on
            process.signal(signal.SIGTERM)
            await session.rollback()
    await database.close()
    async with running(env, log):
        await appears(emulator, phone, "1组1号户")
        phone.tap("1组1号户")
        await appears(emulator, phone, "务工不稳")
    said = texts(emulator, before)
    assert len(said) == len(set(said)) == 2
