"""An emulator on a moved clock, served over HTTP, with aiogram's real bot talking to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from simulator import TOKEN, Emulator, Phone, serving
from tests.simulator.moved_clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Emulator:
    return Emulator(now=clock)


@pytest.fixture
async def base(emulator: Emulator) -> AsyncIterator[str]:
    async with serving(emulator) as address:
        yield address


@pytest.fixture
async def bot(base: str) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    async with Bot(TOKEN, session=session).context() as bot:
        yield bot


@pytest.fixture
async def http(base: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base) as session:
        yield session


@pytest.fixture
def phone(emulator: Emulator) -> Phone:
    """A person who has pressed start."""
    phone = emulator.person(id=15, first_name="王小满", phone="+8610000000015")
    phone.start("invite-7")
    return phone
