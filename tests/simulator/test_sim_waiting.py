"""Waiting for what a bot does, and asserting its silence."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot

from simulator import Emulator, Phone


async def test_until_wakes_with_the_message(bot: Bot, phone: Phone, emulator: Emulator) -> None:
    sending = asyncio.create_task(bot.send_message(phone.id, "x"))
    received = await emulator.until(lambda: phone.received)
    assert [message.text for message in received] == ["x"]
    await sending


async def test_until_gives_up(emulator: Emulator, phone: Phone) -> None:
    with pytest.raises(TimeoutError, match="did not become true"):
        await emulator.until(lambda: phone.received, seconds=0.01)


async def test_news_are_told_once(bot: Bot, phone: Phone) -> None:
    await bot.send_message(phone.id, "一")
    await bot.send_message(phone.id, "二")
    assert [message.text for message in phone.news()] == ["一", "二"]
    await bot.edit_message_text("三", chat_id=phone.id, message_id=phone.last.id)
    assert phone.news() == []
