"""`jintang …` as processes: an installation from nothing, its commands, and `run` in any of its roles."""

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from jintang import drill
from simulator import TOKEN, Emulator, Phone
from storage.crypto import new_secret
from tests import databases
from tests.guard import listen
from tests.processes.children import Child, bear
from tests.unhandled import unhandled

GRID = drill.PLAYERS[-1]
FILES = {
    "officials.csv": "工号,姓名,电话,区划代码,岗位,开始日期,结束日期,代理人工号\n"
    f"{GRID.staff_no},{GRID.name},{GRID.phone},{drill.VILLAGE},grid_worker,2026-01-01,,\n",
    "households.csv": "household_no,region_code,group,head_name,members,kind\n"
    f"YL-1,{drill.VILLAGE},1,演练户主,3,一般农户\n",
}
Environment = dict[str, str]


@asynccontextmanager
async def installed(folder: Path, base: str) -> AsyncIterator[Environment]:
    """The environment of a county with its area tree, one grid worker and one household."""
    url = await databases.new(folder)
    env = {
        **os.environ,
        "JINTANG_DATABASE__URL": url,
        "JINTANG_SECRET_KEY": new_secret(),
        "JINTANG_TELEGRAM__TOKEN": TOKEN,
        "JINTANG_TELEGRAM__API_BASE": base,
        "JINTANG_WEB__PORT": str(free_port()),
    }
    await command(env, "init", "--area", "weichang")
    for kind in ("officials", "households"):
        (folder / f"{kind}.csv").write_text(FILES[f"{kind}.csv"], encoding="utf-8-sig")
        await command(env, "import", kind, str(folder / f"{kind}.csv"))
    yield env
    await databases.drop(url)


async def command(env: Environment, *words: str, status: int = 0) -> str:
    """Runs a command that must end with `status`; what it said, and no error was among it."""
    with NamedTemporaryFile() as output:
        process = await bear(words, env, Path(output.name))
        await process.gone.wait()
        said = output.read().decode()
    assert process.status == status, said
    assert unhandled(said) == []
    return said


@asynccontextmanager
async def running(env: Environment, log: Path, *roles: str, **more: str) -> AsyncIterator[Child]:
    """`jintang run` for as long as the block runs; it must end well within 20 s of being told to.

    An error in its log fails the test.
    """
    listen(log)
    words = ("run", *(f"--role={role}" for role in roles))
    process = await bear(words, {**env, **more}, log)
    try:
        yield process
    finally:
        if process.status is None:
            process.signal(signal.SIGTERM)
            assert await process.dies(20), "it did not end within 20 s"
            assert process.status == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def link(env: Environment, emulator: Emulator, token: str = TOKEN) -> Phone:
    """The grid worker's phone, linked with the bot of `token` by an invitation while Jintang runs."""
    invitation = await command(env, "link", GRID.staff_no)
    phone = emulator.person(GRID.chat_id, GRID.name, GRID.phone, token=token)
    phone.start(invitation.split("start=")[1].split()[0])
    await emulator.until(lambda: "分享本人手机号" in str(phone.keyboard), 30)
    phone.share_contact()
    await emulator.until(lambda: any("测试消息" in (m.text or "") for m in phone.messages), 30)
    return phone


def said_once(emulator: Emulator) -> None:
    """No message came twice in the same words; one that is marked 重发 has words of its own."""
    said = [(one.chat_id, one.text) for one in emulator.receipts.after() if not one.edit]
    assert len(said) == len(set(said)), said


async def appears(emulator: Emulator, phone: Phone, label: str) -> None:
    await emulator.until(lambda: any(label in m.buttons for m in phone.messages), 30)


async def report(emulator: Emulator, phone: Phone) -> None:
    """The grid worker reports a household, down to the card that asks for the check."""
    phone.tap("报线索")
    for label in ("1组1号户", "务工不稳", "干部排查", "突发，很急"):
        await appears(emulator, phone, label)
        phone.tap(label)
    await appears(emulator, phone, "现在核实")
