"""The webhook side of the emulator: posted with the secret, in order, until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiohttp import web

from simulator import Emulator, Phone


@dataclass
class Receiving:
    """A bot's own address: answers as scripted, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    came: list[dict[str, Any]] = field(default_factory=list)
    secrets: set[str | None] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.came.append(await request.json())
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.news.set()
        return web.Response(status=status)

    async def texts(self, count: int) -> list[str]:
        """The words of the updates, once so many have come."""
        async with asyncio.timeout(5):
            while len(self.came) < count:
                self.news.clear()
                await self.news.wait()
        return [update["message"]["text"] for update in self.came]


@pytest.fixture
async def mine() -> AsyncIterator[Receiving]:
    receiving = Receiving()
    app = web.Application()
    app.router.add_post("/updates", receiving.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiving.url = f"http://127.0.0.1:{runner.addresses[0][1]}/updates"
    yield receiving
    await runner.cleanup()


async def test_updates_are_posted_with_the_secret_and_in_order(
    bot: Bot, phone: Phone, mine: Receiving
) -> None:
    await bot.set_webhook(mine.url, secret_token="s-1")
    for words in "一二三":
        phone.say(words)
    assert await mine.texts(4) == ["/start invite-7", "一", "二", "三"]
    assert mine.secrets == {"s-1"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (mine.url, 0)


async def test_what_is_not_acknowledged_comes_again(bot: Bot, phone: Phone, mine: Receiving) -> None:
    mine.answers = [503, 404]
    await bot.set_webhook(mine.url)
    phone.say("一")
    assert await mine.texts(2) == ["/start invite-7", "一"]
    assert "404" in str((await bot.get_webhook_info()).last_error_message)


async def test_polling_and_webhook_exclude_each_other(bot: Bot, phone: Phone) -> None:
    await bot.set_webhook("http://127.0.0.1:9/nobody")
    with pytest.raises(TelegramConflictError, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1


async def test_two_updates_the_wrong_way_round(
    bot: Bot, phone: Phone, mine: Receiving, emulator: Emulator
) -> None:
    emulator.faults.add("reorder")
    phone.say("一")
    await bot.set_webhook(mine.url)
    assert await mine.texts(2) == ["一", "/start invite-7"]
    await bot.delete_webhook()
    emulator.faults.add("reorder")
    phone.say("二")
    phone.say("三")
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert texts == ["三", "二"]


async def test_pending_updates_can_be_dropped(bot: Bot, phone: Phone, mine: Receiving) -> None:
    await bot.set_webhook(mine.url, drop_pending_updates=True)
    phone.say("一")
    assert await mine.texts(1) == ["一"]
