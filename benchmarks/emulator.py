"""An emulator in a process of its own, so that what is measured shares no loop with it."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.run.process import free_port

UP_SECONDS = 30.0


class Emulator:
    """Its address, and what a benchmark asks of it."""

    def __init__(self, base: str, client: aiohttp.ClientSession) -> None:
        self.base = base
        self._client = client
        self._seen = 0

    async def ask(self, method: str, path: str, **body: Any) -> Any:
        async with self._client.request(method, f"{self.base}/sim/{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def meet(self, chats: Iterable[int]) -> None:
        """These people have a chat with the bot."""
        for chat_id in chats:
            await self.ask("POST", "people", id=chat_id, first_name="演练", phone=f"139{chat_id:08d}")
            await self.ask("POST", f"people/{chat_id}/start")

    async def accepted(self) -> int:
        """How many messages have been accepted since this was last asked."""
        receipts = await self.ask("GET", f"receipts?after={self._seen}")
        self._seen = receipts[-1]["number"] if receipts else self._seen
        return len(receipts)


@asynccontextmanager
async def emulating(*words: str) -> AsyncIterator[Emulator]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--port", str(port), *words), stdout=DEVNULL
    )
    try:
        async with aiohttp.ClientSession() as client:
            emulator = Emulator(f"http://127.0.0.1:{port}", client)
            async with asyncio.timeout(UP_SECONDS):
                await _up(emulator)
            yield emulator
    finally:
        process.terminate()
        await process.wait()


async def _up(emulator: Emulator) -> None:
    while True:
        try:
            await emulator.ask("GET", "violations")
            return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.05)
