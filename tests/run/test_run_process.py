"""`jintang run` as a process: the README's way from nothing to a card, stopped and started in mid-form."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jintang import drill
from simulator import TOKEN, Emulator, Phone, serving
from storage.crypto import new_secret

GRID = drill.PLAYERS[-1]
FILES = {
    "officials.csv": "工号,姓名,电话,区划代码,岗位,开始日期,结束日期,代理人工号\n"
    f"{GRID.staff_no},{GRID.name},{GRID.phone},{drill.VILLAGE},grid_worker,2026-01-01,,\n",
    "households.csv": "household_no,region_code,group,head_name,members,kind\n"
    f"YL-1,{drill.VILLAGE},1,演练户主,3,一般农户\n",
}


def environment(tmp_path: Path, base: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "JINTANG_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path}/jintang.sqlite3",
        "JINTANG_SECRET_KEY": new_secret(),
        "JINTANG_TELEGRAM__TOKEN": TOKEN,
        "JINTANG_TELEGRAM__API_BASE": base,
        "JINTANG_WEB__PORT": str(port),
    }


async def command(env: dict[str, str], *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "jintang",
        *words,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


@asynccontextmanager
async def running(env: dict[str, str], log: Path) -> AsyncIterator[None]:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "jintang", "run", env=env, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def appears(emulator: Emulator, phone: Phone, label: str) -> None:
    await emulator.until(lambda: any(label in m.buttons for m in phone.messages), 30)


async def test_from_nothing_to_a_card_and_through_a_restart(tmp_path: Path, port: int) -> None:
    emulator = Emulator()
    async with serving(emulator) as base:
        env, log = environment(tmp_path, base, port), tmp_path / "run.log"
        await command(env, "init", "--area", "weichang")
        for kind in ("officials", "households"):
            (tmp_path / f"{kind}.csv").write_text(FILES[f"{kind}.csv"], encoding="utf-8-sig")
            await command(env, "import", kind, str(tmp_path / f"{kind}.csv"))
        invitation = await command(env, "link", GRID.staff_no)
        token = invitation.split("start=")[1].split()[0]
        phone = emulator.person(GRID.chat_id, GRID.name, GRID.phone)
        async with running(env, log):
            phone.start(token)
            await emulator.until(lambda: "分享本人手机号" in str(phone.keyboard), 30)
            phone.share_contact()
            await emulator.until(lambda: any("测试消息" in (m.text or "") for m in phone.messages), 30)
            await emulator.until(lambda: bool(phone.commands), 10)
            phone.tap("报线索")
            await appears(emulator, phone, "1组1号户")
            phone.tap("1组1号户")
            await appears(emulator, phone, "务工不稳")
        async with running(env, log):
            phone.tap("务工不稳")
            await appears(emulator, phone, "干部排查")
            phone.tap("干部排查")
            await appears(emulator, phone, "突发，很急")
            phone.tap("突发，很急")
            await appears(emulator, phone, "现在核实")
        assert "error" not in log.read_text()
    assert not emulator.violations
