"""What was accepted is on record, with the answer given or not; and a time without Telegram."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError

from simulator import TOKEN, Emulator, Phone
from tests.unhandled import unhandled


async def test_sends_and_edits_are_on_record(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    sent = await bot.send_message(phone.id, "一")
    await bot.edit_message_text("二", chat_id=phone.id, message_id=sent.message_id)
    await bot.send_chat_action(phone.id, "typing")
    first, second = emulator.receipts.after()
    assert (first.text, first.message_id, first.edit, first.answered) == ("一", sent.message_id, False, True)
    assert (second.text, second.edit, second.number) == ("二", True, 2)
    assert emulator.receipts.after(1, phone.id) == [second]
    assert emulator.receipts.after(1, 404) == []


async def test_what_was_refused_is_not_on_record(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    emulator.faults.add("403")
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(phone.id, "x")
    assert emulator.receipts.after() == []


async def test_accepted_but_nobody_was_told(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    """Cut off by the script, or gone before the answer came."""
    emulator.faults.add("drop")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(phone.id, "cut off")
    emulator.faults.add("slow", delay=0.3)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(phone.id, "gone", request_timeout=0.1)  # type: ignore[arg-type]
    emulator.faults.add("slow", delay=0.1)
    await bot.send_message(phone.id, "patient")
    await emulator.pause(0.4)
    told = [(receipt.text, receipt.answered) for receipt in emulator.receipts.after()]
    assert told == [("cut off", False), ("gone", False), ("patient", True)]


async def test_an_outage_is_total_and_ends(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    """Sends, and polls that wait already or come later; what people do meanwhile waits for the bot."""
    (start,) = await bot.get_updates()
    rings = phone.bot.updates.bell.rings
    polling = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20))
    await phone.bot.updates.bell.wait(rings, 5)
    emulator.outage(True)
    with pytest.raises(TelegramNetworkError):
        await asyncio.wait_for(polling, 5)
    for request in (bot.get_updates(), bot.send_message(phone.id, "x"), bot.get_me()):
        with pytest.raises(TelegramNetworkError):
            await request
    phone.say("还在吗")
    emulator.outage(False)
    (update,) = await bot.get_updates(offset=start.update_id + 1)
    assert update.message is not None
    assert update.message.text == "还在吗"
    assert phone.received == []


async def test_receipts_outage_and_dice_over_http(
    http: aiohttp.ClientSession, bot: Bot, phone: Phone
) -> None:
    async def ask(path: str, **body: object) -> object:
        async with http.post(f"/sim/{path}", json=body) as answer:
            return await answer.json()

    await bot.send_message(phone.id, "x")
    assert await ask("outage", on=True) == {"on": True}
    with pytest.raises(TelegramNetworkError):
        await bot.get_me()
    assert await ask("outage", on=False) == {"on": False}
    struck = []
    for _ in range(2):
        await ask("faults/seed", seed=7)
        await ask("faults", kind="502", times=None, chance=0.5)
        statuses = []
        for _ in range(20):
            async with http.post(f"/bot{TOKEN}/getMe") as answer:
                statuses.append(answer.status)
        struck.append(statuses)
        await http.delete("/sim/faults")
    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 502}
    async with http.get("/sim/receipts?after=0&chat_id=15") as answer:
        (receipt,) = await answer.json()
    assert (receipt["text"], receipt["answered"]) == ("x", True)


@asynccontextmanager
async def _alone(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`python -m simulator` and its address."""
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--port", "0", *options), stdout=PIPE, stderr=PIPE, env=env
    )
    assert process.stdout is not None
    base = (await process.stdout.readline()).decode().split()[-1]
    try:
        yield process, base
    finally:
        process.send_signal(signal.SIGINT)
        _, log = await process.communicate()
        assert unhandled(log.decode()) == []


async def test_in_a_process_of_its_own() -> None:
    async with _alone("--limits", "--seed", "3") as (process, base), aiohttp.ClientSession(base) as http:
        async with http.post("/sim/people", json={"id": 21}) as answer:
            assert answer.status == 200
        await http.post("/sim/people/21/start", json={})
        session = AiohttpSession(api=TelegramAPIServer.from_base(base))
        async with Bot(TOKEN, session=session).context() as bot:
            await bot.send_message(21, "x")
        async with http.get("/sim/receipts") as answer:
            assert [one["text"] for one in await answer.json()] == ["x"]
    assert process.returncode == 0
