"""Backup and restore, on either database: whole, private, and never over what is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from config.clock import SystemClock
from simulator import Emulator, serving
from storage.crypto import Vault, new_secret, use_vault
from storage.engine import Base, Database
from storage.post_box import Notice
from storage.work import Audit, Marker
from tests import databases
from tests.run.process import GRID, Environment, appears, command, installed, link, running

Rows = dict[str, list[str]]


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[tuple[Environment, Emulator]]:
    emulator = Emulator()
    async with serving(emulator) as base, installed(tmp_path, base) as env:
        use_vault(Vault(env["JINTANG_SECRET_KEY"]))
        yield env, emulator


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    (tmp_path / "new").mkdir()
    url = await databases.new(tmp_path / "new")
    yield url
    await databases.drop(url)


async def rows(url: str) -> Rows:
    database = Database(url)
    async with database.reading() as session:
        found = {
            name: sorted(str(row) for row in await session.execute(text(f'SELECT * FROM "{name}"')))
            for name in Base.metadata.tables
        }
    await database.close()
    return found


async def refused(env: Environment, *words: str) -> str:
    """Runs a command that must be refused in plain words; what it said."""
    return await command(env, *words, status=1)


async def change(env: Environment, act: Callable[..., None]) -> None:
    database = Database(env["JINTANG_DATABASE__URL"])
    async with database.writing() as session:
        act(session)
        await session.commit()
    await database.close()


async def test_every_row_comes_back_in_a_fresh_place(
    county: tuple[Environment, Emulator], elsewhere: str, tmp_path: Path
) -> None:
    env, _ = county
    file = tmp_path / "copy"
    said = await command(env, "backup", str(file))
    assert "密钥不在里面" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert env["JINTANG_SECRET_KEY"].encode() not in file.read_bytes()
    await command({**env, "JINTANG_DATABASE__URL": elsewhere}, "restore", str(file))
    assert await rows(elsewhere) == await rows(env["JINTANG_DATABASE__URL"])
    assert "已经有了" in await refused(env, "backup", str(file))


async def test_a_backup_is_of_one_instant_while_others_write(
    county: tuple[Environment, Emulator], elsewhere: str, tmp_path: Path
) -> None:
    """Each unit writes an audit row and a marker that counts them: a torn copy would tell two numbers."""
    env, _ = county
    database, stop = Database(env["JINTANG_DATABASE__URL"]), asyncio.Event()
    begun = asyncio.Event()

    async def write() -> int:
        count = 0
        while not stop.is_set():
            async with database.writing() as session:
                count += 1
                session.add(Audit(at=SystemClock().now(), action="counted", detail={}))
                await session.merge(Marker(name="count", value=str(count)))
                await session.commit()
            begun.set()
        return count

    writing = asyncio.create_task(write())
    await begun.wait()
    await command(env, "backup", str(tmp_path / "copy"))
    stop.set()
    written = await writing
    await database.close()
    await command({**env, "JINTANG_DATABASE__URL": elsewhere}, "restore", str(tmp_path / "copy"))
    copy = Database(elsewhere)
    async with copy.reading() as session:
        counted = await session.scalar(select(func.count()).where(Audit.action == "counted"))
        marker = await session.get_one(Marker, "count")
    await copy.close()
    assert str(counted) == marker.value
    assert 0 < int(marker.value) < written


async def test_what_is_there_is_replaced_only_when_told_and_is_kept(
    county: tuple[Environment, Emulator], tmp_path: Path
) -> None:
    env, _ = county
    url, file = env["JINTANG_DATABASE__URL"], str(tmp_path / "copy")
    await command(env, "backup", file)
    before = await rows(url)
    await change(env, lambda session: session.add(Marker(name="later", value="1")))
    assert "--replace" in await refused(env, "restore", file)
    assert await rows(url) != before
    assert "原来的数据留在" in await command(env, "restore", file, "--replace")
    assert await rows(url) == before


async def test_another_key_is_refused_and_nothing_has_changed(
    county: tuple[Environment, Emulator], tmp_path: Path
) -> None:
    env, _ = county
    url, file = env["JINTANG_DATABASE__URL"], str(tmp_path / "copy")
    await command(env, "backup", file)
    before = await rows(url)
    other = {**env, "JINTANG_SECRET_KEY": new_secret()}
    assert "密钥与数据库不符" in await refused(other, "restore", file, "--replace")
    assert await rows(url) == before


async def test_a_file_that_is_no_backup_is_refused(
    county: tuple[Environment, Emulator], tmp_path: Path
) -> None:
    (tmp_path / "list").write_text("户编号")
    assert "不是" in await refused(county[0], "restore", str(tmp_path / "list"), "--replace")


async def test_in_use_it_is_refused_and_what_waited_goes_out_once_and_marked(
    county: tuple[Environment, Emulator], tmp_path: Path
) -> None:
    env, emulator = county
    file, log = str(tmp_path / "copy"), tmp_path / "run.log"
    async with running(env, log):
        phone = await link(env, emulator)
        assert "停掉" in await refused(env, "restore", str(await _any(env, tmp_path)), "--replace")
    await change(env, lambda session: session.add(_waiting(GRID.chat_id)))
    await command(env, "backup", file)
    async with running(env, log):
        await emulator.until(lambda: _copies(emulator) == ["等着的话"], 30)
    await command(env, "restore", file, "--replace")
    async with running(env, log):
        await emulator.until(lambda: len(_copies(emulator)) == 2, 30)
    async with running(env, log):
        phone.tap("报线索")
        await appears(emulator, phone, "1组1号户")
    assert [text.startswith("（重发）") for text in _copies(emulator)] == [False, True]


async def _any(env: Environment, folder: Path) -> Path:
    await command(env, "backup", str(folder / "any"))
    return folder / "any"


def _waiting(chat_id: int) -> Notice:
    now = SystemClock().now()
    facts = {"text": "等着的话", "keyboard": None, "asks_contact": False}
    return Notice(
        kind="reply",
        facts=facts,
        chat_id=chat_id,
        lane=0,
        state="planned",
        not_before=now - timedelta(seconds=1),
        created_at=now,
    )


def _copies(emulator: Emulator) -> list[str]:
    return [one.text for one in emulator.receipts.after() if "等着的话" in one.text]
